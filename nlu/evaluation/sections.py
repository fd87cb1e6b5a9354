"""The sections of the report; each is empty where there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlu.evaluation.charts import bar, heat_map, reliability_diagram
from nlu.evaluation.confusion import Confusion
from nlu.evaluation.evaluation import Evaluation
from nlu.evaluation.figures import SOFT_STAGES, Figure, group_of
from nlu.evaluation.floors import Breach, Floors
from nlu.evaluation.words import Words, percent

KEY_FIGURES = (
    "recall",
    "right_code",
    "extra_codes",
    "both_codes",
    "recall.style.obfuscated",
    "recall.style.typo",
    "recall.style.voice",
    "recall.style.indirect",
    "false_alarms",
    "stage",
    "urgent.crisis",
    "urgent.emergency",
    "urgent.false",
    "follow_ups",
    "tone",
    "contacts.f1",
    "amounts.f1",
    "calibration.error",
    "evidence",
    "unlabelled.alarms",
    "time.48.whole.median",
    "time.48.whole.p99",
    "time.2000.whole.median",
)
COMPARED_FIGURES = (
    "recall",
    "recall.style.obfuscated",
    "recall.style.indirect",
    "right_code",
    "false_alarms",
)
_LEAST_SCALE = 0.05  # shares of false alarms are drawn on a scale that ends here or at the worst

Row = Sequence[str]


def section(key: str, words: Words, *parts: str) -> str:
    """A titled section with its note; empty where all its parts are."""
    if not any(parts):
        return ""
    note = f'<p class="note">{words(f"{key}_note")}</p>'
    title = f'<h2 id="{key}">{words(f"{key}_title")}</h2>'
    return f'<section aria-labelledby="{key}">{title}{note}{"".join(parts)}</section>'


def table(head: Iterable[str], rows: Iterable[Row]) -> str:
    """A table; the first cell of every row is its heading. Empty without rows."""
    lines = [
        "<tr>"
        + f'<th scope="row">{row[0]}</th>'
        + "".join(f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    ]
    if not lines:
        return ""
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join(lines)
    return f'<div class="scroll"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'


def key_table(
    found: Evaluation, floors: Floors | None, broken: Sequence[Breach], words: Words
) -> str:
    """The figures that the goals speak of, with their floors."""
    wrong = {breach.name for breach in broken}
    names = list(KEY_FIGURES)
    if floors:
        names += [name for name in (*floors.at_least, *floors.at_most) if name not in names]
    rows = []
    for name in names:
        figure, floor = found.figures.get(name), floors.of(name) if floors else None
        if figure is None and floor is None:
            continue
        row = [words.name("figures", name)]
        row.append(words.figure(name, figure) if figure else words("not_measured"))
        row.append(_interval(figure))
        row.append(words("share_of", of=figure.of) if figure else "")
        if floors:
            row.append("" if floor is None else words.value(name, floor))
            row.append("" if floor is None else _mark(name in wrong, words))
        rows.append(row)
    head = [words(key) for key in ("figure", "value", "interval", "of")]
    return table([*head, words("floor"), ""] if floors else head, rows)


def _interval(figure: Figure | None) -> str:
    if figure is None or figure.interval is None:
        return ""
    low, high = figure.interval
    return f"{percent(low)} – {percent(high)}"


def _mark(is_broken: bool, words: Words) -> str:
    kind = "broken" if is_broken else "ok"
    return f'<span class="mark {kind}">{words(kind)}</span>'


def group_table(found: Evaluation, group: str, names: Mapping[str, str], words: Words) -> str:
    """Figures by the keys of a group, the worst key first; ``names`` gives figures and their headings."""
    columns = {name: group_of(found.figures, name, group) for name in names}
    first = next(iter(columns.values()))
    better_low = "false_alarms" in names and len(names) == 1
    keys = sorted(
        {key for column in columns.values() for key in column},
        key=lambda key: _rank(first.get(key), better_low),
    )
    rows = []
    for key in keys:
        cells = [words.name("labels", key)]
        for name, column in columns.items():
            full = _scale(column) if name == "false_alarms" else 1.0
            cells.append(bar_cell(column.get(key), full))
        count = next(column[key].of for column in columns.values() if key in column)
        rows.append([*cells, words("share_of", of=count)])
    return table(["", *(words(title) for title in names.values()), words("of")], rows)


def _rank(figure: Figure | None, better_low: bool) -> tuple[float, int]:
    if figure is None:
        return (2.0, 0)
    return (-figure.value if better_low else figure.value, -figure.of)


def _scale(column: Mapping[str, Figure]) -> float:
    return max([_LEAST_SCALE, *(figure.value for figure in column.values())])


def bar_cell(figure: Figure | None, full: float = 1.0) -> str:
    """A share with its bar; ``full`` is the share that fills the bar."""
    if figure is None:
        return ""
    return f'<span class="told">{percent(figure.value)}</span>{bar(figure, full)}'


def figure_list(found: Evaluation, subjects: Iterable[str], words: Words) -> str:
    """All figures of some subjects (``contacts``: ``contacts.f1`` and so on) as a table with bars."""
    names = [
        name
        for subject in subjects
        for name in found.figures
        if name == subject
        or (name.startswith(f"{subject}.") and name.count(".") == subject.count(".") + 1)
    ]
    rows = [
        [
            words.name("figures", name),
            bar_cell(found.figures[name]),
            _interval(found.figures[name]),
            words("share_of", of=found.figures[name].of),
        ]
        for name in names
    ]
    return table([words(key) for key in ("figure", "value", "interval", "of")], rows)


def code_matrix(found: Evaluation, words: Words) -> str:
    """What is taken for what, codes and ordinary talk."""
    return _matrix(found.codes, "confusion_title", words)


def stage_matrix(found: Evaluation, words: Words) -> str:
    """What stage is taken for which."""
    drawn = _matrix(found.stages, "stages_confusion_title", words, SOFT_STAGES)
    return f"<h3>{words('stages_confusion_title')}</h3>{drawn}" if drawn else ""


def _matrix(
    matrix: Confusion, title: str, words: Words, alike: frozenset[str] = frozenset()
) -> str:
    if not matrix.total:
        return ""
    labels = {name: words.name("labels", name) for name in matrix.names}
    axes = (words("row_axis"), words("column_axis"))
    return f'<div class="scroll">{heat_map(matrix, labels, words(title), axes, alike)}</div>'


def reliability(found: Evaluation, words: Words) -> str:
    """The reliability diagram with its numbers."""
    if not found.reliability:
        return ""
    axes = (words("confidence_axis"), words("right_axis"))
    drawn = reliability_diagram(found.reliability, words("reliability_title"), axes)
    rows = [
        [percent(part.confidence), percent(part.right), words("share_of", of=part.of)]
        for part in found.reliability
    ]
    return f'<div class="beside"><div class="scroll">{drawn}</div>{table([*axes, words("of")], rows)}</div>'


def timing(found: Evaluation, words: Words) -> str:
    """Median and 99th percentile of every component, by the length of the message."""
    names = [name.split(".") for name in found.figures if name.startswith("time.")]
    lengths = list(dict.fromkeys(length for _, length, _, _ in names))
    components = list(dict.fromkeys(component for _, _, component, _ in names))
    head = [words("component")]
    for length in lengths:
        head += [f"{words('length', length=length)} {words(key)}" for key in ("median", "p99")]
    rows = []
    for component in components:
        row = [words.name("components", component)]
        for length in lengths:
            for key in ("median", "p99"):
                name = f"time.{length}.{component}.{key}"
                row.append(words.figure(name, found.figures[name]))
        rows.append(row)
    return table(head, rows)


def comparison(found: Evaluation, words: Words) -> str:
    """Other ways of deciding beside ours."""
    shown = [
        name
        for name in COMPARED_FIGURES
        if any(name in figures for figures in found.comparisons.values())
    ]
    full = max(
        [_LEAST_SCALE]
        + [f["false_alarms"].value for f in found.comparisons.values() if "false_alarms" in f]
    )
    rows = [
        [
            words.name("ways", way),
            *(
                bar_cell(figures.get(name), full if name == "false_alarms" else 1.0)
                for name in shown
            ),
        ]
        for way, figures in found.comparisons.items()
    ]
    return table([words("way"), *(words.name("figures", name) for name in shown)], rows)

"""The parts of the report that show messages: the worst mistakes and the alarms that nobody labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from nlu.analysis import Span
from nlu.evaluation.charts import histogram
from nlu.evaluation.evaluation import Evaluation
from nlu.evaluation.figures import group_of
from nlu.evaluation.mistakes import KINDS, TOLD_KINDS, URGENT_KINDS, Mistake
from nlu.evaluation.sections import bar_cell, figure_list, table
from nlu.evaluation.words import Words, percent

_SHOWN = 20


def mistakes(found: Evaluation, words: Words) -> str:
    """The worst mistakes of every kind, with the words they leaned on."""
    counted = Counter(mistake.kind for mistake in found.mistakes)
    parts = []
    for kind in KINDS:
        worst = [mistake for mistake in found.mistakes if mistake.kind == kind][:_SHOWN]
        if not worst:
            continue
        told = words("mistakes_more", count=counted[kind], shown=len(worst))
        parts.append(f"<h3>{words.name('kinds', kind)} <small>{told}</small></h3>")
        parts.append(
            f'<ol class="messages">{"".join(_mistake(item, words) for item in worst)}</ol>'
        )
    return "".join(parts)


def _mistake(mistake: Mistake, words: Words) -> str:
    is_urgent = mistake.kind in URGENT_KINDS
    none = words("not_urgent" if is_urgent else "nothing")
    wanted, found = (
        "、".join(words.name("labels", label) for label in labels) or none
        for labels in (mistake.wanted, mistake.found)
    )
    facts = [f"{words('wanted')} <b>{wanted}</b>", f"{words('found')} <b>{found}</b>"]
    if mistake.kind in TOLD_KINDS:
        facts.append(f"{words('confidence')} {percent(round(mistake.weight, 4))}")
    facts += [words.name("labels", name) for name in (mistake.style, mistake.topic) if name]
    facts.append(escape(f"{mistake.file}:{mistake.line}"))
    return _message(mistake.text, mistake.evidence, facts)


def _message(text: str, evidence: Sequence[Span], facts: Iterable[str]) -> str:
    told = "".join(f"<span>{fact}</span>" for fact in facts)
    return f'<li><bdi class="said">{_marked(text, evidence)}</bdi><p class="facts">{told}</p></li>'


def _marked(text: str, evidence: Sequence[Span]) -> str:
    parts, last = [], 0
    for span in sorted(evidence, key=lambda span: span.start):
        if span.start >= last:
            parts.append(escape(text[last : span.start]))
            parts.append(f"<mark>{escape(text[span.start : span.end])}</mark>")
            last = span.end
    return "".join([*parts, escape(text[last:])])


def unlabelled(found: Evaluation, words: Words) -> str:
    """The alarms in transcripts that nobody labelled."""
    seen = found.unlabelled
    if seen is None:
        return ""
    shares = group_of(found.figures, "unlabelled.share", "code")
    rows = [
        [words.name("labels", code), bar_cell(figure), words("share_of", of=seen.codes[code])]
        for code, figure in sorted(shares.items(), key=lambda item: -item[1].value)
    ]
    parts = [figure_list(found, ["unlabelled", "unlabelled.urgent"], words)]
    parts.append(table(["", words("code_share"), words("of")], rows))
    if any(seen.confidence):
        title = words("histogram_title")
        drawn = histogram(seen.confidence, title)
        parts.append(f'<h3>{title}</h3><div class="scroll">{drawn}</div>')
    samples = []
    for outcome in seen.alarms:
        threat = outcome.analysis.threats[0]
        facts = [f"<b>{words.name('labels', threat.code)}</b>"]
        facts.append(f"{words('confidence')} {percent(threat.confidence)}")
        facts.append(escape(f"{outcome.row.file}:{outcome.row.line}"))
        samples.append(_message(outcome.row.text, threat.evidence, facts))
    if samples:
        parts.append(
            f'<h3>{words("samples_title")}</h3><p class="note">{words("samples_note")}</p>'
        )
        parts.append(f'<ol class="messages">{"".join(samples)}</ol>')
    return "".join(parts)

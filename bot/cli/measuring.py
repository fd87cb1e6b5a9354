"""The work of ``jingzhong evaluate``: rows in, figures, report and floors out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from actions.content import read_yaml
from bot.cli.progress import Steps, say
from bot.held_out import HELD_OUT, conversing, held_out_files
from bot.masking import mask_secrets
from bot.recognition import load_recogniser
from bot.settings import ROOT, Settings, prepare_home
from bot.training import ensure_model, model_version
from nlu.evaluation.ablation import decide_by_rules, without_lexicon
from nlu.evaluation.evaluation import Evaluation
from nlu.evaluation.evaluation import evaluate as measure_all
from nlu.evaluation.floors import Breach, FloorError, Floors, breaches, load_floors
from nlu.evaluation.keywords import decide_by_keywords, keywords
from nlu.evaluation.outcomes import Decide
from nlu.evaluation.report import build_report
from nlu.evaluation.rows import Row, RowError, read_rows
from nlu.evaluation.sections import COMPARED_FIGURES, KEY_FIGURES
from nlu.evaluation.stock import StockUnavailable, sample_of, stock_decide
from nlu.evaluation.timing import components_of
from nlu.evaluation.words import WordsError
from nlu.lexicon import LexiconError


@dataclass(frozen=True)
class Wanted:
    """What was asked for; without ``files`` the test set of the checkout, and then also its floors."""

    files: tuple[Path, ...]
    html: Path | None
    as_json: bool
    floors: bool | None
    peers: bool


def run(settings: Settings, wanted: Wanted) -> None:
    """Measures, writes the results and ends the command as it should end.

    Raises:
        typer.Exit: 2 for rows or options that cannot be used, 1 when a figure is worse than its floor.
    """
    with_floors = not wanted.files if wanted.floors is None else wanted.floors
    try:
        rows = _rows(wanted.files)
        limits = load_floors() if with_floors else None
        if wanted.html and not wanted.html.absolute().parent.is_dir():
            _fail(f"--html: {wanted.html.parent} is no folder; create it or name another file", 2)
        found, model = _measure(settings, rows, wanted.peers)
        broken = breaches(found.figures, limits) if limits else []
        if wanted.html:
            names = sorted({row.file for row in rows})
            wording = read_yaml(settings.content / "report.yml")
            page = build_report(
                found, wording, files=names, model=model, floors=limits, broken=broken
            )
            _write(wanted.html, page)
    except (RowError, FloorError, WordsError, LexiconError) as error:
        _fail(str(error), 2)
    if wanted.as_json:
        _print_json(found, model, limits, broken)
    elif not wanted.html:
        _print_tables(found, limits)
    for breach in broken:
        say(breach.line)
    if broken:
        raise typer.Exit(1)


def _rows(files: Sequence[Path]) -> list[Row]:
    paths = files or held_out_files(HELD_OUT)
    if not paths:
        _fail(f"no test set in {HELD_OUT}; name files of your own", 2)
    # Transcripts hold what the gate would have masked before anything read it.
    return [
        replace(row, text=mask_secrets(row.text)) if row.is_unlabelled else row
        for row in read_rows(paths)
    ]


def _measure(settings: Settings, rows: Sequence[Row], peers: bool) -> tuple[Evaluation, str]:
    training = Steps("training the model")
    recogniser = load_recogniser(ensure_model(settings.models, training))
    training.done()
    steps = Steps("measuring")
    others: dict[str, Decide] = {
        "model": without_lexicon(recogniser.model),
        "rules": decide_by_rules,
    }
    if peers:
        others |= _peers(settings, rows, steps)
    found = measure_all(
        recogniser,
        rows,
        others=others,
        components=components_of(recogniser, recogniser.model),
        in_context=conversing(recogniser, settings.content),
        progress=steps,
        watch=_watched,
    )
    steps.done()
    return found, model_version(settings.models)


def _watched(rows: Sequence[Row]) -> Iterable[Row]:
    return track(
        rows,
        description="messages",
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def _peers(settings: Settings, rows: Sequence[Row], steps: Steps) -> dict[str, Decide]:
    from rasa.shared.importers.utils import training_data_from_paths

    from bot.quiet import quiet_structlog
    from nlu.training_examples import examples_of

    keywords()  # a broken list is told before the work begins
    others: dict[str, Decide] = {"keywords": decide_by_keywords}
    quiet_structlog()
    cache = prepare_home(settings) / "evaluation"
    cache.mkdir(exist_ok=True)
    paths = sorted(str(path) for path in (ROOT / "nlu" / "examples").rglob("*.yml"))
    examples = examples_of(training_data_from_paths(paths, "zh").intent_examples)
    texts = list(dict.fromkeys(row.text for row in rows if row.labels is not None))
    try:
        others["stock_rasa"] = stock_decide(sample_of(examples), texts, cache, steps)
    except StockUnavailable as error:
        say(str(error))
    return others


def _print_json(
    found: Evaluation, model: str, limits: Floors | None, broken: Sequence[Breach]
) -> None:
    told = {
        "model": model,
        **found.as_json(),
        "floors": None
        if limits is None
        else {
            "at_least": dict(limits.at_least),
            "at_most": dict(limits.at_most),
            "broken": [breach.name for breach in broken],
        },
    }
    print(json.dumps(told, ensure_ascii=False))


def _print_tables(found: Evaluation, limits: Floors | None) -> None:
    table = Table("figure", "value", "of", "floor", box=None)
    names = list(KEY_FIGURES)
    if limits:
        names += [name for name in (*limits.at_least, *limits.at_most) if name not in names]
    for name in names:
        figure = found.figures.get(name)
        if figure:
            limit = limits.of(name) if limits else None
            floor = "" if limit is None else f"{limit:g}"
            table.add_row(name, f"{figure.value:.4f}", str(figure.of), floor)
    console = Console()
    console.print(table)
    if not found.comparisons:
        return
    beside = Table("figure", *found.comparisons, box=None)
    for name in COMPARED_FIGURES:
        cells = (figures.get(name) for figures in found.comparisons.values())
        beside.add_row(name, *(f"{cell.value:.4f}" if cell else "" for cell in cells))
    console.print()
    console.print(beside)


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        _fail(f"--html: cannot write {path} ({error.strerror})", 1)


def _fail(line: str, status: int) -> NoReturn:
    sys.stderr.write(f"jingzhong: {line}\n")
    raise typer.Exit(status)

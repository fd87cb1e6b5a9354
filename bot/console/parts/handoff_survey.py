"""The page of how the hand-off serves: waiting times, promises, and what borrowers say of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from bot.audit import note
from bot.console.answers import Answer
from bot.console.desk import Desk
from bot.console.part import Part
from bot.console.tables import Cell, Column, Table
from bot.console.visit import CSV_KEY, Visit
from bot.handoff.survey_figures import (
    FILTERS,
    Opinion,
    ServiceFigures,
    opinions,
    service_figures,
)
from bot.staff.roles import ANALYST
from nlu.evaluation.figures import Figure

PERIOD: Final = timedelta(days=30)
_SHOWN: Final = 100
_FIGURES: Final = "handoff-figures"
_TONES: Final = {"good": "good", "fair": "quiet", "poor": "alarm", "stopped": "quiet"}


def add_survey(handoff: Part, desk: Desk) -> None:
    """Adds the page to the part; the words of borrowers are for who may read them, and each look is in the audit."""

    @handoff.page("/handoff/survey", role=ANALYST)
    async def show(visit: Visit) -> Answer:
        now, which = desk.clock(), visit.choice("which", FILTERS)
        since = now - PERIOD
        figures = await asyncio.to_thread(service_figures, desk.reader, since, now)
        # Whoever downloads the figures reads nobody's words.
        alone = visit.query.get(CSV_KEY) == _FIGURES
        limit = 0 if alone else visit.limit(_SHOWN)
        said = await asyncio.to_thread(opinions, desk.reader, since, which, limit)
        read = sum(bool(each.words) for each in said)
        if read:
            detail = {"answers": read, "which": which}
            await desk.writer.commit(
                lambda connection: note(
                    connection, visit.actor, "handoff.survey.read", "surveys", detail, at=now
                )
            )
        return visit.render(
            "handoff/survey.html",
            days=PERIOD.days,
            which=which,
            filters={name: visit.words(f"survey.filters.{name}") for name in FILTERS if name},
            figures=_figures(visit, figures),
            opinions=_opinions(visit, said),
        )


def _figures(visit: Visit, figures: ServiceFigures) -> Table:
    w = visit.words
    columns = [
        Column(w("survey.columns.figure")),
        Column(w("survey.columns.value")),
        Column(w("survey.columns.of"), "number"),
        Column(w("survey.columns.low"), "share"),
        Column(w("survey.columns.high"), "share"),
    ]
    shares = {
        "in_time": figures.in_time,
        "response": figures.response,
        "share_good": figures.good,
    }
    counts = {
        "asked": figures.asked,
        **figures.answers,
        "commends": figures.commends,
        "complains": figures.complains,
    }
    rows = [
        *(
            (
                w(f"survey.figures.{name}"),
                "–" if value is None else visit.span(value),
                None,
                None,
                None,
            )
            for name, value in (("median", figures.median), ("ninetieth", figures.ninetieth))
        ),
        *((w(f"survey.figures.{name}"), *_share(figure)) for name, figure in shares.items()),
        *(
            (w(f"survey.figures.{name}"), f"{count:,}", None, None, None)
            for name, count in counts.items()
        ),
    ]
    caption = w("survey.period", days=PERIOD.days)
    return Table(_FIGURES, columns, rows, empty=w("survey.empty"), caption=caption)


def _share(figure: Figure | None) -> tuple[str, int, float | None, float | None]:
    if figure is None or figure.interval is None:
        return "–", 0, None, None
    return f"{figure.value:.1%}", figure.of, *figure.interval


def _opinions(visit: Visit, said: list[Opinion]) -> Table:
    w = visit.words
    columns = [
        Column(w("survey.columns.at"), "time"),
        Column(w("columns.ticket")),
        Column(w("columns.agent")),
        Column(w("columns.channel"), "channel"),
        Column(w("survey.columns.answer"), "state"),
        Column(w("survey.columns.tags")),
        Column(w("survey.columns.words"), "long"),
    ]
    rows = [
        (
            each.at,
            Cell(each.ticket, href=f"/console/handoff/{each.ticket}"),
            each.agent,
            each.channel,
            Cell(w(f"survey.answers.{each.answer}"), tone=_TONES[each.answer]),
            _tags(visit, each),
            each.words,
        )
        for each in said
    ]
    return Table(
        "handoff-opinions", columns, rows, empty=w("survey.empty"), caption=w("survey.said")
    )


def _tags(visit: Visit, opinion: Opinion) -> str:
    tags = (("commendation", opinion.commends), ("complaint", opinion.complains))
    return "、".join(visit.words(f"survey.filters.{name}") for name, is_so in tags if is_so)

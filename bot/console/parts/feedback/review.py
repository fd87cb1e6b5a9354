"""The review: one signal to judge, with keys, and those that come next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bot.console.answers import Answer, Missing
from bot.console.part import Nav, Part
from bot.console.parts.feedback.refusing import in_words
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.feedback.feedback import Feedback
from bot.feedback.queue import Reviewable
from bot.feedback.verdict import CONFIRMED, FALSE_ALARM, WRONG_CODE, Ruling, Verdict
from bot.ledger.encoding import parse_time
from bot.staff.roles import ANALYST
from nlu.analysis import THREAT_CODES

WAITING, DISAGREED, JUDGED = "waiting", "disagreed", "judged"
_VIEWS: Final = (WAITING, DISAGREED, JUDGED)
_SHOWN: Final = 20
_TONES: Final = {CONFIRMED: "good", FALSE_ALARM: "warm", WRONG_CODE: "brand"}
_LETTERS: Final = "abcdefgh"


def add_review(pages: Part, feedback: Feedback) -> None:
    """Adds the pages of the review to the part."""

    @pages.page("/review", nav=Nav("work", 20))
    def show(visit: Visit) -> Answer:
        view = visit.choice("view", _VIEWS, WAITING)
        found = _found(feedback, view, visit)
        item = found[0] if found and view != JUDGED else None
        return _render(visit, feedback, view, found, item)

    @pages.page("/review/<event_id>")
    def one(visit: Visit, event_id: str) -> Answer:
        item = feedback.queue.one(event_id)
        if item is None:
            raise Missing(visit.words("missing"))
        view = visit.choice("view", _VIEWS, WAITING)
        return _render(visit, feedback, view, _found(feedback, view, visit), item)

    @pages.change("/review/<event_id>/verdict", role=ANALYST)
    async def judge(visit: Visit, event_id: str) -> Answer:
        code = visit.field("code") or None
        verdict = WRONG_CODE if code else visit.field("verdict", needed=True)
        ruling = Ruling(verdict, code, visit.field("note", most=500))
        with in_words(visit):
            judged = await feedback.judge(event_id, ruling, visit.actor)
        said = verdict if judged.changed else "unchanged"
        view = visit.field("view")
        kept = {"view": view} if view in _VIEWS else {}
        only = visit.field("only")
        if only in THREAT_CODES:
            kept["code"] = only
        return visit.redirect("/console/review", said=said, last=event_id, **kept)


def _found(feedback: Feedback, view: str, visit: Visit) -> list[Reviewable]:
    limit = visit.limit(_SHOWN)
    if view == DISAGREED:
        return feedback.queue.disagreed(limit)
    if view == JUDGED:
        return feedback.queue.judged(limit)
    return feedback.queue.waiting(limit, code=visit.choice("code", THREAT_CODES) or None)


def _render(
    visit: Visit,
    feedback: Feedback,
    view: str,
    found: Sequence[Reviewable],
    item: Reviewable | None,
) -> Answer:
    w = visit.words
    backlog = feedback.queue.backlog()
    code = visit.choice("code", THREAT_CODES)
    others = [other for other in found if item is None or other.id != item.id]
    last = visit.text("last")
    return visit.render(
        "feedback/review.html",
        item=item,
        data=item.event["data"] if item else None,
        at=parse_time(item.event["time"]) if item else None,
        facts=_facts(visit, item) if item else [],
        earlier=_earlier(visit, item) if item else [],
        final=_final(item),
        codes=_codes(visit, item) if item else [],
        skip=_address(_following(found, item).id, view, code) if item and others else "",
        table=_table(visit, found if item is None or view == JUDGED else others, view, code),
        tabs=_tabs(visit, backlog.unseen + backlog.disputed),
        tab=_queue(view),
        view=view,
        code=code,
        last=_address(last, view, code) if last else "",
        may_judge=visit.role.may(ANALYST),
        empty=w("review.empty" if view == WAITING else f"review.empty_{view}"),
    )


def _following(found: Sequence[Reviewable], item: Reviewable) -> Reviewable:
    """The one after this; after the last, or after one that is not among them, the first."""
    place = next((place for place, other in enumerate(found) if other.id == item.id), -1)
    return found[(place + 1) % len(found)]


def _tabs(visit: Visit, waiting: int) -> list[tuple[str, str]]:
    w = visit.words
    tabs = [
        (w(f"tabs.{view}", n=waiting) if view == WAITING else w(f"tabs.{view}"), _queue(view))
        for view in _VIEWS
    ]
    return [*tabs, (w("tabs.rates"), "/console/review/rates")]


def review_tabs(visit: Visit, feedback: Feedback) -> list[tuple[str, str]]:
    """The tabs of the review, for pages that stand beside it."""
    backlog = feedback.queue.backlog()
    return _tabs(visit, backlog.unseen + backlog.disputed)


def _queue(view: str) -> str:
    return f"/console/review?view={view}"


def _address(event_id: str, view: str, code: str) -> str:
    return f"/console/review/{event_id}?view={view}" + (f"&code={code}" if code else "")


def _facts(visit: Visit, item: Reviewable) -> list[tuple[str, str]]:
    w, data = visit.words, item.event["data"]
    none = w("review.none")
    kinds = visit.shell.names("kinds")
    contacts = [
        f"{kinds.get(contact['kind'], contact['kind'])} {contact['value']}"
        for contact in data["contacts"]
    ]
    amounts = w("review.yuan", amounts="、".join(data["amounts"])) if data["amounts"] else none
    return [
        (w("review.contacts"), "；".join(contacts) or none),
        (w("review.agency"), data["agency"] or none),
        (w("review.amounts"), amounts),
        (w("review.platform"), data["platform"] or none),
    ]


def _earlier(visit: Visit, item: Reviewable) -> list[dict[str, Any]]:
    return [
        {
            "text": said_of(visit, said),
            "tone": _TONES[said.verdict],
            "by": said.by,
            "at": said.at,
            "note": said.note,
            "appeal": said.appeal,
        }
        for said in reversed(item.judgement.verdicts)
    ]


def said_of(visit: Visit, said: Verdict) -> str:
    """A verdict in words, with the right code where it names one."""
    text = visit.words(f"verdicts.{said.verdict}")
    if said.code is None:
        return text
    name = visit.shell.names("codes").get(said.code, said.code)
    return f"{text} {visit.words('review.right_code', code=name)}"


def _final(item: Reviewable | None) -> str:
    """The appeal that was decided on the signal, if any."""
    said = item.judgement.verdicts if item else ()
    return next((verdict.appeal for verdict in reversed(said) if verdict.appeal), "")


def _codes(visit: Visit, item: Reviewable) -> list[tuple[str, str, str]]:
    """The codes that the signal may have instead: letter, code and name."""
    names = visit.shell.names("codes")
    others = [code for code in THREAT_CODES if code != item.event["data"]["code"]]
    return [(letter, code, names[code]) for letter, code in zip(_LETTERS, others, strict=False)]


def _table(visit: Visit, found: Sequence[Reviewable], view: str, code: str) -> Table:
    w = visit.words
    columns = [
        Column(w("columns.time"), "time"),
        Column(w("columns.code"), "code"),
        Column(w("columns.stage"), "stage"),
        Column(w("columns.said"), "long"),
        Column(w("columns.channel"), "channel"),
        Column(w("columns.dispute")),
        Column(w("columns.verdict"), shown=view != WAITING),
        Column(w("columns.by"), shown=view != WAITING),
        Column(w("columns.id"), "id", shown=False),
    ]
    rows = [_row(visit, item, view, code) for item in found]
    caption = w("review.next_ones") if view == WAITING else w(f"tabs.{view}")
    return Table("review", columns, rows, empty=w("review.empty"), caption=caption)


def _row(visit: Visit, item: Reviewable, view: str, code: str) -> tuple[Any, ...]:
    w, data, current = visit.words, item.event["data"], item.judgement.current
    disputed = Cell(w("columns.disputed"), tone="alarm") if item.judgement.disputed_at else ""
    verdict = Cell(said_of(visit, current), tone=_TONES[current.verdict]) if current else ""
    return (
        parse_time(item.event["time"]),
        Cell(data["code"], href=_address(item.id, view, code)),
        data["stage"],
        "；".join(data["evidence"]),
        data["channel"],
        disputed,
        verdict,
        "、".join(dict.fromkeys(said.by for said in item.judgement.verdicts)),
        item.id,
    )

"""Scripts of education campaigns: how they branch, how they play, and who approved them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from bot.campaigns.check import Checked
from bot.campaigns.drawing import drawing
from bot.campaigns.scripts import VARIANTS, Script
from bot.campaigns.scripts_approval import ApprovalBook, ApprovalError, approval_of, state_of
from bot.console.answers import Answer, Conflict, Invalid, Missing
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.scripts.playing import played
from bot.console.parts.scripts.shelf import Shelf
from bot.console.parts.scripts.showing import (
    SCHEMA,
    TONES,
    as_json,
    choice_tables,
    history_table,
    script_row,
    script_table,
)
from bot.console.visit import Visit
from bot.staff.roles import ANALYST


def part(desk: Desk) -> Part:
    """The part."""
    scripts = Part("scripts")
    shelf = Shelf(desk)
    book = ApprovalBook(desk.reader, desk.writer, desk.clock)

    def state(checked: Checked) -> str:
        return "broken" if checked.script is None else state_of(desk.reader, checked.script)

    @scripts.page("/scripts", nav=Nav("govern", 15))
    def show(visit: Visit) -> Answer:
        rows = [script_row(visit, each, state(each)) for each in shelf.all().values()]
        return visit.render("scripts/list.html", table=script_table(visit, rows))

    @scripts.page("/scripts/<name>")
    def one(visit: Visit, name: str) -> Answer:
        checked = shelf.get(visit, name)
        script = checked.script
        found = approval_of(desk.reader, script) if script else None
        return visit.render(
            "scripts/one.html",
            checked=checked,
            script=script,
            lines=shelf.check().lines(checked),
            state=state(checked),
            tone=TONES[state(checked)],
            approval=found,
            own=found is not None and found.submitted_by.casefold() == visit.who.casefold(),
            may=visit.role.may(ANALYST),
            variants=VARIANTS,
            drawn=drawing(script, shelf.drawn(), link="#step-") if script else "",
            choices=choice_tables(visit, script) if script else {},
            history=history_table(visit, book.history(name)),
        )

    @scripts.page("/scripts/<name>/play")
    def play(visit: Visit, name: str) -> Answer:
        checked = shelf.get(visit, name)
        if checked.script is None or not checked.playable:
            raise Invalid(visit.words("errors.broken"))
        variant = visit.choice("variant", VARIANTS, VARIANTS[0])
        return visit.render("scripts/play.html", **played(visit, shelf, checked.script, variant))

    @scripts.page("/scripts/<name>/pictures/<step>")
    def picture(visit: Visit, name: str, step: str) -> Answer:
        script = shelf.get(visit, name).script
        shown = script.steps.get(step) if script else None
        if shown is None or shown.picture is None or not shown.picture.file.is_file():
            raise Missing(visit.words("errors.missing"))
        file = shown.picture.file
        kind = "image/png" if file.suffix == ".png" else "image/jpeg"
        return visit.download(file.read_bytes(), file.name, kind)

    async def seen(visit: Visit, name: str, *, in_order: bool) -> Script:
        """The script as the person saw it, which a change must not have replaced meanwhile."""
        checked = await asyncio.to_thread(shelf.get, visit, name)
        if checked.script is None or (in_order and checked.problems):
            raise Invalid(visit.words("errors.problems"))
        if checked.script.hash != visit.field("hash"):
            raise Conflict(visit.words("errors.stale"))
        return checked.script

    @scripts.change("/scripts/<name>/submit", role=ANALYST)
    async def submit(visit: Visit, name: str) -> Answer:
        script = await seen(visit, name, in_order=True)
        note = visit.field("note", most=500)
        await _told(visit, book.submit(script, visit.who, visit.actor, note))
        return visit.redirect(f"/console/scripts/{name}", said="submitted")

    @scripts.change("/scripts/<name>/approve", role=ANALYST)
    async def approve(visit: Visit, name: str) -> Answer:
        script = await seen(visit, name, in_order=True)
        note = visit.field("note", most=500)
        await _told(visit, book.approve(script, visit.who, visit.actor, note))
        return visit.redirect(f"/console/scripts/{name}", said="approved")

    @scripts.change("/scripts/<name>/decline", role=ANALYST)
    async def decline(visit: Visit, name: str) -> Answer:
        script = await seen(visit, name, in_order=False)
        note = visit.field("note", most=500)
        await _told(visit, book.decline(script, visit.who, visit.actor, note))
        return visit.redirect(f"/console/scripts/{name}", said="declined")

    @scripts.api(
        "GET",
        "/scripts",
        summary="Scripts of education campaigns; approved on the console by a second person.",
        answer={
            "type": "object",
            "required": ["scripts"],
            "properties": {"scripts": {"type": "array", "items": SCHEMA}},
        },
    )
    def listed(call: Call) -> dict[str, Any]:
        return {"scripts": [as_json(each, state(each)) for each in shelf.all().values()]}

    return scripts


async def _told(visit: Visit, change: Awaitable[None]) -> None:
    """Makes a change; why it cannot be made is told in the words of the page."""
    try:
        await change
    except ApprovalError as error:
        kind = Invalid if error.reason == "own" else Conflict
        raise kind(visit.words(f"errors.{error.reason}")) from None

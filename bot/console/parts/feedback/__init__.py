"""Feedback: the review of signals, appeals, and how many signals were false alarms."""

from __future__ import annotations

from bot.console.desk import Desk
from bot.console.part import Part
from bot.console.parts.feedback.api import add_api
from bot.console.parts.feedback.appeals import add_appeals
from bot.console.parts.feedback.rates import add_rates
from bot.console.parts.feedback.review import add_review
from bot.feedback.feedback import Feedback


def part(desk: Desk) -> Part:
    """The part."""
    feedback = Feedback(
        desk.reader, desk.writer, desk.source, desk.services.settings.content, desk.clock
    )
    pages = Part("feedback")
    add_rates(pages, desk, feedback)
    add_review(pages, feedback)
    add_appeals(pages, desk, feedback)
    add_api(pages, feedback)
    return pages

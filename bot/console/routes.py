"""The console and the API as one blueprint of the server."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from sanic import Blueprint, Sanic

from bot.console.api import Api
from bot.console.desk import Desk
from bot.console.files import add_files
from bot.console.navigation import Navigation
from bot.console.parts import all_parts
from bot.console.rendering import Rendering
from bot.console.serving import Pages
from bot.console.visitors import Visitors
from bot.console.wording import SHELL
from bot.services import Services


def console_blueprint(services: Services) -> Blueprint:
    """All routes below ``/console`` and ``/api``.

    Raises:
        ContentError: when the console's wording is missing or broken.
    """
    desk = Desk.of(services)
    parts = all_parts(desk)
    for name in (SHELL, *(part.name for part in parts)):
        desk.words(name)  # what is missing is said at the start and not to the first visitor
    rendering = Rendering(desk.wording, Navigation(parts))
    visitors = Visitors(desk, rendering)
    blueprint = Blueprint("console")
    add_files(blueprint)
    visitors.add(blueprint)
    Pages(desk, visitors, rendering).add(blueprint, parts)
    Api(desk, visitors).add(blueprint, parts)

    @blueprint.listener("before_server_start")
    async def open_accounts(app: Sanic, loop: AbstractEventLoop) -> None:
        password = services.settings.admin_password
        if password is not None:
            await desk.staff.keep_first(password.get_secret_value())

    @blueprint.listener("after_server_stop")
    async def close(app: Sanic, loop: AbstractEventLoop) -> None:
        desk.reader.close()

    return blueprint

"""The pictures of campaign scripts, for clients that can show one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.services import Services

_NAME: Final = re.compile(r"[\w-]{1,80}\.(?:png|jpg|jpeg)")


def pictures_blueprint(services: Services) -> Blueprint:
    """``GET /pictures/NAME``: a picture of ``content/campaigns/pictures``; 404 for anything else."""
    blueprint = Blueprint("pictures")
    folder = services.settings.content / "campaigns" / "pictures"

    @blueprint.get("/pictures/<name>")
    async def picture(request: Request, name: str) -> HTTPResponse:
        path = picture_inside(folder, name)
        if path is None:
            return response.json({"error": "there is no such picture"}, status=404)
        return await response.file(path, headers={"Cache-Control": "max-age=3600"})

    return blueprint


def picture_inside(folder: Path, name: str) -> Path | None:
    """The file of a picture, ``None`` if the name is none of a picture right in the folder."""
    # Two slashes or dots could lead elsewhere; a link could too.
    if not _NAME.fullmatch(name):
        return None
    path = folder / name
    return path if path.is_file() and not path.is_symlink() else None

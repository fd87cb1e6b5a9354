"""A street of people, and a notebook of what they got."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.campaigns.push.street import Notebook, Street


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def street(tmp_path: Path, notebook: Notebook) -> Iterator[Street]:
    street = Street(tmp_path, notebook)
    yield street
    street.close()

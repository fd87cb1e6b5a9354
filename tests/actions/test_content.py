from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.content import CONTENT, ContentError, content_version, load_content

Edit = Callable[[dict[str, Any]], Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the institution's files that a test may break."""
    for name in ("institution.yml", "authorities.yml", "facts.yml", "phrases.yml"):
        shutil.copy(CONTENT / name, tmp_path / name)
    return tmp_path


def edit(folder: Path, name: str, change: Edit) -> None:
    """Changes one file of a content folder."""
    path = folder / name
    loaded = yaml.safe_load(path.read_text("utf-8"))
    change(loaded)
    path.write_text(yaml.safe_dump(loaded, allow_unicode=True), "utf-8")


def test_the_shipped_institution_is_an_example_and_every_reply_says_so() -> None:
    content = load_content()
    assert content.demo
    assert content.values()["hotline"].endswith("（示例号码）")
    # Not diallable: nobody may be rung up by an example.
    assert len(content.hotlines[0].digits) != 10


def test_a_real_institution_shows_its_number_alone(folder: Path) -> None:
    edit(folder, "institution.yml", lambda loaded: loaded.update(demo=False))
    content = load_content(folder)
    assert content.hotline == content.hotlines[0].number


@pytest.mark.parametrize("hotlines", [[], None])
def test_without_a_hotline_there_is_no_service(folder: Path, hotlines: Any) -> None:
    edit(folder, "institution.yml", lambda loaded: loaded.update(hotlines=hotlines))
    with pytest.raises(ContentError, match="no hotline"):
        load_content(folder)


def test_a_hotline_without_digits_is_refused(folder: Path) -> None:
    hotline = {"number": "见官网", "name": "热线"}
    edit(folder, "institution.yml", lambda loaded: loaded.update(hotlines=[hotline]))
    with pytest.raises(ContentError, match="fewer than five digits"):
        load_content(folder)


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("institution.yml", lambda loaded: loaded.pop("app_entry"), "app_entry"),
        ("institution.yml", lambda loaded: loaded.pop("partners"), "partners"),
        ("institution.yml", lambda loaded: loaded.update(partners=[1]), "wrong form"),
        ("institution.yml", lambda loaded: loaded.update(handoff=True), "wrong form"),
        ("institution.yml", lambda loaded: loaded["hotlines"][0].pop("name"), "name"),
        (
            "institution.yml",
            lambda loaded: loaded["partners"].update(published_on="gestern"),
            "wrong form",
        ),
        ("authorities.yml", lambda loaded: loaded.pop("authorities"), "authorities"),
        ("facts.yml", lambda loaded: loaded.update(facts=["a"]), "wrong form"),
    ],
)
def test_a_broken_entry_is_told_in_one_line(
    folder: Path, name: str, change: Edit, told: str
) -> None:
    edit(folder, name, change)
    with pytest.raises(ContentError) as error:
        load_content(folder)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"hotlines: [", "line"),
        (b"- a\n", "mapping"),
        (b"name: \xff\xfe", "cannot be read"),
        (None, "missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(folder: Path, text: bytes | None, told: str) -> None:
    path = folder / "institution.yml"
    path.unlink() if text is None else path.write_bytes(text)
    with pytest.raises(ContentError, match=told) as error:
        load_content(folder)
    assert "institution.yml" in str(error.value)


def test_facts_are_optional(folder: Path) -> None:
    (folder / "facts.yml").unlink()
    assert load_content(folder).facts == {}


@pytest.mark.parametrize("until", ["2026-11-30", "2026-11-30 00:00:00", date(2026, 11, 30)])
def test_a_fact_drops_out_by_itself_after_its_day(folder: Path, until: Any) -> None:
    key = "one_off_credit_repair"
    edit(folder, "facts.yml", lambda loaded: loaded["facts"][key].update(valid_until=until))
    # As a person writes it: without quotes, so that YAML reads a day or a moment.
    text = (folder / "facts.yml").read_text("utf-8").replace(f"'{until}'", str(until))
    (folder / "facts.yml").write_text(text, "utf-8")
    fact = load_content(folder).facts[key]
    assert fact.valid_on(date(2026, 11, 30))
    assert not fact.valid_on(date(2026, 12, 1))


def test_a_fact_without_an_end_stands() -> None:
    assert load_content().facts["overdue_record_years"].valid_on(date(2099, 1, 1))


@pytest.mark.parametrize(("day", "current"), [(60, True), (61, False)])
def test_the_partner_list_is_relied_on_for_sixty_days(day: int, current: bool) -> None:
    content = load_content()
    on = date.fromordinal(content.partners_published_on.toordinal() + day)
    assert content.partner_list_is_current(on) is current


def test_any_change_of_a_wording_changes_the_version(folder: Path) -> None:
    before = content_version(folder)
    assert content_version(folder) == before
    (folder / "replies").mkdir()
    (folder / "replies" / "more.yml").write_text("responses: {}\n", "utf-8")
    assert content_version(folder) != before
    assert load_content(folder).version == content_version(folder)

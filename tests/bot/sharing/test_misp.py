"""Exports as events of MISP's core format."""

from __future__ import annotations

import json
from typing import Any

from tests.bot.sharing.conftest import WANG, House

URL, PHONE, MOBILE = "url:scam.example", "phone:+862100001234", "phone:+8613800001234"

# What the format asks of an event and of an attribute, as draft 18 of the core format words it.
_EVENT = {"uuid", "published", "info", "date", "timestamp", "publish_timestamp", "distribution"}
_ATTRIBUTE = {
    "uuid",
    "type",
    "category",
    "to_ids",
    "event_id",
    "distribution",
    "timestamp",
    "deleted",
    "value",
}


def events(house: House, **choice: Any) -> list[dict[str, Any]]:
    text = house.exports("misp", **choice).text
    return [item["Event"] for item in json.loads(text)["response"]]


def tags(item: dict[str, Any]) -> set[str]:
    return {tag["name"] for tag in item["Tag"]}


def test_a_case_is_an_event_and_its_contacts_are_attributes(house: House) -> None:
    first, second = house.confirms(URL), house.confirms(PHONE)
    house.run(house.book.merge(first, second, WANG))
    (event,) = events(house)
    assert set(event) >= _EVENT
    found = {a["value"]: (a["category"], a["type"]) for a in event["Attribute"]}
    assert found == {
        "scam.example": ("Network activity", "domain"),
        "+862100001234": ("Financial fraud", "phone-number"),
    }
    assert all(set(attribute) >= _ATTRIBUTE for attribute in event["Attribute"])


def test_markings_are_tags_and_the_narrowest_of_them_bounds_the_event(house: House) -> None:
    first, second = house.confirms(URL), house.confirms(MOBILE)
    house.run(house.book.merge(first, second, WANG))
    (event,) = events(house)
    assert "tlp:amber+strict" in tags(event)
    assert event["distribution"] == "0"
    by_type = {attribute["type"]: attribute for attribute in event["Attribute"]}
    assert "tlp:green" in tags(by_type["domain"])
    assert "tlp:amber+strict" in tags(by_type["anonymised"])


def test_a_keyed_hash_is_an_anonymised_attribute_that_sets_off_no_detection(house: House) -> None:
    house.confirms(MOBILE)
    (attribute,) = events(house)[0]["Attribute"]
    assert (attribute["type"], attribute["to_ids"]) == ("anonymised", False)
    assert attribute["value"].startswith("hmac-sha-256:")


def test_a_retraction_is_deleted_and_sighted_as_a_false_positive(house: House) -> None:
    case = house.confirms(URL)
    (before,) = events(house)[0]["Attribute"]
    house.moves(case, "false_alarm")
    (attribute,) = events(house)[0]["Attribute"]
    assert (before["deleted"], before["to_ids"]) == (False, True)
    assert (attribute["uuid"], attribute["deleted"], attribute["to_ids"]) == (
        before["uuid"],
        True,
        False,
    )
    (sighting,) = attribute["Sighting"]
    assert (sighting["type"], sighting["uuid"], sighting["source"]) == (
        "1",
        before["uuid"],
        "retracted",
    )


def test_a_dispute_is_a_sighting_and_nothing_is_deleted(house: House) -> None:
    case = house.confirms(URL)
    house.exports()
    house.moves(case, "closed", "verifying")
    (attribute,) = events(house)[0]["Attribute"]
    assert (attribute["deleted"], attribute["to_ids"]) == (False, False)
    assert attribute["Sighting"][0]["source"] == "disputed"


def test_ids_stay_the_same_from_export_to_export(house: House) -> None:
    house.confirms(URL)
    assert events(house)[0]["uuid"] == events(house)[0]["uuid"]

"""Exports as STIX 2.1, read back by the library of OASIS."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import stix2

from bot.cases.contacts import ContactKey
from bot.sharing.stix import pattern
from bot.sharing.tlp import Tlp
from tests.bot.sharing.conftest import WANG, House, objects, telling

URL, WECHAT = "url:scam.example", "wechat:jiezhai888"


def test_a_bundle_parses_strictly_and_all_its_references_resolve(house: House) -> None:
    house.confirms(URL)
    house.confirms(WECHAT, code="fake_hotline")
    text = house.exports("stix").text
    bundle = stix2.parse(text, allow_custom=False)
    ids = {item["id"] for item in bundle.objects}
    for item in json.loads(text)["objects"]:
        named = [value for name, value in item.items() if name.endswith("_ref")]
        named += [ref for name, value in item.items() if name.endswith("_refs") for ref in value]
        assert set(named) <= ids


def test_an_indicator_says_what_it_indicates_for_how_long_and_how_sure_one_is(house: House) -> None:
    house.confirms(URL)
    bundle = house.bundle()
    (indicator,) = objects(bundle, "indicator")
    assert indicator["pattern"] == "[domain-name:value = 'scam.example']"
    assert indicator["confidence"] == 70
    assert indicator["revoked"] is False
    assert indicator["valid_until"] > indicator["valid_from"]
    (threat,), (relation,) = objects(bundle, "attack-pattern"), objects(bundle, "relationship")
    assert threat["name"] == "虚假贷款"
    assert (relation["source_ref"], relation["relationship_type"], relation["target_ref"]) == (
        indicator["id"],
        "indicates",
        threat["id"],
    )


def test_contacts_of_one_case_are_grouped(house: House) -> None:
    first, second = house.confirms(URL), house.confirms("url:b.example")
    house.run(house.book.merge(first, second, WANG))
    bundle = house.bundle()
    (grouping,) = objects(bundle, "grouping")
    assert sorted(grouping["object_refs"]) == sorted(
        item["id"] for item in objects(bundle, "indicator")
    )


def test_an_incremental_bundle_keeps_the_other_members_of_a_grouping(house: House) -> None:
    first = house.confirms(URL)
    house.exports()
    second = house.confirms("url:b.example")
    house.run(house.book.merge(first, second, WANG))
    bundle = house.bundle(changes_only=True)
    assert len(objects(bundle, "grouping")[0]["object_refs"]) == 2


def test_ids_and_text_are_the_same_in_every_export_of_the_same_entries(house: House) -> None:
    house.confirms(URL)
    assert house.exports("stix").text == house.exports("stix").text


def test_an_id_tells_nothing_of_the_contact_behind_it(build: Callable[..., House]) -> None:
    """Two houses that share the same number give it ids that have nothing in common."""
    ids = []
    for house in (build(), build()):
        house.confirms("phone:+862100001234")
        bundle = house.bundle()
        ids.append(objects(bundle, "indicator")[0]["id"])
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("contact", "level", "marking"),
    [
        (URL, "green", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"),
        (WECHAT, "amber+strict", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"),
    ],
)
def test_markings_are_those_of_tlp_2_as_oasis_defines_them(
    house: House, contact: str, level: str, marking: str
) -> None:
    house.confirms(contact)
    bundle = house.bundle()
    (indicator,) = objects(bundle, "indicator")
    assert marking in indicator["object_marking_refs"]
    (defined,) = (item for item in objects(bundle, "marking-definition") if item["id"] == marking)
    extension = defined["extensions"]["extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"]
    assert extension == {"extension_type": "property-extension", "tlp_2_0": level}


def test_every_indicator_carries_the_basis_and_what_it_must_not_be_used_for(house: House) -> None:
    house.confirms(URL)
    bundle = house.bundle()
    statements = [item for item in objects(bundle, "marking-definition") if "definition" in item]
    assert house.policy.basis.restriction in statements[0]["definition"]["statement"]
    assert statements[0]["id"] in objects(bundle, "indicator")[0]["object_marking_refs"]


def test_a_keyed_hash_is_no_stix_pattern_and_says_under_which_key_it_was_made(house: House) -> None:
    house.confirms(WECHAT)
    (indicator,) = objects(house.bundle(), "indicator")
    alliance = house.alliance
    assert alliance is not None
    assert indicator["pattern_type"] == "hmac-sha-256"
    key = ContactKey.parse(WECHAT)
    assert indicator["pattern"] == f"hmac-sha-256:{alliance.id}:{alliance.of(key)}"


def test_a_retraction_revokes_the_indicator_and_says_why(house: House) -> None:
    case = house.confirms(URL)
    first = objects(house.bundle(), "indicator")[0]
    house.moves(case, "false_alarm")
    bundle = house.bundle(changes_only=True)
    (indicator,) = objects(bundle, "indicator")
    assert (indicator["id"], indicator["revoked"], indicator["confidence"]) == (
        first["id"],
        True,
        0,
    )
    assert indicator["modified"] > first["modified"]
    assert indicator["created"] == first["created"]
    (note,) = objects(bundle, "note")
    assert (note["abstract"], note["content"]) == ("false_alarm", "核实后不涉诈")
    assert objects(bundle, "relationship")[0]["revoked"] is True


def test_a_dispute_is_an_opinion_on_the_indicator(house: House) -> None:
    case = house.confirms(URL)
    house.exports()
    house.moves(case, "closed", "verifying")
    bundle = house.bundle(changes_only=True)
    (opinion,), (indicator,) = objects(bundle, "opinion"), objects(bundle, "indicator")
    assert (opinion["opinion"], opinion["object_refs"]) == ("disagree", [indicator["id"]])
    assert "disputed" in indicator["labels"]


def test_a_code_of_the_alliance_stands_beside_our_own(
    build: Callable[..., House], policy: Any
) -> None:
    codes = {**policy.codes, "loan_scam": replace(policy.codes["loan_scam"], aif_code="A-07")}
    house = build(codes=codes)
    house.confirms(URL)
    references = objects(house.bundle(), "attack-pattern")[0]["external_references"]
    assert {"source_name": "aif_code", "external_id": "A-07"} in references


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (ContactKey("wechat", "a'b\\c"), r"a\'b\\c"),
        (ContactKey("agency", "x' OR '1'='1"), r"x\' OR \'1\'=\'1"),
    ],
)
def test_what_somebody_named_cannot_break_out_of_a_pattern(key: ContactKey, expected: str) -> None:
    assert expected in pattern(key)
    stix2.v21.Indicator(
        pattern=pattern(key), pattern_type="stix", valid_from="2026-11-23T00:00:00Z"
    )


def test_an_empty_export_is_a_valid_bundle_too(house: House) -> None:
    house.hears(telling("u1", URL))
    assert objects(house.bundle(tlp=Tlp.GREEN), "indicator") == []

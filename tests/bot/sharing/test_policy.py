"""The rules of content/sharing.yml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from actions.content import ContentError
from bot.cases.contacts import ContactKey
from bot.sharing.policy import SharingPolicy, load_policy
from bot.sharing.tlp import Tlp


def test_a_mobile_number_is_personal_and_a_service_line_is_not(policy: SharingPolicy) -> None:
    markings = {}
    for text in (
        "phone:13800001234",
        "phone:4000000123",
        "phone:021-0000-1234",
        "phone:0085200001234",
    ):
        rule = policy.rule(ContactKey.parse(text))
        assert rule is not None
        markings[text] = rule.tlp
    assert set(markings.values()) == {Tlp.AMBER_STRICT, Tlp.AMBER}
    assert markings["phone:13800001234"] is Tlp.AMBER_STRICT


@pytest.mark.parametrize("kind", ["wechat", "qq", "telegram", "bank_account"])
def test_what_belongs_to_a_person_stays_in_the_receiving_house_and_never_leaves_in_clear(
    policy: SharingPolicy, kind: str
) -> None:
    rule = policy.rule(ContactKey(kind, "12345678"))
    assert rule is not None
    assert rule.tlp is Tlp.AMBER_STRICT
    assert {rule.form(state) for state in policy.states} == {"keyed_hash"}


def test_a_kind_without_a_rule_is_not_shared(policy: SharingPolicy) -> None:
    assert policy.rule(ContactKey("other", "x123")) is None


def test_a_case_that_is_not_confirmed_is_not_shared(policy: SharingPolicy) -> None:
    assert [policy.confidence(state) for state in ("new", "verifying", "false_alarm")] == [None] * 3


def test_a_closed_case_counts_as_confirmed_and_not_as_known_to_the_police(
    policy: SharingPolicy,
) -> None:
    rule = policy.rule(ContactKey.parse("phone:13800001234"))
    assert rule is not None
    assert (rule.form("closed"), rule.form("handed_to_police")) == ("keyed_hash", "clear")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda rules: rules.pop("basis"), "basis"),
        (lambda rules: rules["codes"].pop("loan_scam"), "loan_scam"),
        (
            lambda rules: rules["kinds"].update(url={"tlp": "purple", "clear_from": "never"}),
            "purple",
        ),
        (lambda rules: rules["kinds"].update(url={"tlp": "green", "clear_from": "new"}), "new"),
        (lambda rules: rules["states"].update(confirmed=101), "101"),
        (lambda rules: rules["states"].update(verifying=50), "verifying"),
        (lambda rules: rules["tlp"].pop("amber+strict"), "amber+strict"),
        (lambda rules: rules.update(kinds=7), "sharing.yml"),
    ],
)
def test_broken_rules_are_named_in_one_line(
    content_copy: Path, change: Callable[[dict[str, object]], object], named: str
) -> None:
    path = content_copy / "sharing.yml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(rules)
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ContentError) as broken:
        load_policy(content_copy)
    assert named in str(broken.value)
    assert "\n" not in str(broken.value)

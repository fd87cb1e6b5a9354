"""Matching two lists: what is found, and that nothing else crosses."""

from __future__ import annotations

import json
import os
import time

import pytest

from bot.sharing.blinding import Blinder, PointError, filler
from bot.sharing.matching import SMALLEST, MatchError, Session, answer, asked_for, start

SOAK = os.environ.get("JINGZHONG_SOAK") == "1"
OURS = ["phone:+8613800001234", "wechat:abc123", "url:example.com", "agency:某某优化"]
THEIRS = ["url:example.com", "phone:+8613900005678", "agency:某某优化", "qq:100000"]


def phones(start: int, count: int) -> list[str]:
    return [f"phone:+861380000{number:04d}" for number in range(start, start + count)]


def matched(ours: list[str], theirs: list[str]) -> tuple[str, ...]:
    session, request = start(ours)
    return Session.from_json(session.as_json()).finish(answer(request, theirs, most=10**6))


def test_the_one_who_asks_learns_what_both_lists_hold() -> None:
    assert matched(OURS, THEIRS) == ("agency:某某优化", "url:example.com")


@pytest.mark.parametrize(
    ("ours", "theirs", "common"),
    [([], THEIRS, 0), (OURS, [], 0), (OURS, OURS, 4), (OURS * 2, THEIRS * 3, 2)],
)
def test_lists_may_be_empty_equal_or_repeat_themselves(
    ours: list[str], theirs: list[str], common: int
) -> None:
    assert len(matched(ours, theirs)) == common


def test_two_values_do_not_meet_by_chance() -> None:
    ours, theirs = phones(0, 400), phones(390, 400)
    assert matched(ours, theirs) == tuple(phones(390, 10))


def test_secrets_cover_in_any_order() -> None:
    one, other = Blinder(), Blinder()
    assert one.point(other.value("phone:1")) == other.point(one.value("phone:1"))
    assert one.point(other.value("phone:1")) != one.point(other.value("phone:2"))


def test_the_same_list_looks_different_in_every_matching() -> None:
    requests = [json.loads(start(OURS)[1])["points"] for _ in range(2)]
    assert not set(requests[0]) & set(requests[1])


def test_files_of_lists_of_any_content_have_the_same_form_and_length() -> None:
    """Nothing but the bucket of the size tells what was asked and answered."""
    shapes = set()
    for ours, theirs in ((OURS, THEIRS), (phones(0, 200), []), ([], phones(0, 250)), (OURS, OURS)):
        _, request = start(ours)
        reply = answer(request, theirs, most=1000)
        shapes.add((len(request), len(reply), asked_for(request)))
    assert len(shapes) == 1
    assert asked_for(start(phones(0, SMALLEST + 1))[1]) == 2 * SMALLEST


def test_points_that_stand_for_nothing_are_spread_like_those_that_stand_for_contacts() -> None:
    """A plain test of the leading bytes; what makes them alike is the curve, not this test."""
    real = [Blinder().value(key) for key in phones(0, 300)]
    made_up = [filler() for _ in range(300)]
    for points in (real, made_up):
        mean = sum(point[0] for point in points) / len(points)
        assert 100 < mean < 155
    # Both are points of the curve, which only half of all numbers are.
    for point in made_up:
        Blinder().point(point)


def test_trying_out_all_numbers_of_a_range_finds_none_in_what_crosses() -> None:
    """With a plain or keyed hash, whoever has the key would find every one of them."""
    listed = phones(100, 50)
    _, request = start(listed)
    reply = answer(request, phones(500, 50), most=1000)
    crossed = {
        *json.loads(request)["points"],
        *json.loads(reply)["theirs"],
        *json.loads(reply)["twice"],
    }
    guesses = phones(0, 10_000 if SOAK else 1_000)
    for guesser in (Blinder(), Blinder(1)):  # 1 leaves the bare hash of a value uncovered
        assert not crossed & {guesser.value(guess).hex() for guess in guesses}


def test_the_one_who_answers_cannot_tell_two_requests_apart() -> None:
    """Even knowing both lists, its view holds no point that either list would give it."""
    ours, others = phones(0, 20), phones(20, 20)
    _, request = start(ours)
    points = set(json.loads(request)["points"])
    own = Blinder()
    known = {own.value(key).hex() for key in ours + others}
    twice = {own.point(bytes.fromhex(point)).hex() for point in points}
    assert not points & known
    assert not twice & known


def test_a_request_for_more_than_is_allowed_is_refused() -> None:
    _, request = start(phones(0, 300))
    with pytest.raises(MatchError, match="more than the 256"):
        answer(request, THEIRS, most=256)


def test_a_request_that_asks_twice_for_one_point_is_refused() -> None:
    content = json.loads(start(OURS)[1])
    content["points"][1] = content["points"][0]
    with pytest.raises(MatchError, match="twice"):
        answer(json.dumps(content), THEIRS, most=1000)


@pytest.mark.parametrize("point", ["00" * 31 + "01", "ff" * 32])
def test_bytes_that_are_no_point_are_refused(point: str) -> None:
    content = json.loads(start(OURS)[1])
    content["points"][0] = point
    with pytest.raises(PointError):
        Blinder().point(bytes.fromhex(point))
    with pytest.raises(MatchError, match="no points"):
        answer(json.dumps(content), THEIRS, most=1000)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"version":1}', '{"version":1,"jingzhong_match":"request"}']
)
def test_what_is_no_request_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(MatchError) as refused:
        answer(text, THEIRS, most=1000)
    assert "\n" not in str(refused.value)


def test_an_answer_to_another_request_is_refused() -> None:
    session, _ = start(OURS)
    _, other = start(OURS)
    with pytest.raises(MatchError, match="another request"):
        session.finish(answer(other, THEIRS, most=1000))


def test_an_answer_to_an_altered_request_is_refused() -> None:
    session, request = start(OURS)
    altered = json.loads(request)
    altered["points"].pop()
    reply = answer(json.dumps(altered), THEIRS, most=1000)
    with pytest.raises(MatchError, match="another request"):
        session.finish(reply)


def test_a_session_hides_its_secret_from_whoever_prints_it_by_accident() -> None:
    session, _ = start(OURS)
    assert f"{session.secret}" not in repr(session)
    assert "13800001234" not in repr(session)


@pytest.mark.skipif(not SOAK, reason="long; see: make soak")
def test_ten_thousand_entries_on_each_side_are_matched_within_a_minute() -> None:
    began = time.monotonic()
    ours = [f"phone:+8613{number:09d}" for number in range(10_000)]
    theirs = [f"phone:+8613{number:09d}" for number in range(9_990, 19_990)]
    assert len(matched(ours, theirs)) == 10
    assert time.monotonic() - began < 60

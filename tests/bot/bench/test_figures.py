from __future__ import annotations

import json

import pytest

from bot.bench.figures import Goal, Report, percentile, ratio, written
from bot.bench.steps import REST, profile, read_totals


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert percentile([7.0], 0.99) == 7


def test_a_goal_is_met_on_its_bound_and_not_beyond() -> None:
    assert Goal("a", 30.0, 30, at_most=False).met is True
    assert Goal("a", 29.9, 30, at_most=False).met is False
    assert Goal("a", 1.3, 1.3, at_most=True).met is True
    assert Goal("a", 1.31, 1.3, at_most=True).met is False


def test_what_was_not_measured_meets_and_misses_nothing() -> None:
    assert Goal("a", None, 30, at_most=False).met is None
    assert ratio(None, 2.0) is None
    assert ratio(2.0, None) is None
    assert ratio(2.0, 0.0) is None
    assert ratio(3.0, 2.0) == 1.5


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1,234"), (45.67, "45.7"), (1.234, "1.23"), (0.0512, "0.051")]
)
def test_a_value_is_written_with_three_digits_that_mean_something(value: float, text: str) -> None:
    assert written(value) == text


def test_the_json_holds_values_goals_and_what_does_not_count(report: Report) -> None:
    told = json.loads(json.dumps(report.as_json()))
    throughput = told["lines"][0]
    assert throughput["cells"][1]["value"] == 400
    assert throughput["goals"][0]["met"] is True
    assert throughput["goals"][1]["met"] is None
    assert throughput["more"]["rounds"]["stock"] == [9, 10, 11]
    assert told["profile"]["under load"][0]["name"] == "commit"
    assert told["problems"] == [
        "throughput, redis: does not count: empty reply (3 times of 90 messages)"
    ]


EXPOSITION = """\
# TYPE jingzhong_step_seconds histogram
jingzhong_step_seconds_bucket{le="0.1",step="decide"} 4.0
jingzhong_step_seconds_count{step="decide"} 4.0
jingzhong_step_seconds_sum{step="decide"} 0.004
jingzhong_step_seconds_count{step="a new one"} 4.0
jingzhong_step_seconds_sum{step="a new one"} 0.012
jingzhong_message_seconds_sum{channel="rest"} 1.0
"""


def test_the_profile_takes_every_step_by_whatever_name_and_leaves_a_rest() -> None:
    steps = profile({"decide": (0.002, 2.0)}, read_totals(EXPOSITION), messages=2, whole=0.01)
    told = [(step.name, round(step.milliseconds, 6), round(step.share, 6)) for step in steps]
    assert told == [("a new one", 6.0, 0.6), ("decide", 1.0, 0.1), (REST, 3.0, 0.3)]


def test_a_service_that_tells_no_steps_has_no_profile() -> None:
    assert profile({}, read_totals("jingzhong_failures_total 0.0\n"), 10, 0.01) == []

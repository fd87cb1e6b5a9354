from __future__ import annotations

from pathlib import Path

import pytest

from nlu.evaluation.figures import Figure
from nlu.evaluation.floors import FLOORS, FloorError, Floors, breaches, load_floors

FLOOR = Floors({"recall": 0.95}, {"false_alarms": 0.03})


def figures(recall: float, false_alarms: float) -> dict[str, Figure]:
    return {"recall": Figure(recall, 100), "false_alarms": Figure(false_alarms, 100)}


def test_figures_on_their_floor_or_better_are_no_breach() -> None:
    assert breaches(figures(0.95, 0.03), FLOOR) == []
    assert breaches(figures(1.0, 0.0), FLOOR) == []


def test_every_worse_figure_is_told_in_one_line() -> None:
    assert [breach.line for breach in breaches(figures(0.94, 0.04), FLOOR)] == [
        "recall: 0.9400 is below its floor 0.95",
        "false_alarms: 0.0400 is above its floor 0.03",
    ]


def test_a_figure_that_is_not_measured_any_more_is_a_breach() -> None:
    found = breaches({"recall": Figure(1.0, 5)}, FLOOR)
    assert [breach.name for breach in found] == ["false_alarms"]
    assert "not measured" in found[0].line


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("at_least: {recall: high}", "number"),
        ("at_least: {recall: true}", "number"),
        ("floor: {recall: 1}", "at_least and at_most"),
        ("[1]", "at_least and at_most"),
        ("at_least: {recall: 1}\nat_most: {recall: 1}", "both sides"),
        ("at_least: [", "mend"),
    ],
)
def test_wrong_floors_are_told_by_file(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "floors.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FloorError, match=told) as error:
        load_floors(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_the_committed_floors_bound_what_matters_most() -> None:
    floors = load_floors(FLOORS)
    assert {"recall", "right_code", "urgent.crisis", "urgent.emergency"} <= set(floors.at_least)
    assert {"false_alarms", "urgent.false"} <= set(floors.at_most)
    assert all(0 < limit <= 1 for limit in floors.at_least.values())

"""The drawing of the branches: nothing overlaps, time runs down, and it is SVG that a browser takes."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from bot.campaigns.drawing import DrawingWords, drawing
from bot.campaigns.drawing_layout import lay_out
from bot.campaigns.scripts import END, load_script
from tests.bot.campaigns.writing import SCRIPT

WORDS = DrawingWords("“{title}”", "完", {"before": "摸底", "after": "检验"})
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("seed", range(40))
def test_no_two_nodes_share_a_place_and_every_way_on_leads_down(seed: int) -> None:
    choose = random.Random(seed)
    nodes = [f"s{n}" for n in range(choose.randint(1, 14))]
    edges = [
        (node, choose.choice([*nodes, END])) for node in nodes for _ in range(choose.randint(1, 4))
    ]
    layout = lay_out(nodes[0], [*nodes, END], edges, END)
    for layer in range(layout.layers):
        columns = sorted(x for x, at in layout.spots.values() if at == layer)
        assert all(b - a > 0.999 for a, b in pairwise(columns))
    for (start, end), way in layout.ways.items():
        assert way[0] == layout.spots[start]
        assert way[-1] == layout.spots[end]
        assert [at for _, at in way] == list(range(way[0][1], way[-1][1] + 1))
    assert set(layout.ways) | layout.back == set(edges)
    assert layout.spots[END][1] == layout.layers - 1


def test_parallel_strands_do_not_cross() -> None:
    edges = [("a", "b1"), ("a", "b2"), ("b2", "c2"), ("b1", "c1"), ("c1", END), ("c2", END)]
    layout = lay_out("a", ["a", "b1", "b2", "c2", "c1", END], edges, END)
    left = layout.spots["b1"][0] < layout.spots["b2"][0]
    assert left == (layout.spots["c1"][0] < layout.spots["c2"][0])


def test_every_step_and_choice_is_drawn_and_the_way_back_is_dashed(tmp_path: Path) -> None:
    path = tmp_path / "sample.yml"
    path.write_text(SCRIPT.replace("自称客服", "<自称&客服>"), encoding="utf-8")
    script = load_script(path)
    root = ET.fromstring(drawing(script, WORDS, here="code", gone=["ring"], alone=True))
    kinds = [group.get("class", "") for group in root.iter(f"{SVG}g")]
    assert sum(kind.startswith("step") for kind in kinds) == len(script.steps) + 1
    assert sum(kind.startswith("dot") for kind in kinds) == sum(
        len(step.choices) for step in script.steps.values()
    )
    assert "step here" in kinds
    assert "step gone" in kinds
    assert [p.get("class") for p in root.iter(f"{SVG}path")].count("way back") == 1
    assert root.get("aria-label") == "“<自称&客服>的来电”"


def test_a_step_that_nothing_leads_to_is_drawn_as_lost(tmp_path: Path) -> None:
    path = tmp_path / "sample.yml"
    path.write_text(SCRIPT.replace("goto: worry", "goto: share"), encoding="utf-8")
    root = ET.fromstring(drawing(load_script(path), WORDS, link="#step-"))
    lost = [g for g in root.iter(f"{SVG}g") if g.get("class") == "step lost"]
    assert [a.get("href") for g in lost for a in g.iter(f"{SVG}a")] == ["#step-worry"]

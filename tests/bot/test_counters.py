"""The figures for Prometheus, of one process and of several together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.counters import STEPS, Counters
from bot.counters_folder import CountersFolder
from bot.settings import ROOT

Figures = dict[str, float]


def figures(exposition: str) -> Figures:
    lines = [line for line in exposition.splitlines() if line and line[0] != "#"]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def shown(counters: Counters) -> Figures:
    return figures(counters.exposition().decode())


def test_what_is_counted_is_shown_by_its_name_and_label() -> None:
    counters = Counters()
    counters.messages.labels("rest").inc()
    counters.signals.labels("loan_scam").inc(2)
    counters.stopped.labels("number").inc()
    counters.failures.inc()
    counters.limited.labels("rate").inc()
    counters.seconds.labels("rest").observe(0.003)
    counters.turns_in_progress.inc()
    counters.turns_waiting.inc(2)
    counters.ledger_waiting.set(5)
    counters.outbox_events.labels("redis").set(7)
    counters.outbox_seconds.labels("redis").set(0.5)
    assert (
        shown(counters).items()
        >= {
            'jingzhong_messages_total{channel="rest"}': 1,
            'jingzhong_signals_total{code="loan_scam"}': 2,
            'jingzhong_replies_stopped_total{kind="number"}': 1,
            "jingzhong_failures_total": 1,
            'jingzhong_limited_total{reason="rate"}': 1,
            'jingzhong_message_seconds_count{channel="rest"}': 1,
            'jingzhong_message_seconds_bucket{channel="rest",le="0.002"}': 0,
            'jingzhong_message_seconds_bucket{channel="rest",le="0.005"}': 1,
            "jingzhong_turns_in_progress": 1,
            "jingzhong_turns_waiting": 2,
            "jingzhong_ledger_waiting": 5,
            'jingzhong_outbox_events{sink="redis"}': 7,
            'jingzhong_outbox_seconds{sink="redis"}': 0.5,
        }.items()
    )
    assert shown(Counters())["jingzhong_failures_total"] == 0  # others are not touched


@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_there_from_the_beginning_and_is_timed_also_when_it_fails(step: str) -> None:
    counters = Counters()
    count = f'jingzhong_step_seconds_count{{step="{step}"}}'
    assert shown(counters)[count] == 0
    with counters.step(step):
        pass
    with pytest.raises(ValueError, match="broken"), counters.step(step):
        raise ValueError("broken")
    assert shown(counters)[count] == 2
    assert 0 < shown(counters)[f'jingzhong_step_seconds_sum{{step="{step}"}}'] < 1


def test_the_same_step_of_two_messages_may_overlap() -> None:
    counters = Counters()
    with counters.step("begin"), counters.step("begin"):
        pass
    assert shown(counters)['jingzhong_step_seconds_count{step="begin"}'] == 2


def test_a_step_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        Counters().step("dream")


def test_redis_is_shown_only_by_a_service_that_uses_it() -> None:
    counters = Counters()
    assert "jingzhong_redis_up" not in shown(counters)
    counters.redis_up.set(1)
    counters.redis_up.set(0)
    assert shown(counters)["jingzhong_redis_up"] == 0


Counting = Callable[..., Figures]


@pytest.fixture
def counting(tmp_path: Path) -> Counting:
    """``counting("failures.inc()", ...)``: a process that counts in the folder and tells what it shows then."""

    def run(*done: str) -> Figures:
        lines = ["from bot.counters import Counters", "counters = Counters()"]
        lines += [f"counters.{each}" for each in done]
        lines.append("print(counters.exposition().decode())")
        ended = subprocess.run(
            [sys.executable, "-c", "\n".join(lines)],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return figures(ended.stdout)

    return run


def test_what_processes_count_is_added_up_also_after_their_end(counting: Counting) -> None:
    done = (
        "failures.inc()",
        "messages.labels('rest').inc(3)",
        "seconds.labels('rest').observe(0.003)",
        "step('decide').__enter__()",
    )
    counting(*done)
    counting(*done)
    both = counting("messages.labels('chat').inc()")
    assert (
        both.items()
        >= {
            "jingzhong_failures_total": 2,
            'jingzhong_messages_total{channel="rest"}': 6,
            'jingzhong_messages_total{channel="chat"}': 1,
            'jingzhong_message_seconds_count{channel="rest"}': 2,
            'jingzhong_message_seconds_bucket{channel="rest",le="0.002"}': 0,
            'jingzhong_message_seconds_bucket{channel="rest",le="5.0"}': 2,
            'jingzhong_step_seconds_count{step="decide"}': 0,
        }.items()
    )


def test_of_the_outbox_is_shown_what_was_seen_last(counting: Counting) -> None:
    counting("outbox_events.labels('redis').set(70)")
    counting("outbox_events.labels('redis').set(7)")
    assert counting()['jingzhong_outbox_events{sink="redis"}'] == 7


FORGET = """
import os
from pathlib import Path
from bot.counters_folder import CountersFolder
folder = CountersFolder()
with folder:
    from bot.counters import Counters
    child = os.fork()
    if not child:
        counters = Counters()
        counters.turns_in_progress.inc(3)
        counters.redis_up.set(0)
        counters.failures.inc()
        os._exit(0)
    os.wait()
    counters = Counters()
    counters.turns_in_progress.inc()
    counters.redis_up.set(1)
    counters.failures.inc()
    print(counters.exposition().decode())
    folder.ended(child)
    print("----")
    print(counters.exposition().decode())
print("----")
print(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).exists())
"""


def test_the_state_of_a_process_counts_until_it_has_ended_and_what_it_counted_stays() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FORGET], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    with_it, without, left = ended.stdout.split("----\n")
    state = ("jingzhong_turns_in_progress", "jingzhong_redis_up", "jingzhong_failures_total")
    assert [figures(with_it)[name] for name in state] == [4, 0, 2]
    assert [figures(without)[name] for name in state] == [1, 1, 2]
    assert left == "False\n"


def test_a_process_that_died_while_it_made_its_file_does_not_disturb(
    counting: Counting, tmp_path: Path
) -> None:
    (tmp_path / "counter_1.db").touch()
    (tmp_path / "gauge_livesum_1.db").touch()
    assert counting("failures.inc()")["jingzhong_failures_total"] == 1


def test_a_folder_that_comes_too_late_is_refused() -> None:
    # This process has imported the library, which then counts in memory for good.
    with pytest.raises(RuntimeError, match="counts for one process"):
        CountersFolder()
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ

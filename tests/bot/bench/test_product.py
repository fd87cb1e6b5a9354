from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from bot.bench.figures import EMBEDDED
from bot.bench.load import Record, drive, run
from bot.bench.processes import NotStarted
from bot.bench.product import Product, Surroundings, Variant
from bot.bench.reference import Reference
from bot.bench.steps import totals_of
from bot.bench.workload import Workload
from bot.settings import Settings


@pytest.fixture(scope="module")
def around(model: Path, workload: Workload) -> Surroundings:
    settings = Settings(models=model.parent)
    reference = Reference.load(model, settings.content)
    return Surroundings(settings, lambda: reference, workload, patience=1.0)


@pytest.fixture(scope="module")
def product(around: Surroundings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(Variant(EMBEDDED), around, tmp_path_factory.mktemp("bench") / "product")
    yield product
    product.stop()


def _talk(product: Product, workload: Workload, name: str, count: int = 30) -> Record:
    return run(drive(product.address, islice(workload.conversations(name), count), 8))


def test_the_signals_of_a_real_run_are_those_that_are_expected(
    product: Product, around: Surroundings, workload: Workload
) -> None:
    # All texts once: the reference decides each as the service does.
    record = _talk(product, workload, "all", count=len(workload.texts) // 4)
    assert len(around.reference().event_ids(record.said)) > 0.4 * len(record.said)
    assert product.check([record]) is None


def test_a_run_whose_signals_are_not_all_there_does_not_count(
    product: Product, workload: Workload
) -> None:
    record = _talk(product, workload, "fewer")
    further = next(
        message
        for talk in workload.conversations("never-said")
        for message in talk
        if product._around.reference().event_ids([message])
    )
    problem = product.check([replace(record, said=[*record.said, further])])
    assert problem is not None
    assert "are missing, 0 were not expected and 0 came twice" in problem


def test_a_run_with_signals_that_nobody_expects_does_not_count(
    product: Product, workload: Workload
) -> None:
    record = _talk(product, workload, "more")
    problem = product.check([replace(record, said=record.said[: len(record.said) // 2])])
    assert problem is not None
    assert "0 are missing" in problem
    assert ", 0 were not expected" not in problem


def test_a_failed_run_does_not_spoil_the_next_one(product: Product, workload: Workload) -> None:
    record = _talk(product, workload, "empty")
    record.problems["empty reply"] += 1
    assert product.check([record]) == f"empty reply (1 times of {len(record.said)} messages)"
    assert product.check([_talk(product, workload, "after")]) is None


def test_memory_time_and_steps_are_those_of_the_service(
    product: Product, workload: Workload
) -> None:
    before = product.cpu()
    product.check([_talk(product, workload, "cost")])
    assert product.cpu() > before
    assert product.memory() > 100
    assert product.first_answer > 1
    assert all(count > 0 for _, count in totals_of(product.address).values())


def test_a_product_that_does_not_start_is_told_in_one_line(
    around: Surroundings, tmp_path: Path
) -> None:
    wrong = Variant("wrong", settings={"JINGZHONG_HOST": "0.0.0.0"})
    with pytest.raises(NotStarted, match=r"the product \(wrong\) ended with 2: .*JINGZHONG_HOST"):
        Product(wrong, around, tmp_path / "product")


def test_a_product_that_ends_while_it_is_measured_does_not_count(
    around: Surroundings, workload: Workload, tmp_path: Path
) -> None:
    product = Product(Variant(EMBEDDED), around, tmp_path / "product")
    try:
        product._process._process.send_signal(signal.SIGKILL)
        product._process._process.wait(10)
        assert product.check([_talk(product, workload, "late")]) == "it has ended"
    finally:
        product.stop()

"""The services of a benchmark: started when they are first needed, ended together."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.bench.figures import EMBEDDED, REDIS, STOCK, Cell
from bot.bench.processes import NotStarted
from bot.bench.product import Product, Surroundings, Variant
from bot.bench.service import Service
from bot.bench.sizes import Sizes
from bot.bench.stock import Stock, trained_project

EMBEDDED_VARIANT = Variant(EMBEDDED)
REDIS_VARIANT = Variant("on Redis", redis=True)


@dataclass(frozen=True)
class Wanted:
    """Which measurements (all where none is named), how large, and what is left out."""

    only: tuple[str, ...]
    sizes: Sizes
    stock: bool = True
    redis: bool = True


@dataclass
class Group:
    """Services that are measured in turn, by column; ``failed`` tells why one is missing."""

    services: dict[str, Service] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def cell(self, column: str, value: float | None, problem: str | None, note: str = "") -> Cell:
        """A cell of a service; a value that does not count is left out."""
        if problem:
            return Cell(column, None, problem=f"does not count: {problem}")
        return Cell(column, value, note=note)

    def missing(self) -> list[Cell]:
        """Cells of the services that did not start."""
        return [Cell(column, None, problem=reason) for column, reason in self.failed.items()]


class Stage:
    """Starts services and ends all of them, whatever happens. Use as a context manager."""

    def __init__(
        self, around: Surroundings, wanted: Wanted, cache: Path, progress: Callable[[str], None]
    ) -> None:
        """``cache`` is the folder in which the trained stock assistant is kept."""
        self.around = around
        self.wanted = wanted
        self.progress = progress
        self._cache = cache
        self._stack = ExitStack()
        self._common: Group | None = None
        self._number = 0

    def __enter__(self) -> Stage:
        self._folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="jingzhong-bench-"))
        )
        self._services = self._stack.enter_context(ExitStack())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def sizes(self) -> Sizes:
        """How much is measured."""
        return self.wanted.sizes

    def common(self) -> Group:
        """The stock assistant and the product in its two forms, as far as they are wanted and start."""
        if self._common is None:
            self._common = group = Group()
            if self.wanted.stock:
                self._add(group, STOCK, self._start_stock)
            self._add(group, EMBEDDED, lambda: self._start_product(EMBEDDED_VARIANT))
            if self.wanted.redis:
                self._add(group, REDIS, lambda: self._start_product(REDIS_VARIANT))
        return self._common

    def leave_common(self) -> None:
        """Ends them, so that they take nothing from what is measured next."""
        self._services.close()
        self._common = None

    @contextmanager
    def products(self, *variants: Variant) -> Iterator[list[Product]]:
        """Products of their own for one measurement.

        Raises:
            NotStarted: when one does not start.
        """
        with ExitStack() as own:
            started: list[Product] = []
            for variant in variants:
                self.progress(f"starting the product ({variant.name})")
                product = Product(variant, self.around, self._new_folder())
                own.callback(product.stop)
                started.append(product)
            yield started

    def _add(self, group: Group, column: str, start: Callable[[], Service]) -> None:
        try:
            service = start()
        except NotStarted as error:
            group.failed[column] = str(error)
            self.progress(str(error))
            return
        self._services.callback(service.stop)
        group.services[column] = service

    def _start_stock(self) -> Service:
        project = trained_project(self._cache, self.progress)
        self.progress("starting the stock assistant (about a minute)")
        return Stock(project, self.around.workload, self._new_folder())

    def _start_product(self, variant: Variant) -> Service:
        self.progress(f"starting the product ({variant.name})")
        return Product(variant, self.around, self._new_folder())

    def _new_folder(self) -> Path:
        self._number += 1
        return self._folder / str(self._number)

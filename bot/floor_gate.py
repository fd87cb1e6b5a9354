"""The gate of the product: no figure of the test set gets worse than its floor."""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import dataclass
from pathlib import Path

from actions.content import CONTENT
from bot.held_out import HELD_OUT, conversing, held_out_files
from bot.promotion import Passed, Progress, Refused
from bot.recognition import load_recogniser
from nlu.evaluation.evaluation import evaluate
from nlu.evaluation.figures import Figures
from nlu.evaluation.floors import FLOORS, Breach, breaches, load_floors
from nlu.evaluation.rows import RowError, read_rows


@dataclass(frozen=True)
class FloorGate:
    """Refuses a candidate with a figure behind its floor, unless the current model is no better there.

    Where no model is in place, or none that still can be measured, there is nothing better to keep: the
    candidate passes, unmeasured in the first case, so that a first start takes no longer. An installed copy
    has no test set, and every candidate passes with a warning.
    """

    test_set: Path = HELD_OUT
    floors: Path = FLOORS
    content: Path = CONTENT

    def fingerprint(self) -> str:
        """A hash over the test set and the floors."""
        digest = hashlib.sha256()
        for path in [*held_out_files(self.test_set), self.floors]:
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def review(self, candidate: Path, current: Path | None, progress: Progress) -> Passed:
        """Measures the candidate and, where it is behind a floor, the current model too.

        Raises:
            Refused: when the current model is better at a figure that is behind its floor.
            RowError, FloorError: when the test set or the floors cannot be read.
        """
        if current is None:
            return Passed()
        if not held_out_files(self.test_set):
            return Passed((f"no test set in {self.test_set}: the new model was not measured",))
        progress("measuring the new model")
        behind = breaches(self._figures(candidate), load_floors(self.floors))
        if not behind:
            return Passed()
        progress("measuring the model in place")
        try:
            before = self._figures(current)
        except RowError:
            raise
        except (OSError, ValueError, KeyError, tarfile.TarError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            lines = [breach.line for breach in behind]
            return Passed((*lines, f"the model in place cannot be measured ({reason})"))
        worse = tuple(told for breach in behind if (told := _worse(breach, before)))
        if worse:
            raise Refused(worse)
        return Passed(tuple(f"{breach.line}, as was the model in place" for breach in behind))

    def _figures(self, model: Path) -> Figures:
        recogniser = load_recogniser(model)
        rows = read_rows(held_out_files(self.test_set))
        in_context = conversing(recogniser, self.content)
        return dict(evaluate(recogniser, rows, in_context=in_context).figures)


def _worse(breach: Breach, before: Figures) -> str | None:
    """The line of a breach where the model in place does better, or ``None``."""
    old = before[breach.name].value if breach.name in before else None
    if old is None:
        return None
    sign = 1 if breach.side == "at_least" else -1
    if breach.value is not None and sign * breach.value >= sign * old:
        return None
    return f"{breach.line}; the model in place has {old:.4f}"

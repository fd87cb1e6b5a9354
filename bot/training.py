"""Trains the model when it is missing or older than what it is made from."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.promotion import Gate, Refused
from bot.settings import ROOT
from nlu.working_directory import working_in

MODEL_NAME = "jingzhong.tar.gz"
_UNFINISHED = "unfinished-"  # folders of trainings under way, or of some that were killed
# Whatever changes the model when it changes; wording is read from content/ when the service starts.
_SOURCES = (
    "config.yml",
    "actions/domain.yml",
    "actions/stories.yml",
    "actions/policy.py",
    "nlu/analysis.py",
    "nlu/details.py",
    "nlu/tone.py",
    "nlu/training_examples.py",
)
_SOURCE_FOLDERS = (
    ("nlu/components", "*.py"),
    ("nlu/model", "*.py"),
    ("nlu/text", "*.py"),
    ("nlu/examples", "*.yml"),
    ("nlu/lexicons", "*.yml"),
)
# What trains, and what reads a text before it is trained on; other packages may change without a training.
_PACKAGES = frozenset(
    {
        *("rasa", "numpy", "scipy", "scikit-learn", "joblib"),
        *("opencc", "pypinyin", "pyahocorasick", "phonenumbers"),
    }
)
_LOCKED = re.compile(r'^name = "([^"]+)"\nversion = "([^"]+)"$', re.MULTILINE)

Progress = Callable[[str], None]
Trainer = Callable[[Path, Progress], Path]
"""Trains into a folder, given by its absolute path, and returns the model file in it."""


class TrainingError(Exception):
    """The model could not be trained; the message is one line with the cause."""


class RefusedModel(TrainingError):
    """A model was trained and is worse than the one in place, which stays."""


def sources_fingerprint(root: Path = ROOT) -> str:
    """A hash over everything that the model is made from."""
    digest = hashlib.sha256()
    paths = [root / name for name in _SOURCES]
    for folder, pattern in _SOURCE_FOLDERS:
        paths.extend((root / folder).rglob(pattern))
    for path in sorted(set(paths)):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    lock = (root / "uv.lock").read_text(encoding="utf-8")
    locked = sorted(found for found in _LOCKED.findall(lock) if found[0] in _PACKAGES)
    digest.update(json.dumps(locked).encode())
    return digest.hexdigest()


def model_is_current(models: Path) -> bool:
    """Whether the model file is there and made from the present sources."""
    return (models / MODEL_NAME).is_file() and _stamp(models).get(
        "sources"
    ) == sources_fingerprint()


def model_version(models: Path) -> str:
    """A short name of the trained model, ``none`` where there is none."""
    return str(_stamp(models).get("sources", "none"))[:12]


def ensure_model(models: Path, progress: Progress) -> Path:
    """The path of a current model; trains one first if needed, one process at a time.

    A model that the gate refuses changes nothing: the one in place goes on serving, and the refusal is told.

    Raises:
        TrainingError: when training fails; an older model then stays in place.
    """
    if not model_is_current(models):
        try:
            train_model(models, progress, unless_current=True)
        except RefusedModel as refused:
            progress(str(refused))
    return models / MODEL_NAME


def train_model(
    models: Path,
    progress: Progress,
    *,
    unless_current: bool = False,
    force_reason: str | None = None,
    gate: Gate | None = None,
    trainer: Trainer | None = None,
) -> tuple[str, ...]:
    """Trains and puts the finished model in place in one step, if the gate lets it pass.

    ``unless_current`` leaves a model in place that is current, and repeats a refusal of the same sources
    without training again; a ``force_reason`` overrules the gate and is kept with the model. ``gate`` and
    ``trainer`` are the floors of the test set and Rasa if none are given.

    Returns:
        What the gate refused, a line each; empty without ``force_reason``.

    Raises:
        RefusedModel: when it is worse than the model in place, which stays.
        TrainingError: when training fails; an older model then stays in place.
    """
    # Imports the whole understanding, which most commands do not need.
    from bot.floor_gate import FloorGate

    with _training_lock(models, progress):
        training = _Training(
            models.resolve(), progress, gate or FloorGate(), trainer or train_with_rasa
        )
        if unless_current:
            if model_is_current(models):
                return ()
            training.repeat_refusal()
        return training.run(force_reason)


class _Training:
    """One training, under the lock; what it stands for is read before it begins."""

    def __init__(self, models: Path, progress: Progress, gate: Gate, trainer: Trainer) -> None:
        self._models = models
        self._progress = progress
        self._gate = gate
        self._trainer = trainer
        self._in_place = models / MODEL_NAME
        self._sources = {"sources": sources_fingerprint()}
        self._asked = {**self._sources, "gate": gate.fingerprint()}

    def repeat_refusal(self) -> None:
        """Raises RefusedModel where the same sources were refused by the same gate."""
        refused = _stamp(self._models).get("refused") or {}
        if self._in_place.is_file() and self._asked.items() <= refused.items():
            raise _refusal(refused["lines"])

    def run(self, force_reason: str | None) -> tuple[str, ...]:
        for interrupted in self._models.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(interrupted, ignore_errors=True)
        try:
            with tempfile.TemporaryDirectory(dir=self._models, prefix=_UNFINISHED) as folder:
                candidate = self._trainer(Path(folder), self._progress)
                overruled = self._pass(candidate, force_reason)
                os.replace(candidate, self._in_place)
                forced = {"reason": force_reason, "lines": overruled}
                self._write({**self._sources, **({"forced": forced} if overruled else {})})
        except (ValueError, OSError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise TrainingError(f"training failed: {reason}") from error
        return overruled

    def _pass(self, candidate: Path, force_reason: str | None) -> tuple[str, ...]:
        current = self._in_place if self._in_place.is_file() else None
        try:
            passed = self._gate.review(candidate, current, self._progress)
        except Refused as refusal:
            if force_reason is None:
                refused = {**self._asked, "lines": refusal.lines}
                self._write({**_stamp(self._models), "refused": refused})
                raise _refusal(refusal.lines) from None
            return refusal.lines
        for warning in passed.warnings:
            self._progress(f"warning: {warning}")
        return ()

    def _write(self, stamp: Mapping[str, Any]) -> None:
        new = self._models / "jingzhong.json.new"
        new.write_text(json.dumps(stamp, ensure_ascii=False), encoding="utf-8")
        os.replace(new, self._models / "jingzhong.json")


def _refusal(lines: Sequence[str]) -> RefusedModel:
    return RefusedModel(
        f"the new model was refused and the old one stays: {'; '.join(lines)}; "
        "correct what changed, or: jingzhong train --force-promote REASON"
    )


def train_with_rasa(folder: Path, progress: Progress) -> Path:
    """Trains the model of the checkout into ``folder``; the :data:`Trainer` of the product.

    Raises:
        TrainingError: when Rasa cannot.
    """
    from rasa.model_training import train
    from rasa.shared.exceptions import RasaException

    from bot.quiet import quiet_structlog

    quiet_structlog()
    steps = _StepHandler(progress)
    logger = logging.getLogger("nlu")
    logger.addHandler(steps)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    progress("reading the examples")
    try:
        # Rasa announces its result on standard output, which belongs to results of ours.
        with working_in(ROOT), contextlib.redirect_stdout(io.StringIO()):
            result = train(
                domain="actions/domain.yml",
                config="config.yml",
                training_files=None,
                output=str(folder),
                force_training=True,
                fixed_model_name="jingzhong",
            )
    except RasaException as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise TrainingError(f"training failed: {reason}") from error
    finally:
        logger.removeHandler(steps)
    if result.code != 0 or not result.model:
        raise TrainingError("training did not produce a model; run `rasa train` to see why")
    return Path(result.model)


def _stamp(models: Path) -> dict[str, Any]:
    try:
        loaded = json.loads((models / "jingzhong.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


@contextlib.contextmanager
def _training_lock(models: Path, progress: Progress) -> Iterator[None]:
    try:
        models.mkdir(parents=True, exist_ok=True)
        handle = (models / "training.lock").open("w")
    except OSError as error:
        raise TrainingError(
            f"cannot write to {models} ({error.strerror}); make it writable"
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another process is training; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class _StepHandler(logging.Handler):
    """Passes the component's training steps on to the progress display."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(logging.INFO)
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        """Shows one step."""
        self._progress(record.getMessage().removeprefix("training: "))

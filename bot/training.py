"""Trains the model when it is missing or older than what it is made from."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

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
    "uv.lock",
)
_SOURCE_FOLDERS = (
    ("nlu/components", "*.py"),
    ("nlu/model", "*.py"),
    ("nlu/text", "*.py"),
    ("nlu/examples", "*.yml"),
    ("nlu/lexicons", "*.yml"),
)

Progress = Callable[[str], None]


class TrainingError(Exception):
    """The model could not be trained; the message is one line with the cause."""


def sources_fingerprint(root: Path = ROOT) -> str:
    """A hash over everything that the model is made from."""
    digest = hashlib.sha256()
    paths = [root / name for name in _SOURCES]
    for folder, pattern in _SOURCE_FOLDERS:
        paths.extend((root / folder).rglob(pattern))
    for path in sorted(set(paths)):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
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

    Raises:
        TrainingError: when training fails; an older model then stays in place.
    """
    if model_is_current(models):
        return models / MODEL_NAME
    with _training_lock(models, progress):
        if not model_is_current(models):
            _train(models.resolve(), progress)
    return models / MODEL_NAME


def train_model(models: Path, progress: Progress) -> Path:
    """Trains, current or not, and puts the finished model in place in one step.

    Raises:
        TrainingError: when training fails; an older model then stays in place.
    """
    with _training_lock(models, progress):
        _train(models.resolve(), progress)
    return models / MODEL_NAME


def _train(models: Path, progress: Progress) -> None:
    """Trains with Rasa; ``models`` is absolute, since Rasa works in another directory."""
    from rasa.model_training import train
    from rasa.shared.exceptions import RasaException

    from bot.quiet import quiet_structlog

    quiet_structlog()
    steps = _StepHandler(progress)
    logger = logging.getLogger("nlu")
    logger.addHandler(steps)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    before = sources_fingerprint()
    for interrupted in models.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(interrupted, ignore_errors=True)
    progress("reading the examples")
    try:
        with (
            tempfile.TemporaryDirectory(dir=models, prefix=_UNFINISHED) as folder,
            working_in(ROOT),
            # Rasa announces its result there, and standard output belongs to results of ours.
            contextlib.redirect_stdout(io.StringIO()),
        ):
            result = train(
                domain="actions/domain.yml",
                config="config.yml",
                training_files=None,
                output=folder,
                force_training=True,
                fixed_model_name="jingzhong",
            )
            if result.code != 0 or not result.model:
                raise TrainingError("training did not produce a model; run `rasa train` to see why")
            os.replace(result.model, models / MODEL_NAME)
    except (RasaException, ValueError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise TrainingError(f"training failed: {reason}") from error
    finally:
        logger.removeHandler(steps)
    stamp = models / "jingzhong.json.new"
    stamp.write_text(json.dumps({"sources": before}), encoding="utf-8")
    os.replace(stamp, models / "jingzhong.json")


def _stamp(models: Path) -> dict[str, str]:
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

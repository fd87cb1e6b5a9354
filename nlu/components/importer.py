"""Finds Rasa's files in our rooms, so that Rasa's commands need no flags."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Optional, Union

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.training_data import TrainingData

ROOT = Path(__file__).resolve().parent.parent.parent
DOMAIN = (ROOT / "actions" / "domain.yml", ROOT / "content" / "replies")
TRAINING_DATA = (ROOT / "nlu" / "examples", ROOT / "actions" / "stories.yml")


class RoomsImporter(RasaFileImporter):
    """Reads the domain from ``actions/`` and ``content/replies/``, examples from ``nlu/``, stories from ``actions/``.

    Paths given on the command line win where they exist; Rasa's own defaults (``data/``, ``domain.yml``)
    do not exist here and therefore never do.
    """

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Optional[Union[list[str], str]] = None,
    ) -> None:
        """Signature of Rasa's importers."""
        given = (
            [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths
        )
        paths = [path for path in given or [] if path and Path(path).exists()]
        super().__init__(config_file, domain_path, paths or [str(path) for path in TRAINING_DATA])

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """The examples; Rasa asks three times in one training, and reading them takes longer than the model."""
        files = [Path(file) for file in self._nlu_files]
        stamps = tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)
        return _read(stamps)

    def get_domain(self) -> Domain:
        """The domain of the assistant: intents, slots and the action, with all replies."""
        if self._domain_path and Path(self._domain_path).exists():
            return Domain.load(self._domain_path)
        return Domain.load([str(path) for path in DOMAIN])


@lru_cache(maxsize=1)
def _read(stamps: tuple[tuple[str, int, int], ...]) -> TrainingData:
    """Reads files that are named with their time of change and size, which a change would alter."""
    # Rasa asks in one language or another; YAML reads the same in all.
    return training_data_from_paths([name for name, _, _ in stamps], "zh")

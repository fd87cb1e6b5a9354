"""The understanding alone, from a trained model file, for commands that analyse without a conversation."""

from __future__ import annotations

import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu.analysis import Analysis
from nlu.entities import extract as extract_entities
from nlu.model.linear import LinearModel
from nlu.text.folding import fold
from nlu.understanding import understand


@dataclass(frozen=True)
class Recogniser:
    """Analyses texts with the model inside a Rasa model file, without loading Rasa."""

    model: LinearModel

    def analyse(self, text: str) -> Analysis:
        """The analysis of one text."""
        return understand(self.model, text, extract_entities(fold(text)))

    def parse(self, text: str) -> dict[str, Any]:
        """The analysis in the form of ``/model/parse``."""
        return self.analyse(text).as_parse()


def load_recogniser(model: Path) -> Recogniser:
    """Reads the classifier out of a Rasa model file.

    Raises:
        ValueError: when the file holds none.
    """
    with tempfile.TemporaryDirectory() as folder, tarfile.open(model) as archive:
        for member in archive.getmembers():
            if member.isfile() and Path(member.name).name in ("model.npz", "model.json"):
                member.name = Path(member.name).name
                archive.extract(member, folder)
        if not (Path(folder) / "model.npz").exists():
            raise ValueError(f"{model} holds no threat classifier; train it with: jingzhong train")
        return Recogniser(LinearModel.load(Path(folder)))

"""A peer: the pipeline that Rasa's documentation gives for Chinese, trained on a part of our examples."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import io
import json
import logging
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from nlu.analysis import THREAT_CODES
from nlu.evaluation.outcomes import Decide, Decision
from nlu.model.training import Example
from nlu.working_directory import working_in

SAMPLE = 1000
_SEED = 20261123
_CONFIG = {
    "recipe": "default.v1",
    "language": "zh",
    "assistant_id": "stock",
    "pipeline": [
        {"name": "JiebaTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {
            "name": "CountVectorsFeaturizer",
            "analyzer": "char_wb",
            "min_ngram": 1,
            "max_ngram": 4,
        },
        {
            "name": "DIETClassifier",
            "epochs": 100,
            "constrain_similarities": True,
            "random_seed": _SEED,
        },
    ],
}


class StockUnavailable(Exception):
    """The stock pipeline cannot be measured here; the message is one line that says why."""


def sample_of(examples: Sequence[Example], size: int = SAMPLE) -> list[Example]:
    """A sample that stays nearly the same when examples come and go, whatever their order."""
    return sorted(examples, key=_lot)[:size]


def _lot(example: Example) -> str:
    return hashlib.sha256(f"{example.intent} {example.text}".encode()).hexdigest()


def stock_decide(
    examples: Sequence[Example],
    texts: Sequence[str],
    cache: Path,
    progress: Callable[[str], None],
) -> Decide:
    """Decides as the stock pipeline does, for the given texts only.

    Its answers are kept in ``cache`` (an existing folder) under a hash of examples, texts and pipeline;
    without them it is trained first, which takes a quarter of an hour or so.

    Raises:
        StockUnavailable: when jieba, which Rasa's tokenizer for Chinese needs, is not installed, or
            training fails.
    """
    stored = cache / f"stock-{_hash(examples, texts)}.json"
    intents = _read(stored, len(texts))
    if intents is None:
        if importlib.util.find_spec("jieba") is None:
            raise StockUnavailable(
                "the stock Rasa pipeline needs jieba; install it with: uv pip install jieba"
            )
        intents = _train_and_ask(examples, texts, progress)
        new = stored.with_suffix(".new")
        new.write_text(json.dumps(intents), encoding="utf-8")
        os.replace(new, stored)
    known = dict(zip(texts, intents))

    def decide(text: str) -> Decision:
        intent = known[text]
        return Decision(True, (intent,)) if intent in THREAT_CODES else Decision(False)

    return decide


def _hash(examples: Sequence[Example], texts: Sequence[str]) -> str:
    data = [_CONFIG, [(example.text, example.intent) for example in examples], list(texts)]
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()[:16]


def _read(stored: Path, size: int) -> list[str] | None:
    try:
        intents = json.loads(stored.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return intents if isinstance(intents, list) and len(intents) == size else None


def _train_and_ask(
    examples: Sequence[Example], texts: Sequence[str], progress: Callable[[str], None]
) -> list[str]:
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu
    from rasa.shared.exceptions import RasaException

    # It would tell on standard error how it reads its dictionary.
    logging.getLogger("jieba").disabled = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yml").write_text(_yaml(_CONFIG), encoding="utf-8")
        (folder / "nlu.yml").write_text(_yaml(_training_data(examples)), encoding="utf-8")
        progress(f"training the stock pipeline on {len(examples)} examples (10 to 30 minutes)")
        # Rasa keeps a cache beside the working directory and announces its result on standard output.
        with working_in(folder), contextlib.redirect_stdout(io.StringIO()):
            try:
                model = train_nlu("config.yml", "nlu.yml", "models")
            except RasaException as error:
                reason = str(error).splitlines()[0]
                raise StockUnavailable(f"the stock Rasa pipeline failed: {reason}") from error
            if model is None:
                raise StockUnavailable("the stock Rasa pipeline could not be trained")
            agent = Agent.load(model)
            progress(f"asking the stock pipeline about {len(texts)} messages")
            return asyncio.run(_ask(agent, texts))


async def _ask(agent: Any, texts: Sequence[str]) -> list[str]:
    return [str((await agent.parse_message(text))["intent"]["name"]) for text in texts]


def _training_data(examples: Sequence[Example]) -> dict[str, Any]:
    by_intent: dict[str, list[dict[str, str]]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append({"text": example.text})
    blocks = [{"intent": intent, "examples": listed} for intent, listed in by_intent.items()]
    return {"version": "3.1", "nlu": blocks}


def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from nlu.analysis import STAGES, THREAT_CODES, URGENT_STATES
from nlu.model.features import extract
from nlu.model.linear import LinearModel
from nlu.model.training import Example, train

Examples = Callable[[], list[Example]]


def test_training_again_gives_the_same_weights(
    make_examples: Examples, small_model: LinearModel
) -> None:
    again = train(make_examples())
    assert again.vocabulary == small_model.vocabulary
    for name in ("weights", "bias", "idf"):
        assert np.array_equal(getattr(again, name), getattr(small_model, name))
    assert again.calibration == small_model.calibration
    assert again.heads == small_model.heads


def test_the_heads_are_named_after_codes_stages_and_states(small_model: LinearModel) -> None:
    heads = small_model.heads
    assert heads.codes == THREAT_CODES
    assert heads.stages == STAGES
    assert heads.urgent == URGENT_STATES
    assert {"crisis", "what_now", "greet"} <= set(heads.intents)
    assert small_model.weights.shape == (len(small_model.vocabulary), heads.width)


@pytest.mark.parametrize("code", THREAT_CODES)
def test_what_was_shown_is_recognised_in_other_words(code: str, small_model: LinearModel) -> None:
    words = {
        "debt_optimization": "我朋友想做停息挂账",
        "credit_repair": "征信修复多少钱",
        "fake_hotline": "碰到冒充客服的",
        "agent_complaint": "代理维权怎么收费",
        "anti_collection": "买了反催收教程",
        "debt_evasion": "职业背债给多少",
        "loan_scam": "放款保证金要先交",
        "mule_account": "出租银行卡一天多少",
    }[code]
    scores = small_model.score(extract(words))
    assert scores.gate > small_model.score(extract("你好在吗")).gate
    assert small_model.heads.codes[int(scores.codes.argmax())] == code


def test_urgent_states_are_heard(small_model: LinearModel) -> None:
    crisis = small_model.score(extract("我真的不想活了")).urgent
    assert small_model.heads.urgent[int(crisis.argmax())] == "crisis"
    assert small_model.score(extract("账单多少钱")).urgent.max() < crisis.max()


def test_follow_ups_stand_apart_from_what_stands_for_itself(small_model: LinearModel) -> None:
    assert small_model.score(extract("那我怎么办")).follow_up > 0
    assert small_model.score(extract("这个月账单多少钱")).follow_up < 0


def test_a_gram_of_one_message_alone_is_not_learnt(make_examples: Examples) -> None:
    once = Example("鼹鼠", "greet", (), None, None)
    assert not any("鼹" in gram for gram in train([*make_examples(), once]).vocabulary)


def test_progress_is_told_step_by_step(make_examples: Examples) -> None:
    steps: list[str] = []
    train(make_examples(), steps.append)
    assert steps[0] == "features"
    assert steps[-1] == "calibration"
    assert len(steps) == len(set(steps)) > 4


def test_training_needs_threats_and_ordinary_talk(make_examples: Examples) -> None:
    examples = make_examples()
    threats = [example for example in examples if example.codes]
    ordinary = [replace(example, urgent=None) for example in examples if not example.codes]
    for part in (threats, ordinary, []):
        with pytest.raises(ValueError, match="threats and of ordinary talk"):
            train(part)

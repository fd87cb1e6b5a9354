from __future__ import annotations

import pytest

from bot.recognition import Recogniser
from nlu.evaluation.ablation import _CODE_OF_CONCEPT, decide_by_rules, without_lexicon
from nlu.evaluation.keywords import decide_by_keywords, keywords
from nlu.evaluation.outcomes import Decision
from nlu.lexicon import load


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("有个中介说能洗白征信", Decision(True, ("credit_repair",))),
        ("征信能洗白吗", Decision(False)),
        ("中介带我去看房", Decision(False)),
        ("对方让我共享屏幕，还要验证码，转到安全账户", Decision(True, ("fake_hotline",))),
    ],
)
def test_the_rule_wants_an_offer_and_somebody_who_makes_it(text: str, decision: Decision) -> None:
    assert decide_by_rules(text) == decision


def test_the_rule_knows_only_concepts_of_the_word_lists() -> None:
    assert set(_CODE_OF_CONCEPT) <= set(load("concepts")["concepts"])


def test_the_model_without_the_lexicon_hears_signs_and_sounds_alone(
    recogniser: Recogniser,
) -> None:
    text = "有人说交八百块就能把我的征信洗白"
    decide = without_lexicon(recogniser.model)
    assert decide(text).alarm
    assert any(gram == "cclean_record" for gram in recogniser.model.vocabulary)
    assert decide("") == Decision(False)
    # The whole model is untouched by the deaf one.
    assert recogniser.analyse(text).threats


def test_the_keyword_list_has_sixty_words_and_alarms_without_a_code() -> None:
    assert len(set(keywords())) == 60
    assert decide_by_keywords("听说洗白征信要八百") == Decision(True)
    assert decide_by_keywords("听说洗　白征信要八百") == Decision(False)
    assert decide_by_keywords("今天吃什么") == Decision(False)

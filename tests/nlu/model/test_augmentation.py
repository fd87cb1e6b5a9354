from __future__ import annotations

import pytest

from nlu.model.augmentation import Disguiser
from nlu.text.folding import fold
from nlu.text.views import heard, written

TEXTS = ["有人说能帮我停息挂账", "你们的客服电话是多少", "征信修复要交三千"] * 10


def test_the_same_seed_disguises_the_same_way() -> None:
    first, second = Disguiser(TEXTS, 7), Disguiser(TEXTS, 7)
    copies = [first.disguise(text) for text in TEXTS]
    assert copies == [second.disguise(text) for text in TEXTS]
    assert copies != [Disguiser(TEXTS, 8).disguise(text) for text in TEXTS]


def test_most_of_a_message_stays_readable() -> None:
    disguiser = Disguiser(TEXTS, 7)
    for text in TEXTS:
        copy = disguiser.disguise(text)
        assert sum(sign in copy for sign in text) >= len(text) / 2


def test_some_copies_look_different_and_sound_the_same() -> None:
    disguiser = Disguiser(TEXTS + ["挣新休服厅西挂帐"] * 10, 7)
    copies = {(text, disguiser.disguise(text)) for text in TEXTS}

    def sounds(text: str) -> list[str]:
        return heard(*written(fold(text).text))[0]

    assert any(text != copy and sounds(text) == sounds(copy) for text, copy in copies)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_about_the_wanted_share_gets_a_copy(share: float) -> None:
    disguiser = Disguiser(TEXTS, 7)
    picked = sum(disguiser.picks(share) for _ in range(2000)) / 2000
    assert picked == pytest.approx(share, abs=0.04)


def test_what_is_not_chinese_is_left_alone() -> None:
    assert Disguiser(TEXTS, 7).disguise("OK, 12345!") == "OK, 12345!"

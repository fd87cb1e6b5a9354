"""The user's own name is masked where the user says it; other people's names are evidence."""

from __future__ import annotations

import pytest

from bot.masking import MASK, mask_secrets


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫张雅芬，有人说交三千就能停息挂账", "张雅芬"),
        ("你好我叫欧阳建国，放款前要交解冻费", "欧阳建国"),
        ("我的名字是李四", "李四"),
        ("本人王小明，身份证号稍后给", "王小明"),
        ("我叫陳大文，他叫我轉賬", "陳大文"),
        ("姓名：张雅芬，电话13800001234", "张雅芬"),
        ("我真实姓名叫赵敏今年三十", "赵敏"),
    ],
)
def test_an_introduction_is_masked_one_for_one(text: str, name: str) -> None:
    masked = mask_secrets(text)
    assert name not in masked
    assert masked.startswith(text.split(name)[0] + MASK * len(name))
    assert len(masked) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "对方叫张雅芬，让我转钱",
        "收款人姓名：王强，说是保证金",
        "他把账户给我了，姓名王强，让我转",
        "我叫他别转了",
        "我叫高利贷给骗了",
        "我叫了客服三次都没人理",
        "王经理说能停息挂账",
        "我叫金融公司的人来谈",
        "本人要举报一个中介",
    ],
)
def test_the_names_of_others_stay(text: str) -> None:
    assert mask_secrets(text) == text

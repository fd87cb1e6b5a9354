"""A small trained model: enough to tell, too small to be good."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nlu.analysis import THREAT_CODES
from nlu.model.linear import LinearModel
from nlu.model.training import Example, train

_WORDS = {
    "debt_optimization": "停息挂账",
    "credit_repair": "征信修复",
    "fake_hotline": "冒充客服",
    "agent_complaint": "代理维权",
    "anti_collection": "反催收教程",
    "debt_evasion": "职业背债",
    "loan_scam": "放款保证金",
    "mule_account": "出租银行卡",
}
_FRAMES = (
    ("有人跟我说{}能办，是真的吗", "asking"),
    ("他打电话来讲{}", "approached"),
    ("我想试试{}", "considering"),
    ("{}的合同我签了", "engaged"),
    ("{}我交了两千", "paid"),
    ("我举报一个做{}的", "reporting"),
)
_TALK = {
    "repayment": ("这个月账单在哪里看", "我想提前还款", "扣款日是哪天", "账单多少钱"),
    "greet": ("你好", "在吗", "您好在吗", "你好呀"),
    "what_now": ("那怎么办", "我该怎么办", "怎么办呀", "那现在怎么办"),
    "deny": ("没有给", "什么都没给", "没给过", "没有"),
}


def examples() -> list[Example]:
    """Every threat at every stage, some talk, and both urgent states."""
    found = [
        Example(frame.format(_WORDS[code]), code, (code,), stage, None)
        for code in THREAT_CODES
        for frame, stage in _FRAMES
    ]
    found += [
        Example(text, intent, (), None, None) for intent, texts in _TALK.items() for text in texts
    ]
    found += [Example(text, "crisis", (), None, "crisis") for text in ("我不想活了", "不想活")]
    found += [
        Example(f"刚刚{text}", "fake_hotline", ("fake_hotline",), "paid", "emergency")
        for text in ("转走了", "转走了五千")
    ]
    return found


@pytest.fixture(scope="session")
def make_examples() -> Callable[[], list[Example]]:
    """Gives the examples anew each time."""
    return examples


@pytest.fixture(scope="session")
def small_model() -> LinearModel:
    """A model of these examples."""
    return train(examples())

"""Made-up signals of some weeks, so that pages can be looked at and counted on."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from actions.plan import Contact, Signal
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord

_CODES = (
    ("debt_optimization", "交三千就能停息挂账，还说不影响征信"),
    ("loan_scam", "放款前要先交一千二的解冻费"),
    ("fake_hotline", "自称客服让我共享屏幕注销账户"),
    ("agent_complaint", "说帮我投诉就能退息，要先交定金"),
    ("credit_repair", "花两千能把逾期记录洗白"),
    ("mule_account", "说借银行卡用一天给五百"),
    ("anti_collection", "卖一套教程，教我怎么应付催收"),
    ("debt_evasion", "说可以帮我做假病历"),
)
_WEIGHTS = (30, 22, 18, 12, 8, 4, 4, 2)
_STAGES = ("asking", "approached", "considering", "engaged", "paid", "reporting")
_AGENCIES = ("恒信法务", "安心债务规划", "众合征信服务", None, None)
_PLATFORMS = ("抖音", "小红书", "微信", None)


def seeded_turns(
    until: datetime, *, days: int = 30, per_day: int = 12, seed: int = 7
) -> list[TurnRecord]:
    """Turns up to ``until``, the oldest first, the same ones for the same arguments."""
    chance = random.Random(seed)
    phones = [f"+861{chance.randint(30, 89)}0000{n:04d}" for n in range(24)]
    turns: list[TurnRecord] = []
    weights = [1 / (place + 1) for place in range(len(phones))]
    for day in range(days, -1, -1):
        for number in range(max(1, round(chance.gauss(per_day, per_day / 4)))):
            at = until - timedelta(days=day) - timedelta(seconds=chance.randint(0, 20_000))
            code, words = chance.choices(_CODES, _WEIGHTS)[0]
            phone = chance.choices(phones, weights)[0]
            stage = chance.choices(_STAGES, (20, 34, 16, 12, 12, 6))[0]
            contacts = [Contact("phone", phone, phone[3:])]
            if chance.random() < 0.25:
                contacts.append(Contact("wechat", f"zhaiwu_{phones.index(phone)}", ""))
            signal = Signal(
                code=code,
                confidence=round(chance.uniform(0.72, 0.99), 2),
                stage=stage,
                urgency="emergency" if chance.random() < 0.06 else None,
                evidence=(words,),
                contacts=tuple(contacts) if chance.random() < 0.8 else (),
                agency=chance.choice(_AGENCIES),
                amounts=(str(chance.randint(3, 80) * 100),) if chance.random() < 0.5 else (),
                platform=chance.choice(_PLATFORMS),
            )
            user = f"user-{chance.randint(0, 400)}"
            context = TurnContext(
                channel=chance.choice(("chat", "rest", "rest")),
                user=user,
                conversation=f"rest:{user}",
                message_id=f"{day}-{number}",
                received_at=at,
                model="20261101-weir",
                content="0123456789ab",
                replies=(f"utter_what_{code}", f"utter_step_{code}_{stage}"),
            )
            turns.append(TurnRecord(context, (signal,)))
    return sorted(turns, key=lambda turn: turn.context.received_at)

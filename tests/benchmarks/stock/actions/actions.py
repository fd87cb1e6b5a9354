"""The one custom action of the stock assistant: a warning that fits the intent."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

WARNINGS = {
    "debt_optimization": "收费的债务优化、停息挂账都不靠谱，分期可以直接找我们商量，不收费。",
    "credit_repair": "花钱修复征信是骗局，异议申诉自己就能提，不收费。",
    "fake_hotline": "这很像冒充客服。不要共享屏幕，不要说验证码，先挂断。",
    "agent_complaint": "代理维权要收高额费用，还会拿走您的个人资料，投诉可以自己提。",
    "anti_collection": "反催收的课程和群会让逾期更久，还款有困难请直接找我们。",
    "debt_evasion": "替人背债、伪造材料要承担法律责任，请不要签字。",
    "loan_scam": "放款前收费的贷款都是骗局，不要转账。",
    "mule_account": "出租出借银行卡和电话卡可能涉嫌犯罪，请马上停止。",
}


class ActionWarn(Action):
    """Answers with the warning of the latest intent."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_warn"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters one warning."""
        intent = tracker.latest_message["intent"].get("name") or ""
        dispatcher.utter_message(text=WARNINGS.get(intent, WARNINGS["loan_scam"]))
        return []

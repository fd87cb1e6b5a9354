"""A practised scam within the conversation: how it begins, goes on, is left for something real, and ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Protocol

from actions.content import Content
from actions.facts import Facts
from actions.plan import Practice, Reply, Turn, UserChange
from actions.resolve import CONSEQUENTIAL, OWN_BUSINESS, SURE_OF_REQUEST, Meaning
from actions.signal_ids import event_id
from actions.state import ConversationState
from nlu.analysis import Analysis

LINE: Final = "utter_practice_line"
RESUME: Final = "utter_practice_resume"
OFFER: Final = "utter_offer_practice"
LASTS: Final = timedelta(days=7)  # a practice that nobody went on with for so long is over
_VICTIM: Final = frozenset({"engaged", "paid"})
_OFFERED_AFTER: Final = frozenset({"asking", "approached", "considering", "reporting"})
_OFFERED_WITH: Final = frozenset({"utter_thanks", "utter_goodbye"})
# Words by which somebody says that this is not the practice any more.
_FOR_REAL: Final = re.compile(
    r"不是演练|不是练习|不是(?:在)?玩|现实(?:里|中|生活)|真事"
    r"|真(?:的)?(?:把|有人|接到|收到|遇到|遇上|碰到|碰上|发生|被骗|转了|给了|念了|付了|告诉了)"
    r"|真实(?:的)?(?:情况|事)|(?:是|跟你)说真的"
    r"|我(?:妈|爸|老公|老婆|儿子|女儿|家人|朋友)?(?:刚刚|刚才|刚|昨天|前天|上周|上午|下午|今天|昨晚|已经)+(?:真的|就|也|又)*"
    r"(?:被骗|把|转|给|念|告诉|付|交|接到|收到|遇到)"
    # The role is spoken to; who speaks of "him" and of what is done speaks of somebody else.
    r"|(?:把|给|告诉|念给|转给|发给|付给|交给).{0,12}(?:骗子|他们|她们|对方|人家|他|她).{0,4}了"
)
PRACTISE: Final = "practise"
GO_ON: Final = "go_on"
_LIKE_CONTACTS: Final = ("phone", "contact_id", "url")


@dataclass(frozen=True)
class Bubble:
    """One bubble of a scene: its text, and the name of a picture where there is one."""

    text: str
    image: str | None = None


@dataclass(frozen=True)
class Scene:
    """What a practice shows next.

    ``played`` is plain JSON, to be handed back with the next answer; ``choices`` are the labels of the buttons.
    ``event`` is ``asked`` (a step is put, nothing was answered yet), ``answered``, ``finished``, ``stopped``,
    ``not_understood``, or ``off_topic`` where the words are about something else.
    """

    bubbles: tuple[Bubble, ...]
    choices: tuple[str, ...]
    played: Mapping[str, Any]
    event: str


class Practices(Protocol):
    """The scripts that can be practised; none of these methods may block or raise."""

    def are_there(self) -> bool:
        """Whether there are any."""

    def start(
        self,
        code: str | None,
        seed: str,
        *,
        script: str | None = None,
        variant: str = "",
        channel: str = "",
    ) -> Scene | None:
        """The beginning of a script: of ``script`` where one is named, else of one about ``code`` if there is one.

        ``seed`` decides between several, always alike. ``None`` where there is none.
        """

    def answer(self, played: Mapping[str, Any], analysis: Analysis, channel: str) -> Scene | None:
        """What an answer leads to; ``None`` where the script is gone or has changed too much to go on."""

    def again(self, played: Mapping[str, Any], channel: str) -> Scene | None:
        """The step that waits for an answer, said once more."""

    def is_choice(self, played: Mapping[str, Any], text: str) -> bool:
        """Whether a message is just what a button of the waiting step sends, or other words of the script for it."""


class NoPractices:
    """Nothing can be practised, such as in an action server of its own."""

    def are_there(self) -> bool:
        """No."""
        return False

    def start(
        self,
        code: str | None,
        seed: str,
        *,
        script: str | None = None,
        variant: str = "",
        channel: str = "",
    ) -> Scene | None:
        """None."""
        return None

    def answer(self, played: Mapping[str, Any], analysis: Analysis, channel: str) -> Scene | None:
        """None."""
        return None

    def again(self, played: Mapping[str, Any], channel: str) -> Scene | None:
        """None."""
        return None

    def is_choice(self, played: Mapping[str, Any], text: str) -> bool:
        """Never."""
        return False


NO_PRACTICES: Final = NoPractices()


def practised(
    analysis: Analysis,
    state: ConversationState,
    facts: Facts,
    content: Content,
    practices: Practices,
) -> Turn | None:
    """The turn of a practice, ``None`` where the message is none of its business.

    What is urgent, what tells of something real and what asks for something else goes its usual way: a practice must
    never stand between a person and a warning.
    """
    going = state.practice if is_going(state, facts.day) else None
    acts = going is not None and practices.is_choice(going["played"], analysis.text)
    wish = content.phrases.meaning(analysis.text)
    if wish in ("bare_no", "no_verdict") and state.asked == PRACTISE:
        # A bare word is an answer, whatever it sounds like alone.
        return _said(Reply("utter_goodbye"), state, state.practice)
    # What a script lets somebody say may sound like an emergency; it is none when it is just the words of a button.
    if (
        analysis.urgent and not acts and wish not in ("bare_yes", "bare_no")
    ) or state.urgent == "crisis":
        return None
    if wish == "practice_start" or (wish == "bare_yes" and state.asked == PRACTISE):
        return _begun(state, facts, practices)
    if going is None:
        return _invited(analysis, state, facts, practices)
    if wish == "practice_stop" or (wish == "bare_no" and state.asked == GO_ON):
        return _stopped(state, going)
    if wish == "practice_resume" or (wish == "bare_yes" and state.asked == GO_ON):
        return _played(practices.again(going["played"], facts.channel), state, facts)
    if going["paused"] and not acts:
        return None
    if _is_elsewhere(analysis, going["played"], practices):
        return None
    scene = practices.answer(going["played"], analysis, facts.channel)
    if scene is None or _is_no_answer(scene, analysis):
        return None
    if scene.event == "stopped":
        return _stopped(state, {**going, "played": scene.played})
    return _played(scene, state, facts)


def left_alone(
    replies: tuple[Reply, ...], meaning: Meaning, state: ConversationState, today: date
) -> tuple[tuple[Reply, ...], Mapping[str, Any] | None]:
    """What becomes of a practice in a turn that went its usual way: the replies, and the practice to remember.

    An ordinary matter only interrupts it, and it offers to go on, once. Whoever is in a fraud is not asked to play.
    """
    going = state.practice
    if going is None or not is_going(state, today):
        return replies, None
    if meaning.urgent or meaning.stage in _VICTIM or meaning.intent in CONSEQUENTIAL:
        return replies, None
    paused = {**going, "paused": True}
    if going["paused"] or meaning.kind not in ("ordinary", "verification", "unclear"):
        return replies, paused
    return (*replies, Reply(RESUME)), paused


def with_offer(
    replies: tuple[Reply, ...], state: ConversationState, *, can: bool
) -> tuple[tuple[Reply, ...], bool]:
    """Offers to practise to who thanks for a warning or takes leave after it, once; tells whether it did.

    Never to somebody who gave or paid something, nor to a minor.
    """
    running = state.running
    if not can or state.practice_offered or state.minor or running is None:
        return replies, False
    fits = running.stage in _OFFERED_AFTER and all(
        threat.stage in _OFFERED_AFTER for threat in state.threats
    )
    last = replies[-1]
    if not fits or state.urgent or last.name not in _OFFERED_WITH or last.buttons:
        return replies, False
    return (*replies, Reply(OFFER)), True


def tells_of_real(analysis: Analysis, state: ConversationState, today: date) -> bool:
    """Whether words in the middle of a practice say that something happened."""
    return is_going(state, today) and bool(_FOR_REAL.search(analysis.text))


def is_going(state: ConversationState, today: date) -> bool:
    """Whether a practice waits for an answer."""
    if state.practice is None:
        return False
    return today - date.fromisoformat(state.practice["on"]) <= LASTS


def _begun(state: ConversationState, facts: Facts, practices: Practices) -> Turn:
    if any(threat.stage in _VICTIM for threat in state.threats):
        return _said(Reply("utter_practice_not_now"), state, state.practice)
    code = state.running.code if state.running else None
    invited = facts.invitation
    if invited is not None and is_open(invited.campaign, state):
        code, named, variant = None, invited.script, invited.variant
        campaign: str | None = invited.campaign
    else:
        named, variant, campaign = None, "", None
    seed = f"{facts.conversation}:{state.turn}"
    scene = practices.start(code, seed, script=named, variant=variant, channel=facts.channel)
    if scene is None:
        return _said(Reply("utter_practice_none"), state, None)
    return _played(scene, state, facts, campaign=campaign, fresh=True)


def is_open(campaign: str, state: ConversationState) -> bool:
    """Whether a pushed campaign is not yet the practice of this conversation."""
    return campaign != state.campaign


def _invited(
    analysis: Analysis, state: ConversationState, facts: Facts, practices: Practices
) -> Turn | None:
    """The first answer to a pushed campaign, whose first step went out with it."""
    invited = facts.invitation
    if invited is None or not is_open(invited.campaign, state):
        return None
    opened = practices.start(
        None, "", script=invited.script, variant=invited.variant, channel=facts.channel
    )
    if opened is None or _is_elsewhere(analysis, opened.played, practices):
        return None
    scene = practices.answer(opened.played, analysis, facts.channel)
    if scene is None or scene.event not in ("answered", "finished"):
        return None
    return _played(scene, state, facts, campaign=invited.campaign, fresh=True)


def _is_elsewhere(analysis: Analysis, played: Mapping[str, Any], practices: Practices) -> bool:
    """Whether a message tells of something that happened, or wants no more of this, rather than playing along.

    The script's own words are always an answer. Other words count as real where they say so, where they name a number
    or an address, which no script does, or where a child writes.
    """
    if practices.is_choice(played, analysis.text):
        return False
    if _FOR_REAL.search(analysis.text) or _asks_to_stop(analysis):
        return True
    if "wants_person" in analysis.marks:
        return True
    named = any(analysis.values(kind) for kind in _LIKE_CONTACTS)
    return named or ("minor" in analysis.marks and bool(analysis.threats))


def _is_no_answer(scene: Scene, analysis: Analysis) -> bool:
    """Whether words that fit no choice are clearly about something else."""
    if scene.event != "not_understood":
        return scene.event == "off_topic"
    act, likelihood = analysis.act
    return act not in ("chitchat", "affirm", "deny", "dont_know") and likelihood >= OWN_BUSINESS


def _asks_to_stop(analysis: Analysis) -> bool:
    act, likelihood = analysis.act
    return act in CONSEQUENTIAL and likelihood >= SURE_OF_REQUEST


def _played(
    scene: Scene | None,
    state: ConversationState,
    facts: Facts,
    *,
    campaign: str | None = None,
    fresh: bool = False,
) -> Turn:
    if scene is None:
        return _said(Reply("utter_practice_none"), state, None)
    going = state.practice
    if fresh or going is None:
        going = {"id": _id(facts), "campaign": campaign}
    over = scene.event == "finished"
    kept = (
        None
        if over
        else {**going, "played": dict(scene.played), "on": facts.day.isoformat(), "paused": False}
    )
    replies = [
        Reply(LINE, {"line": bubble.text}, image=bubble.image) for bubble in scene.bubbles[:-1]
    ]
    last = scene.bubbles[-1]
    replies.append(Reply(LINE, {"line": last.text}, choices=scene.choices, image=last.image))
    told = Practice(str(going["id"]), scene.event, going.get("campaign"), dict(scene.played))
    return _turn(tuple(replies), state, kept, told, campaign=going.get("campaign"))


def _id(facts: Facts) -> str:
    return event_id(facts.conversation, facts.message_id, "practice")


def _stopped(state: ConversationState, going: Mapping[str, Any]) -> Turn:
    told = Practice(str(going["id"]), "stopped", going.get("campaign"), dict(going["played"]))
    return _turn((Reply("utter_practice_stopped"),), state, None, told)


def _said(reply: Reply, state: ConversationState, practice: Mapping[str, Any] | None) -> Turn:
    return _turn((reply,), state, practice, None)


def _turn(
    replies: tuple[Reply, ...],
    state: ConversationState,
    practice: Mapping[str, Any] | None,
    told: Practice | None,
    campaign: str | None = None,
) -> Turn:
    if not state.informed:
        replies = (Reply("utter_privacy_notice"), *replies)
    after = replace(
        state,
        turn=state.turn + 1,
        informed=True,
        asked=None,
        misunderstood=0,
        practice=practice,
        campaign=campaign or state.campaign,
    )
    informed = None if state.informed else True
    return Turn(replies, after.as_json(), user=UserChange(informed=informed), practice=told)

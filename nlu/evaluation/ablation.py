"""What the parts are worth alone: the word lists by a plain rule, and the model without the word lists."""

from __future__ import annotations

from collections import Counter

from nlu.evaluation.outcomes import Decide, Decision
from nlu.model.linear import LinearModel
from nlu.text.concepts import mentions
from nlu.text.folding import fold
from nlu.understanding import understand

# Concepts of nlu/lexicons/concepts.yml that name what is offered.
_CODE_OF_CONCEPT = {
    "negotiate": "debt_optimization",
    "clean_record": "credit_repair",
    "fake_service": "fake_hotline",
    "cancel_pretext": "fake_hotline",
    "screen": "fake_hotline",
    "safe_account": "fake_hotline",
    "foreign_call": "fake_hotline",
    "fake_app": "fake_hotline",
    "purchase_card": "fake_hotline",
    "proxy_complain": "agent_complaint",
    "recover": "agent_complaint",
    "anti_collect": "anti_collection",
    "answer_calls": "anti_collection",
    "evade": "debt_evasion",
    "loan_front": "loan_scam",
    "lend_account": "mule_account",
    "courier_card": "mule_account",
}
_SOMEBODY = frozenset({"third_party", "stranger"})
_CONCEPT_GRAM = "c"  # what grams of concepts begin with (nlu/model/features.py)


def decide_by_rules(text: str) -> Decision:
    """A threat where an offer and a third party or stranger are both mentioned; the commonest offer names it."""
    concepts = [mention.concept for mention in mentions(fold(text).text)]
    codes = Counter(_CODE_OF_CONCEPT[name] for name in concepts if name in _CODE_OF_CONCEPT)
    if not codes or not _SOMEBODY.intersection(concepts):
        return Decision(False)
    return Decision(True, (codes.most_common(1)[0][0],))


def without_lexicon(model: LinearModel) -> Decide:
    """The decision of the same model when it hears no concepts, only signs and sounds.

    The model was trained with them: this tells what they carry, not what a model trained without would do.
    """
    vocabulary = {
        gram: row for gram, row in model.vocabulary.items() if not gram.startswith(_CONCEPT_GRAM)
    }
    deaf = LinearModel.of(
        model.heads,
        vocabulary,
        model.idf,
        model.weights,
        model.steps,
        model.bias,
        model.calibration,
    )

    def decide(text: str) -> Decision:
        codes = tuple(threat.code for threat in understand(deaf, text).threats)
        return Decision(bool(codes), codes)

    return decide

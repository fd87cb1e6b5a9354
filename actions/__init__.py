"""What the assistant does in a turn.

Resolving and deciding are pure functions from (analysis, conversation state, facts) to a
:class:`actions.plan.Turn`; one thin Rasa policy and one thin Rasa action stand in front of them, so the
same code serves the in-process run and ``rasa run actions``.
"""

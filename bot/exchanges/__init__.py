"""A message and its answer as one unit: what it needs is read at once, what it leaves is written at once.

While an exchange is open its conversation belongs to it, in this process and in every other one that
shares the store; the next message of the conversation waits.
"""

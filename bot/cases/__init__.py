"""Cases: what hangs together of all signals, who looks after it and how far it got.

A case gathers the mentions of a suspicious contact, or of several that people have merged. It speaks of
the contact and never of the borrowers who told of it, who appear as numbers only.
"""

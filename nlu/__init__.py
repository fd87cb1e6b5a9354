"""What people say and how it is understood.

This package does no network and no database input or output: a message goes in, an
:class:`nlu.analysis.Analysis` comes out, and the same text always gives the same answer.
"""

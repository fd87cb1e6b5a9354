"""Evidence packs: what borrowers told of a case, handed to the police so that it holds.

A pack is a zip that ordinary tools open, signed so that one flipped byte shows. It is built from the ledger
alone, holds transcripts and facts only of borrowers whose consent is on record, and never leaves without an
entry in a log that is only added to.
"""

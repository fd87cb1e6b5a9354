"""The chat inside an institution's own app: tokens of its backend, history, mail, receipts, banner and phrase.

What the demo page's channel ``chat`` has in common with it stands here as well.
"""

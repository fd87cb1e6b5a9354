"""Campaigns on their way: the audience, the sending, and how far it got."""

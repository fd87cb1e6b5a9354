"""Bans: whoever floods the service is read once a minute for a while, and never not at all."""

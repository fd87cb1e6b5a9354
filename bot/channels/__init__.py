"""Channels: each parses what its platform sends and delivers the reply; the gate does the rest."""

"""Registers the mark of tests that take long because they start Rasa from the beginning."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Tells pytest of the mark; leave such tests out with ``-m "not slow"``."""
    config.addinivalue_line("markers", "slow: starts Rasa's own commands, 10 to 30 seconds each")

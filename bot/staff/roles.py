"""What a person may do: each role may do all that the one before it may."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """A role of the console, from the least to the most."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role includes ``needed``."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


VIEWER, ANALYST, ADMIN = Role.VIEWER, Role.ANALYST, Role.ADMIN

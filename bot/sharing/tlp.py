"""The Traffic Light Protocol 2.0: who may read what is shared."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
"""Under which STIX 2.1 carries TLP 2.0 (oasis-open/cti-stix-common-objects)."""


class Tlp(Enum):
    """A marking; what comes later may be read by fewer people."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"

    @property
    def rank(self) -> int:
        """0 for what everybody may read, 4 for what only those present may."""
        return list(Tlp).index(self)

    @property
    def label(self) -> str:
        """As it is written, such as ``TLP:AMBER+STRICT``."""
        return f"TLP:{self.value.upper()}"

    @property
    def tag(self) -> str:
        """As MISP tags it."""
        return f"tlp:{self.value}"

    @property
    def marking_id(self) -> str:
        """The id of the marking definition, the same in every bundle of the world."""
        return f"marking-definition--{_MARKINGS[self.value]}"

    @property
    def distribution(self) -> str:
        """How far MISP lets it travel: 0 this organisation, 1 this community, 2 connected ones, 3 all."""
        return _DISTRIBUTION[self.value]

    def stix(self) -> dict[str, Any]:
        """The marking definition itself, as OASIS publishes it."""
        return {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": self.marking_id,
            "created": "2022-10-01T00:00:00.000Z",
            "name": self.label,
            "extensions": {
                EXTENSION: {"extension_type": "property-extension", "tlp_2_0": self.value}
            },
        }


_MARKINGS: Final = {
    "clear": "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
_DISTRIBUTION: Final = {"clear": "3", "green": "1", "amber": "0", "amber+strict": "0", "red": "0"}

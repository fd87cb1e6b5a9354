"""How a pack is checked, as commands that can be typed, and the README that says so."""

from __future__ import annotations

from typing import Final

from bot.evidence.keys import grouped
from bot.evidence.sealing import MANIFEST, PUBLIC_KEY, SIGNATURE
from bot.evidence.wording import Words

OPENSSL_VERIFY: Final = (
    f"openssl pkeyutl -verify -pubin -inkey {PUBLIC_KEY} -rawin -in {MANIFEST} -sigfile {SIGNATURE}"
)
OPENSSL_FINGERPRINT: Final = (
    f"openssl pkey -pubin -in {PUBLIC_KEY} -outform DER | openssl dgst -sha256"
)


def file_name(pack: str) -> str:
    """What the zip of a pack is called unless somebody names it otherwise."""
    return f"{pack}.zip"


def own_command(pack: str, fingerprint: str) -> str:
    """How this program checks the pack."""
    return f"jingzhong cases evidence verify {file_name(pack)} --fingerprint {fingerprint}"


def readme(title: str, pack: str, institution: str, made_at: str, signer: str, words: Words) -> str:
    """The text of ``README.txt``."""
    return words(
        "readme",
        title=title,
        pack=pack,
        institution=institution,
        made_at=made_at,
        fingerprint=grouped(signer),
        command=own_command(pack, signer),
        openssl_verify=OPENSSL_VERIFY,
        openssl_fingerprint=OPENSSL_FINGERPRINT,
    )

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.evidence import archive
from bot.evidence.keys import SigningKey, signing_key
from bot.evidence.sealing import MANIFEST, PUBLIC_KEY, SIGNATURE, facts_of, seal
from bot.evidence.verifying import verify, verify_file
from tests.bot.evidence.conftest import EvidenceDesk, story

SOAK = os.environ.get("JINGZHONG_SOAK") == "1"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return signing_key(tmp_path)


@pytest.fixture
def pack(key: SigningKey) -> bytes:
    """A small pack with everything that a pack has."""
    picture = b"\x89PNG" + bytes(range(64))
    files = {"README.txt": "材料".encode(), "case.json": b"{}\n", "attachments/01.png": picture}
    attached = facts_of("attachments/01.png", picture, type="image/png", name="截图.png")
    return seal(files, [attached], {"pack": "EV20261128-0A1B2C3D"}, key)


def altered(pack: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The pack after somebody changed its files and zipped them properly again."""
    files = archive.read(pack)
    change(files)
    return archive.write(files)


def test_a_pack_as_it_was_signed_holds(pack: bytes, key: SigningKey) -> None:
    verdict = verify(pack)
    assert (verdict.holds, verdict.files) == (True, 8)
    assert verdict.signer == key.public.fingerprint
    assert not verdict.signer_expected
    assert verify(pack, key.public.fingerprint).signer_expected


def test_the_index_tells_type_size_and_digest_of_each_file(pack: bytes) -> None:
    listed = {entry["path"]: entry for entry in json.loads(archive.read(pack)["index.json"])}
    assert list(listed) == ["README.txt", "case.json", "attachments/01.png"]
    picture = listed["attachments/01.png"]
    assert (picture["type"], picture["size"], picture["name"]) == ("image/png", 68, "截图.png")
    assert len(picture["sha256"]) == 64
    assert "attachments/01.png,image/png,68," in archive.read(pack)["index.csv"].decode()


def test_every_single_flipped_byte_is_found(pack: bytes) -> None:
    changed = bytearray(pack)
    for place in range(len(pack)):
        for bits in (0x01, 0x20, 0x80, 0xFF) if SOAK else (0x01, 0x80):
            changed[place] ^= bits
            assert not verify(bytes(changed)).holds, f"byte {place} ^ {bits:#x}"
            changed[place] ^= bits


def test_a_flipped_byte_anywhere_in_a_whole_pack_is_found(drawing_desk: EvidenceDesk) -> None:
    drawing_desk.hears(*story())
    whole = drawing_desk.export().archive
    changed = bytearray(whole)
    for place in {
        *range(0, len(whole), 97 if SOAK else 1999),
        *range(len(whole) - 900, len(whole), 7),
    }:
        changed[place] ^= 0x01
        assert not verify(bytes(changed)).holds, f"byte {place}"
        changed[place] ^= 0x01
    assert verify(bytes(changed)).holds


@pytest.mark.parametrize("cut", [1, 2, 22, 500])
def test_a_pack_that_lost_its_end_or_got_more_is_found(pack: bytes, cut: int) -> None:
    assert not verify(pack[:-cut]).holds
    assert not verify(pack + b"\0" * cut).holds
    assert not verify(b"\0" * cut + pack).holds


def test_a_changed_added_or_removed_file_is_named(pack: bytes) -> None:
    changed = verify(altered(pack, lambda files: files.update({"case.json": b"{ }"})))
    assert changed.problems == ("case.json: the file was changed",)
    added = verify(altered(pack, lambda files: files.update({"more.txt": b"x"})))
    assert added.problems == ("more.txt: the file was added",)
    removed = verify(altered(pack, lambda files: files.__delitem__("case.json")))
    assert removed.problems == ("case.json: the file is missing",)


def test_files_in_another_order_are_found(pack: bytes) -> None:
    files = archive.read(pack)
    turned = archive.write(dict(reversed(files.items())))
    assert verify(turned).problems == ("the files are in another order",)


@pytest.mark.parametrize("path", [MANIFEST, SIGNATURE, PUBLIC_KEY])
def test_a_pack_without_its_seal_does_not_hold(pack: bytes, path: str) -> None:
    verdict = verify(altered(pack, lambda files: files.__delitem__(path)))
    assert verdict.problems == (f"{path}: the file is missing",)


def test_a_pack_made_anew_with_another_key_fails_against_the_expected_one(
    pack: bytes, key: SigningKey, tmp_path: Path
) -> None:
    (tmp_path / "forger").mkdir()
    forger = signing_key(tmp_path / "forger")
    forged = seal({"case.json": b"{}"}, [], {"pack": "EV20261128-0A1B2C3D"}, forger)
    assert verify(forged).holds  # in itself, which is why the signer is shown
    verdict = verify(forged, key.public.fingerprint)
    assert verdict.problems == ("it was signed with another key than the expected one",)
    mixed = altered(pack, lambda files: files.update({PUBLIC_KEY: forger.public.pem}))
    assert verify(mixed).problems == (f"{MANIFEST}: its signature does not fit",)


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{}", b'{"format": "jingzhong-evidence/1"}', b"\xff", b"[" * 100_000]
    + [
        b'{"format": "jingzhong-evidence/1", "files": ' + rest + b"}"
        for rest in (b"7", b"[7]", b"[{}]")
    ],
)
def test_a_manifest_of_another_form_is_refused_even_if_it_is_signed(
    pack: bytes, key: SigningKey, manifest: bytes
) -> None:
    signed = {MANIFEST: manifest, SIGNATURE: key.sign(manifest)}
    verdict = verify(altered(pack, lambda files: files.update(signed)))
    assert verdict.problems == (f"{MANIFEST}: it has a format that this program does not know",)


def test_a_file_that_is_larger_than_any_pack_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.zip"
    with huge.open("wb") as file:
        file.truncate(archive.LONGEST + 1)
    assert "larger" in verify_file(huge).problems[0]

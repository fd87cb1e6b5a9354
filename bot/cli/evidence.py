"""``jingzhong cases evidence``: packs for the police or a court, their check, their log."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from typer.core import TyperGroup

from bot.audit import Actor
from bot.cases.reading import CaseView
from bot.cli.progress import say
from bot.cli.tables import show
from bot.evidence.errors import EvidenceError
from bot.evidence.exporting import Exporter, Order, Pack
from bot.evidence.keys import PublicKey, grouped, normalise_fingerprint, own_key, signing_key
from bot.evidence.log import Export, ExportLog
from bot.evidence.opening import open_exporter
from bot.evidence.verifying import Verdict, verify_file
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import rfc3339, to_json
from bot.ledger.writer import Writer
from bot.settings import load_settings, prepare_home

_MAKE = "make"
_LOG = ("at", "pack", "outcome", "purpose", "reporters", "actor", "case", "reason")
_JSON = typer.Option("--json", help="JSON lines for programs.")


class For(str, Enum):
    """What a pack is for, as it is written on the command line."""

    police = "police"
    court = "court"
    internal = "internal"


class _MakeOrCommand(TyperGroup):
    """``evidence CASE`` makes a pack, since CASE is none of the commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [_MAKE, *args]
        return super().parse_args(ctx, args)


evidence_app = typer.Typer(
    cls=_MakeOrCommand,
    help="Evidence packs. `evidence CASE` makes one; so does `evidence make CASE`.",
    no_args_is_help=True,
)


@evidence_app.command(_MAKE)
def make(
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE",
            help="The id of a case or its beginning, or a contact such as phone:13800001234.",
        ),
    ],
    purpose: Annotated[
        For, typer.Option("--for", help="Who gets it; police and court put a hold on what it uses.")
    ] = For.police,
    out: Annotated[
        Optional[Path], typer.Option("--out", help="The zip to write; the pack's id.zip if unset.")
    ] = None,
    attach: Annotated[
        Optional[list[Path]],
        typer.Option(
            "--attach", exists=True, dir_okay=False, help="A file to add; repeat it for more."
        ),
    ] = None,
    contacts_only: Annotated[
        bool, typer.Option("--contacts-only", help="Nothing of borrowers; needs nobody's consent.")
    ] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Make the evidence pack of a case: only with what borrowers agreed to hand over."""
    files = [(path.name, path.read_bytes()) for path in attach or ()]
    with _reader() as reader:
        case_id = CaseView(reader).find(case).id
    with _exporter() as exporter:
        order = Order(case_id, purpose.value, contacts_only, files)
        pack = asyncio.run(exporter.export(order, Actor.at_command_line()))
    path = _write(pack, out)
    if as_json:
        sys.stdout.write(to_json({**_row(pack.export), "file": str(path)}) + "\n")
        return
    export = pack.export
    say(f"{path}: {export.files} files, {export.size} bytes, {export.reporters} reporters")
    say(f"sha256 {export.sha256}")
    say(f"signed by {grouped(export.signer)}")


@evidence_app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The zip of a pack.")],
    key: Annotated[
        Optional[Path],
        typer.Option(
            "--key", exists=True, dir_okay=False, help="The public key that must have signed it."
        ),
    ] = None,
    fingerprint: Annotated[
        Optional[str], typer.Option("--fingerprint", help="The same, by its SHA-256.")
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Check a pack: one changed byte anywhere, a file more or less, another key; exit 1 if it does not hold."""
    expected = _expected(key, fingerprint)
    try:
        verdict = verify_file(file, expected)
    except OSError as error:
        raise EvidenceError(f"{file}: {error.strerror}") from None
    if as_json:
        sys.stdout.write(to_json(_verdict(file, verdict)) + "\n")
    elif verdict.holds:
        _tell(file, verdict)
    else:
        for problem in verdict.problems:
            typer.echo(f"jingzhong: {file}: {problem}", err=True)
    if not verdict.holds:
        raise typer.Exit(1)


@evidence_app.command("log")
def log(
    case: Annotated[Optional[str], typer.Option("--case", help="Only of this case.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 20,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show which packs were made and refused, newest first."""
    with _reader() as reader:
        case_id = CaseView(reader).find(case).id if case else None
        rows = [_row(export) for export in ExportLog(reader).latest(limit, case_id=case_id)]
    show(rows, _LOG, as_json=as_json, nothing="no packs")


@evidence_app.command("release")
def release(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="The id of a pack, such as EV20261128-0A1B2C3D.")
    ],
    why: Annotated[str, typer.Option("--why", help="Why nobody relies on it any more.")],
) -> None:
    """End the holds of a pack, so that what it used can be erased again."""
    with _reader() as reader:
        if ExportLog(reader).of(pack) is None:
            raise EvidenceError(f"no pack {pack!r}; see: jingzhong cases evidence log")
    with _exporter() as exporter:
        ended = asyncio.run(exporter.release(pack, Actor.at_command_line(), why))
    say(f"{ended} holds ended")


@evidence_app.command("key")
def key() -> None:
    """Write the public key of this installation, which others check packs with."""
    public = signing_key(prepare_home(load_settings())).public
    sys.stdout.write(public.pem.decode("ascii"))
    say(f"fingerprint {grouped(public.fingerprint)}")


@contextmanager
def _reader() -> Iterator[Reader]:
    with closing(Reader(database_path(load_settings().home))) as reader:
        yield reader


@contextmanager
def _exporter() -> Iterator[Exporter]:
    """The desk that makes packs of the ledger of the settings."""
    settings = load_settings()
    path = database_path(prepare_home(settings))
    with closing(Writer(path)) as writer, closing(Reader(path)) as reader:
        yield open_exporter(settings, reader, writer)


def _write(pack: Pack, out: Path | None) -> Path:
    """Writes the zip for its owner alone, and all of it or nothing."""
    path = out or Path(pack.file_name)
    part = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pack.archive)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise EvidenceError(
            f"{path}: {error.strerror}; name a file that can be written with --out and make the pack again"
        ) from None
    return path


def _expected(key: Path | None, fingerprint: str | None) -> str | None:
    """The fingerprint that a pack must be signed by, if one is named; both ways must agree."""
    if key is None and fingerprint is None:
        return None
    named = normalise_fingerprint(fingerprint) if fingerprint is not None else None
    if fingerprint is not None and named is None:
        raise typer.BadParameter(
            "a fingerprint has 64 hexadecimal digits", param_hint="--fingerprint"
        )
    if key is not None:
        try:
            of_key = PublicKey.of(key.read_bytes()).fingerprint
        except EvidenceError as error:
            raise typer.BadParameter(f"{key}: {error}", param_hint="--key") from None
        if named is not None and named != of_key:
            raise typer.BadParameter(
                "it is not the fingerprint of --key", param_hint="--fingerprint"
            )
        named = of_key
    return named


def _tell(file: Path, verdict: Verdict) -> None:
    manifest = verdict.manifest
    say(f"{file}: holds; {verdict.files} files are as they were signed")
    say(
        f"pack {manifest.get('pack')}, made {manifest.get('made_at')} by {manifest.get('institution')}"
    )
    say(f"signed by {grouped(verdict.signer or '')}")
    if not verdict.signer_expected:
        say(_whose(verdict.signer))


def _whose(signer: str | None) -> str:
    mine = own_key(load_settings().home)
    if mine is not None and mine.public.fingerprint == signer:
        return "which is the key of this installation"
    return "compare this with the fingerprint that the institution names, or use --fingerprint"


def _verdict(file: Path, verdict: Verdict) -> dict[str, Any]:
    return {
        "file": str(file),
        "holds": verdict.holds,
        "problems": list(verdict.problems),
        "signer": verdict.signer,
        "signer_expected": verdict.signer_expected,
        "files": verdict.files,
        "pack": verdict.manifest.get("pack"),
    }


def _row(export: Export) -> dict[str, Any]:
    return {
        "at": rfc3339(export.at),
        "pack": export.pack,
        "outcome": export.outcome,
        "reason": export.reason,
        "purpose": export.purpose,
        "contacts_only": export.contacts_only,
        "reporters": export.reporters,
        "actor": export.actor,
        "case": export.case_id,
        "files": export.files,
        "size": export.size,
        "sha256": export.sha256,
        "signer": export.signer,
    }

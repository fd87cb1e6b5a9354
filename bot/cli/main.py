"""All commands of ``jingzhong`` and what every one of them does with errors.

Exit codes: 2 for wrong settings, arguments or content, 1 for everything else that fails.
"""

from __future__ import annotations

import sys

import typer

from actions.content import ContentError
from bot.cases.records import CaseError
from bot.cli.bans import bans_app
from bot.cli.bench import bench
from bot.cli.campaign import campaign_app
from bot.cli.cases import cases_app
from bot.cli.content import content_app
from bot.cli.delivery import dead, replay, retry, sinks
from bot.cli.detect import detect
from bot.cli.evaluate import evaluate
from bot.cli.evidence import evidence_app
from bot.cli.feedback import feedback_app
from bot.cli.outreach import outreach_app
from bot.cli.privacy import privacy_app
from bot.cli.radar import radar_app
from bot.cli.report import report
from bot.cli.serve import serve
from bot.cli.sharing import share_app
from bot.cli.signals import signals_app
from bot.cli.staff import staff_app
from bot.cli.telegram import TelegramFailed, telegram_app
from bot.cli.train import train
from bot.cli.verdict import verdict
from bot.cli.wechat import WechatFailed, wechat_app
from bot.evidence.errors import EvidenceError
from bot.exchanges.exchange import StoreUnavailable
from bot.feedback.errors import CandidateFileError, FeedbackError
from bot.ledger.errors import LedgerError
from bot.outreach.desk import OutreachError
from bot.settings import SettingsError
from bot.sharing.errors import SharingError
from bot.sinks.deliveries import DeliveryError
from bot.training import TrainingError

app = typer.Typer(
    name="jingzhong",
    help="Jingzhong: conversational fraud warnings for consumer-finance companies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(serve)
app.command("train")(train)
app.command("detect")(detect)
app.command("evaluate")(evaluate)
app.command("bench")(bench)
app.command("report")(report)
signals_app.command("verdict")(verdict)
for about_delivery in (sinks, dead, retry, replay):
    signals_app.command()(about_delivery)
app.add_typer(signals_app, name="signals")
cases_app.add_typer(evidence_app, name="evidence")
app.add_typer(cases_app, name="cases")
app.add_typer(content_app, name="content")
app.add_typer(campaign_app, name="campaign")
app.add_typer(staff_app, name="staff")
app.add_typer(bans_app, name="bans")
app.add_typer(radar_app, name="radar")
app.add_typer(privacy_app, name="privacy")
app.add_typer(share_app, name="share")
app.add_typer(feedback_app, name="feedback")
app.add_typer(outreach_app, name="outreach")
app.add_typer(telegram_app, name="telegram")
app.add_typer(wechat_app, name="wechat")


def run() -> None:
    """Runs the command line; an error that its reader can mend is one line on standard error."""
    try:
        app()
    except (SettingsError, ContentError, CandidateFileError) as error:
        _fail(str(error), 2)
    except (
        CaseError,
        DeliveryError,
        EvidenceError,
        FeedbackError,
        LedgerError,
        OutreachError,
        SharingError,
        StoreUnavailable,
        TelegramFailed,
        TrainingError,
        WechatFailed,
    ) as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _fail(message: str, code: int) -> None:
    print(f"jingzhong: {message}", file=sys.stderr)
    sys.exit(code)

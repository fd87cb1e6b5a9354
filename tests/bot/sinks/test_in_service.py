"""The service puts together what its file of sinks says, and tells of it."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from actions.plan import Signal
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.services import build_services
from bot.settings import Settings, SettingsError
from tests.bot.redis_server import RedisServer
from tests.bot.sinks.conftest import cursor_in, until

SINKS = """
sinks:
  lines: {kind: files, folder: lines}
  sheet: {kind: files, folder: sheet, format: csv}
  gone: {kind: redis, url_env: STREAM_URL, prefix: elsewhere}
"""


def lines_in(folder: Path) -> int:
    return sum(len(file.read_text().splitlines()) for file in folder.glob("*"))


async def test_a_signal_reaches_all_sinks_and_the_metrics_tell_what_one_lacks(
    tmp_path: Path, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sinks.yml").write_text(SINKS)
    monkeypatch.setenv("STREAM_URL", redis_server.url)
    redis_server.kill()
    services = build_services(Settings(home=tmp_path))
    lines, sheet, gone = services.forwarders
    await services.start()
    try:
        context = TurnContext("rest", "u1", "rest:u1", "m1", datetime.now(timezone.utc), "m", "c")
        await services.ledger.record(TurnRecord(context, (Signal("loan_scam", 0.9, "asking"),)))
        await until(lambda: lines.lag().events == sheet.lag().events == 0 and gone.last_error)
        assert (lines_in(tmp_path / "lines"), lines_in(tmp_path / "sheet")) == (1, 2)
        services.measure()
        told = services.counters.exposition().decode()
        assert 'jingzhong_outbox_events{sink="lines"} 0.0' in told
        assert 'jingzhong_outbox_events{sink="gone"} 1.0' in told
        assert 'jingzhong_sink_refused_events{sink="gone"} 0.0' in told
        assert 'jingzhong_sink_dead_letters{sink="gone"} 0.0' in told
        redis_server.start()
        await until(lambda: gone.lag().events == 0, 40)
    finally:
        await services.stop()
    assert [cursor_in(tmp_path, name) for name in ("lines", "sheet", "gone")] == [1, 1, 1]


def test_a_wrong_file_ends_the_start_before_anything_is_opened(tmp_path: Path) -> None:
    (tmp_path / "sinks.yml").write_text("sinks: {one: {kind: fax}}")
    with pytest.raises(SettingsError, match="sink one: kind: it is one of"):
        build_services(Settings(home=tmp_path))
    assert not (tmp_path / "jingzhong.db").exists()

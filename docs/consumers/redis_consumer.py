"""A consumer of Jingzhong's Redis stream that loses nothing and handles each event once.

It needs the package ``redis`` and a file for its database:

    python redis_consumer.py --url redis://127.0.0.1:6379/0 --group risk --consumer a --database events.db

A consumer group remembers which entries were given to whom and not acknowledged. This one acknowledges an entry only
when the event is on its own disk, takes over what a dead consumer left, and recognises by ``source`` and ``id`` what it
has. Consumers of one group share the entries between them; start one alone where the order of events matters.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Iterable
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

STREAM = "jz:{signals}"
READ_AT_ONCE = 100
WAIT_SECONDS = 1.0

Entry = tuple[str, dict[str, str]]


class Inbox:
    """Events in SQLite, each once; what is kept survives a crash of this process and of the machine."""

    def __init__(self, path: str) -> None:
        # Other consumers of this machine may write too: wait for them.
        self._database = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS inbox (place INTEGER PRIMARY KEY, source TEXT, id TEXT, "
            "event TEXT, UNIQUE (source, id))"
        )

    def keep(self, entries: Iterable[Entry]) -> list[dict[str, Any]]:
        """Keeps the events of the entries and returns those that are new; all are on the disk then."""
        new = []
        self._database.execute("BEGIN IMMEDIATE")
        for _, fields in entries:
            kept = self._database.execute(
                "INSERT OR IGNORE INTO inbox (source, id, event) VALUES (?, ?, ?)",
                (fields["source"], fields["id"], fields["event"]),
            )
            if kept.rowcount:
                new.append(json.loads(fields["event"]))
        self._database.execute("COMMIT")
        return new


class Consumer:
    """One member of a consumer group."""

    def __init__(self, redis: Redis, group: str, name: str, inbox: Inbox, idle: float) -> None:
        self._redis = redis
        self._group = group
        self._name = name
        self._inbox = inbox
        self._idle_milliseconds = int(idle * 1000)

    def prepare(self) -> None:
        """Makes the group unless it is there; it begins with the first entry of the stream."""
        try:
            self._redis.xgroup_create(STREAM, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def recover(self) -> int:
        """Handles what was given to a consumer, this one before a crash too, and not acknowledged for long."""
        begin, handled = "0-0", 0
        while True:
            # Entries that the stream has dropped since come without fields; there is nothing left of them.
            begin, entries, *_ = self._redis.xautoclaim(
                STREAM, self._group, self._name, self._idle_milliseconds, begin, count=READ_AT_ONCE
            )
            handled += self._handle([entry for entry in entries if entry[1]], "taken over")
            if begin == "0-0":
                return handled

    def read(self) -> int:
        """Waits a moment for new entries and handles them."""
        found = self._redis.xreadgroup(
            self._group,
            self._name,
            {STREAM: ">"},
            count=READ_AT_ONCE,
            block=int(WAIT_SECONDS * 1000),
        )
        return sum(self._handle(entries, "new") for _, entries in found)

    def _handle(self, entries: list[Entry], how: str) -> int:
        if not entries:
            return 0
        new = self._inbox.keep(entries)
        # Your own work goes here, or reads the inbox in a process of its own.
        for event in new:
            code = event["data"].get("code", "-")
            sys.stdout.write(f"{how}: {event['id'][:12]} {code} {event.get('subject', '-')}\n")
        for _ in range(len(entries) - len(new)):
            sys.stdout.write("had it already\n")
        sys.stdout.flush()
        # Last of all: a crash before this line only brings the entries back.
        self._redis.xack(STREAM, self._group, *(entry for entry, _ in entries))
        return len(entries)


def main() -> None:
    """Consumes until it is interrupted, or with --until-idle until nothing has come for so long."""
    options = argparse.ArgumentParser(description="Consume Jingzhong's signals from Redis.")
    options.add_argument("--url", default="redis://127.0.0.1:6379/0")
    options.add_argument("--group", default="risk")
    options.add_argument("--consumer", required=True, help="the name of this one within its group")
    options.add_argument("--database", default="events.db")
    options.add_argument(
        "--idle", type=float, default=60, help="seconds after which others take over"
    )
    options.add_argument(
        "--until-idle", type=float, help="end after so many seconds without entries"
    )
    chosen = options.parse_args()
    redis = Redis.from_url(chosen.url, decode_responses=True, socket_timeout=30)
    consumer = Consumer(redis, chosen.group, chosen.consumer, Inbox(chosen.database), chosen.idle)
    last = time.monotonic()
    prepared = False
    while chosen.until_idle is None or time.monotonic() - last < chosen.until_idle:
        try:
            if not prepared:
                consumer.prepare()
                prepared = True
            if consumer.recover() + consumer.read():
                last = time.monotonic()
        except (ConnectionError, TimeoutError) as error:
            sys.stderr.write(f"Redis: {error}; trying again\n")
            time.sleep(WAIT_SECONDS)


if __name__ == "__main__":
    main()

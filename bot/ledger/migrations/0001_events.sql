-- Events are only ever added. SQLite lets one writer at a time in, so seq follows the order of commits:
-- a reader that remembers the last seq it saw misses nothing, whichever process wrote.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    code TEXT NOT NULL,
    time TEXT NOT NULL,
    user TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (source, id)
);

CREATE INDEX events_by_id ON events (id);
CREATE INDEX events_by_code ON events (code, seq);
CREATE INDEX events_by_user ON events (user);

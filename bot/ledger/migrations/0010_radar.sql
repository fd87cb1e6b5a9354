-- How far the radar has read the ledger; one row at the most.
CREATE TABLE radar_cursor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
);

-- Who reported a contact or agency on which day of Beijing time (days are numbered as Python's ordinals); a user
-- who repeats himself adds no row. Under the empty key stand the reporters of anything. known tells whether the
-- service had met the user long enough before. seq is that of the first of these signals, to show as an example.
CREATE TABLE radar_reports (
    key TEXT NOT NULL,
    day INTEGER NOT NULL,
    user TEXT NOT NULL,
    known INTEGER NOT NULL CHECK (known IN (0, 1)),
    seq INTEGER NOT NULL,
    PRIMARY KEY (key, day, user)
) WITHOUT ROWID;

CREATE INDEX radar_reports_by_day ON radar_reports (day, key);
CREATE INDEX radar_reports_by_user ON radar_reports (user);

-- Since when the service knows a reporter, and when he reported last.
CREATE TABLE radar_reporters (
    user TEXT PRIMARY KEY NOT NULL,
    since INTEGER NOT NULL,
    last_day INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX radar_reporters_by_age ON radar_reporters (last_day);

-- One row per wave: what a person was alerted to, and what the person made of it. follows names a dismissed
-- alert about the same that has grown since.
CREATE TABLE radar_alerts (
    id TEXT PRIMARY KEY NOT NULL,
    raised_at TEXT NOT NULL,
    day INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'seen', 'dismissed')),
    by TEXT,
    at TEXT,
    reason TEXT,
    follows TEXT REFERENCES radar_alerts (id)
) WITHOUT ROWID;

CREATE INDEX radar_alerts_by_day ON radar_alerts (day);

-- What rises in a wave; the row with place 0 raised the alert. reporters, known, expected, past, chance, since and
-- examples are as of the day on which it joined; peak and last_day follow as long as it stays up.
CREATE TABLE radar_risings (
    alert TEXT NOT NULL REFERENCES radar_alerts (id),
    key TEXT NOT NULL,
    place INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    reporters INTEGER NOT NULL,
    known INTEGER NOT NULL,
    expected REAL NOT NULL,
    past TEXT NOT NULL,
    chance REAL NOT NULL,
    since INTEGER NOT NULL,
    examples TEXT NOT NULL,
    peak INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    PRIMARY KEY (alert, key)
) WITHOUT ROWID;

CREATE INDEX radar_risings_by_key ON radar_risings (key, last_day);

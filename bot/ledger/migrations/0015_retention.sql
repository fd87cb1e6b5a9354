-- What has grown too old and was removed, in rows by day and kind, written with the removal itself.
CREATE TABLE retention_removed (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    removed INTEGER NOT NULL,
    PRIMARY KEY (day, kind)
) WITHOUT ROWID;

-- When each kind was last looked through, and how many rows stayed although their term had ended, because of a
-- hold or of a case that people work on.
CREATE TABLE retention_state (
    kind TEXT PRIMARY KEY NOT NULL,
    looked_at TEXT NOT NULL,
    spared INTEGER NOT NULL
) WITHOUT ROWID;

-- The terms of messages' changes and of tip-offs run from these times.
CREATE INDEX user_changes_by_age ON user_changes (at);
CREATE INDEX receipts_by_age ON receipts (received_at);

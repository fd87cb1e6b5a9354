-- A turn is named by a keyed hash of its conversation and message id.

-- What was answered to a message, so that a repeated one gets the same answer; kept for some days.
CREATE TABLE replies (
    turn TEXT PRIMARY KEY NOT NULL,
    user TEXT NOT NULL,
    messages TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE INDEX replies_by_age ON replies (created_at);
CREATE INDEX replies_by_user ON replies (user);

-- Which message changed a user's record and how: a consent can be shown later, and a message that is
-- delivered again long after cannot undo what the user said since. An erasure leaves the hash of the turn
-- alone, which still keeps that message from coming back.
CREATE TABLE user_changes (
    turn TEXT PRIMARY KEY NOT NULL,
    user TEXT,
    change TEXT,
    at TEXT NOT NULL
);

CREATE INDEX user_changes_by_user ON user_changes (user);

-- Two tip-offs can share a number by chance; both are kept, and the later one is shown.
CREATE TABLE receipts (
    number TEXT NOT NULL,
    event_id TEXT NOT NULL,
    codes TEXT NOT NULL,
    state TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (number, event_id)
) WITHOUT ROWID;

-- Words for a borrower that wait for the next visit, since nothing can be sent to where they are: what a person of
-- ours wrote, a warning, a question. "id" is that of the message: put in twice it waits once. shown_at is when the
-- client got it, read_at when it said that somebody looked at it.
CREATE TABLE mailbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL,
    channel TEXT NOT NULL,
    bubbles TEXT NOT NULL,
    kept_at TEXT NOT NULL,
    shown_at TEXT,
    read_at TEXT
);

CREATE INDEX mailbox_waiting ON mailbox (user, seq) WHERE shown_at IS NULL;
CREATE INDEX mailbox_by_user ON mailbox (user);
CREATE INDEX mailbox_by_age ON mailbox (kept_at);

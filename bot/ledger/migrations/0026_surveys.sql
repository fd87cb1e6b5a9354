-- The question how it was with a person of ours, put once when they hand the borrower back. "id" is that of the message
-- that asks; "words" are the masked words of an answer that was written, not pressed. An erasure empties who and the
-- words, and the answer still counts.
CREATE TABLE surveys (
    id TEXT PRIMARY KEY NOT NULL,
    handoff TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL,
    channel TEXT NOT NULL,
    agent TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    answer TEXT CHECK (answer IN ('good', 'fair', 'poor', 'stopped')),
    answered_at TEXT,
    words TEXT NOT NULL DEFAULT '',
    commends INTEGER NOT NULL DEFAULT 0,
    complains INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX surveys_by_user ON surveys (user, asked_at);
CREATE INDEX surveys_by_age ON surveys (asked_at);

-- Who does not want to be asked, of surveys alone: warnings and questions about a threat are another matter.
CREATE TABLE survey_refusals (
    user TEXT PRIMARY KEY NOT NULL,
    since TEXT NOT NULL
) WITHOUT ROWID;

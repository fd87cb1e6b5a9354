-- Requests for a person, one for each conversation at a time; "id" is the ticket. "reach" is where the channel reaches
-- the user, in clear, since the person answers there; an erasure empties it with the summary. agent_at is when the
-- person last did something: who is silent for too long no longer keeps the assistant quiet.
CREATE TABLE handoffs (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    conversation TEXT NOT NULL,
    channel TEXT NOT NULL,
    reach TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'taken', 'ended')),
    reason TEXT NOT NULL,
    urgent INTEGER NOT NULL,
    asked_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    agent TEXT,
    taken_at TEXT,
    agent_at TEXT,
    answered_at TEXT,
    ended_at TEXT,
    summary TEXT NOT NULL
);

CREATE UNIQUE INDEX handoffs_standing ON handoffs (conversation) WHERE state <> 'ended';
CREATE INDEX handoffs_queue ON handoffs (urgent DESC, asked_at) WHERE state = 'waiting';
CREATE INDEX handoffs_by_user ON handoffs (user);
CREATE INDEX handoffs_by_age ON handoffs (asked_at);

-- What was said since then. "id" is that of the message, so that one that comes again stands here once; "fate" tells
-- what became of one of ours, and is 'unknown' until that is known.
CREATE TABLE handoff_messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    handoff TEXT NOT NULL REFERENCES handoffs (id) ON DELETE CASCADE,
    side TEXT NOT NULL CHECK (side IN ('user', 'agent')),
    author TEXT,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    fate TEXT
);

CREATE INDEX handoff_messages_of ON handoff_messages (handoff, seq);

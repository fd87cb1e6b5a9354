-- Conversations under keyed hashes: the slots after the last turn, and the events of the last turns. The
-- cascade moves the turns along when a conversation goes over to the hash of a new key.
CREATE TABLE conversations (
    conversation TEXT PRIMARY KEY NOT NULL,
    user TEXT NOT NULL,
    version INTEGER NOT NULL,
    slots TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE INDEX conversations_by_age ON conversations (updated_at);
CREATE INDEX conversations_by_user ON conversations (user);

-- A ring of turns: a new one takes the place of the one that is no longer kept.
CREATE TABLE conversation_turns (
    conversation TEXT NOT NULL REFERENCES conversations (conversation) ON UPDATE CASCADE ON DELETE CASCADE,
    place INTEGER NOT NULL,
    version INTEGER NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (conversation, place)
) WITHOUT ROWID;

-- What was said and answered in a conversation from its first signal on, with the user's own secrets masked.
-- Read by people only through bot/privacy/transcripts.py, which writes down who read it.
CREATE TABLE turns (
    turn TEXT PRIMARY KEY NOT NULL,
    conversation TEXT NOT NULL,
    user TEXT NOT NULL,
    channel TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at TEXT NOT NULL,
    said TEXT NOT NULL,
    answered TEXT NOT NULL
);

CREATE INDEX turns_by_conversation ON turns (conversation, at);
CREATE INDEX turns_by_user ON turns (user);
CREATE INDEX turns_by_age ON turns (at);

-- What users said to their conversations being handed over as evidence; the latest row of a user counts. content
-- is the version of the wording that they agreed to.
CREATE TABLE evidence_consents (
    turn TEXT PRIMARY KEY NOT NULL,
    user TEXT NOT NULL,
    given INTEGER NOT NULL CHECK (given IN (0, 1)),
    at TEXT NOT NULL,
    content TEXT NOT NULL
);

CREATE INDEX evidence_consents_by_user ON evidence_consents (user, at);

-- Every evidence pack that was made or refused: who wanted it, of which case, for whom and why not. Rows are
-- only added. sha256 and size are those of the zip, signer is the fingerprint of the key that signed it.
CREATE TABLE evidence_exports (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    pack TEXT UNIQUE NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    case_id TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('police', 'court', 'internal')),
    outcome TEXT NOT NULL CHECK (outcome IN ('made', 'refused')),
    reason TEXT NOT NULL,
    contacts_only INTEGER NOT NULL CHECK (contacts_only IN (0, 1)),
    reporters INTEGER NOT NULL,
    files INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    signer TEXT NOT NULL
);

CREATE INDEX evidence_exports_by_case ON evidence_exports (case_id, seq);

CREATE TRIGGER evidence_exports_are_not_changed BEFORE UPDATE ON evidence_exports
BEGIN
    SELECT RAISE(ABORT, 'the log of exports is only added to');
END;

CREATE TRIGGER evidence_exports_are_not_removed BEFORE DELETE ON evidence_exports
BEGIN
    SELECT RAISE(ABORT, 'the log of exports is only added to');
END;

-- Whose words went out in which pack, and on what consent: a borrower can be told who was given what, and the
-- police, who get the label alone, can be answered. Only added to, as a record of the disclosure.
CREATE TABLE evidence_reporters (
    pack TEXT NOT NULL REFERENCES evidence_exports (pack),
    label TEXT NOT NULL,
    user TEXT NOT NULL,
    consent_at TEXT NOT NULL,
    consent_content TEXT NOT NULL,
    PRIMARY KEY (pack, label)
) WITHOUT ROWID;

CREATE INDEX evidence_reporters_by_user ON evidence_reporters (user);

CREATE TRIGGER evidence_reporters_are_not_changed BEFORE UPDATE ON evidence_reporters
BEGIN
    SELECT RAISE(ABORT, 'the log of exports is only added to');
END;

CREATE TRIGGER evidence_reporters_are_not_removed BEFORE DELETE ON evidence_reporters
BEGIN
    SELECT RAISE(ABORT, 'the log of exports is only added to');
END;

-- What must not be erased for now, because somebody outside relies on it: kind says what subject is, which is the
-- id of a case or signal, or a keyed hash. A pack holds its case, and the signals and turns that stand in it. reason
-- is the id of the pack. A hold is in force from since to until, or until it is released where until is null.
CREATE TABLE holds (
    kind TEXT NOT NULL CHECK (kind IN ('case', 'signal', 'turn', 'conversation', 'user')),
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (kind, subject, reason)
) WITHOUT ROWID;

CREATE INDEX holds_by_reason ON holds (reason);

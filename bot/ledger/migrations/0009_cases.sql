-- A case gathers what was told of a suspicious contact. One that was merged into another stays as its redirect.
-- first_seen to reporters are figures of the mentions of its contacts.
CREATE TABLE cases (
    id TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'new' CHECK (
        state IN (
            'new', 'verifying', 'confirmed', 'handed_to_police', 'accepted', 'filed', 'closed', 'false_alarm'
        )
    ),
    owner TEXT,
    region TEXT,
    deadline TEXT,
    opened_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0,
    merged_into TEXT REFERENCES cases (id),
    signals INTEGER NOT NULL DEFAULT 0,
    reporters INTEGER NOT NULL DEFAULT 0,
    first_seen TEXT,
    last_seen TEXT
);

CREATE INDEX cases_by_last_seen ON cases (last_seen, id) WHERE merged_into IS NULL;
CREATE INDEX cases_by_state ON cases (state, last_seen) WHERE merged_into IS NULL;
CREATE INDEX cases_by_target ON cases (merged_into) WHERE merged_into IS NOT NULL;

-- Every contact belongs to one case. home is the case that was opened for it, to which it returns when a merge
-- is undone; stem is what is particular in the name of an agency; stale says that its figures, and those of its
-- case, must be counted anew.
CREATE TABLE case_contacts (
    key TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    home TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    stem TEXT NOT NULL DEFAULT '',
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL,
    signals INTEGER NOT NULL DEFAULT 0,
    reporters INTEGER NOT NULL DEFAULT 0,
    first_seen TEXT,
    last_seen TEXT,
    stale INTEGER NOT NULL DEFAULT 1 CHECK (stale IN (0, 1))
);

CREATE INDEX case_contacts_by_case ON case_contacts (case_id);
CREATE INDEX case_contacts_by_home ON case_contacts (home);
CREATE INDEX case_contacts_by_stem ON case_contacts (stem) WHERE stem <> '';
CREATE INDEX case_contacts_by_reporters ON case_contacts (reporters);
CREATE INDEX case_contacts_to_count ON case_contacts (key) WHERE stale = 1;

-- One row for each contact that a signal names; user is the keyed hash of who told of it, amounts a JSON array
-- of decimal strings in yuan. What people judge of a signal changes its code, and a false alarm counts no more.
CREATE TABLE case_mentions (
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    user TEXT NOT NULL,
    code TEXT NOT NULL,
    stage TEXT NOT NULL,
    time TEXT NOT NULL,
    channel TEXT NOT NULL DEFAULT '',
    platform TEXT,
    amounts TEXT NOT NULL DEFAULT '[]',
    counts INTEGER NOT NULL DEFAULT 1 CHECK (counts IN (0, 1)),
    PRIMARY KEY (key, seq)
) WITHOUT ROWID;

CREATE INDEX case_mentions_by_seq ON case_mentions (seq);
CREATE INDEX case_mentions_by_user ON case_mentions (user, time);
CREATE INDEX case_mentions_by_event ON case_mentions (event_id);

CREATE VIEW case_told AS SELECT * FROM case_mentions WHERE counts = 1;

-- What mentions came to whose signals were removed since: nobody can be recognised in it. A reporter is counted
-- here once his last mention of the contact is gone.
CREATE TABLE case_past (
    key TEXT NOT NULL,
    code TEXT NOT NULL,
    stage TEXT NOT NULL,
    signals INTEGER NOT NULL,
    reporters INTEGER NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (key, code, stage)
) WITHOUT ROWID;

-- Links that people have set; all others follow from the mentions.
CREATE TABLE case_links (
    key_a TEXT NOT NULL,
    key_b TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL,
    PRIMARY KEY (key_a, key_b, reason),
    CHECK (key_a < key_b)
) WITHOUT ROWID;

CREATE INDEX case_links_by_second ON case_links (key_b);

-- What people did with a case, in their words: detail is JSON, notes are masked before they come here.
CREATE TABLE case_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id TEXT NOT NULL REFERENCES cases (id),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE INDEX case_log_by_case ON case_log (case_id, id);

-- How far the builder got in the ledger.
CREATE TABLE case_progress (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    seq INTEGER NOT NULL
);

INSERT INTO case_progress (only, seq) VALUES (1, 0);

CREATE INDEX receipts_by_event ON receipts (event_id);

-- Full text as pairs of neighbouring characters, since Chinese has no spaces and numbers are known by their
-- last digits: rowid is the seq of the signal, or the id of the entry in case_log.
CREATE VIRTUAL TABLE case_signal_words USING fts5 (words, tokenize = 'unicode61');
CREATE VIRTUAL TABLE case_note_words USING fts5 (words, tokenize = 'unicode61');

-- Whoever removes a signal from the ledger keeps the figures of its cases, and no person in them.
CREATE TRIGGER case_mentions_grow_old BEFORE DELETE ON events
BEGIN
    INSERT INTO case_past (key, code, stage, signals, reporters, first_seen, last_seen)
    SELECT key, code, stage, 1,
        NOT EXISTS (
            SELECT 1 FROM case_told AS other
            WHERE other.key = gone.key AND other.user = gone.user AND other.seq <> old.seq
        ),
        time, time
    FROM case_told AS gone WHERE seq = old.seq
    ON CONFLICT (key, code, stage) DO UPDATE SET
        signals = signals + 1,
        reporters = reporters + excluded.reporters,
        first_seen = min(first_seen, excluded.first_seen),
        last_seen = max(last_seen, excluded.last_seen);
    UPDATE case_contacts SET stale = 1 WHERE key IN (SELECT key FROM case_mentions WHERE seq = old.seq);
    DELETE FROM case_mentions WHERE seq = old.seq;
    DELETE FROM case_signal_words WHERE rowid = old.seq;
END;

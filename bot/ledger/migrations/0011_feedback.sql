-- What people said of a signal. Verdicts are only added: the last one counts, and the earlier ones show who
-- disagreed. "code" is the right code and stands with wrong_code alone; "appeal" names the appeal that a verdict
-- decided, after which only another appeal may change it.
CREATE TABLE verdicts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'false_alarm', 'wrong_code')),
    code TEXT CHECK ((code IS NOT NULL) = (verdict = 'wrong_code')),
    note TEXT NOT NULL DEFAULT '',
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    appeal TEXT
);

CREATE INDEX verdicts_by_event ON verdicts (event_id, seq);

CREATE VIEW current_verdicts AS
SELECT * FROM verdicts AS mine WHERE seq = (SELECT max(seq) FROM verdicts WHERE event_id = mine.event_id);

-- "This is no fraud", said by the borrower whose message wrote the signal. "notify" tells whether the borrower
-- wants to hear the result: NULL until asked.
CREATE TABLE disputes (
    event_id TEXT NOT NULL,
    user TEXT NOT NULL,
    at TEXT NOT NULL,
    notify INTEGER CHECK (notify IN (0, 1)),
    PRIMARY KEY (event_id, user)
) WITHOUT ROWID;

CREATE INDEX disputes_by_user ON disputes (user);

-- A result on its way to a borrower who wants to hear it: in the next reply, and each result once.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    user TEXT NOT NULL,
    event_id TEXT NOT NULL,
    response TEXT NOT NULL,
    created_at TEXT NOT NULL,
    delivered_at TEXT,
    UNIQUE (user, event_id, response)
);

CREATE INDEX notices_by_event ON notices (event_id);

-- A borrower objects to a signal, or somebody who was named objects to that. "contact" is the key of who was
-- named, such as agency:NAME; "user" is the keyed hash of the borrower; "reply_to" says where the accused
-- hears the result.
CREATE TABLE appeals (
    id TEXT PRIMARY KEY NOT NULL,
    party TEXT NOT NULL CHECK (party IN ('borrower', 'accused')),
    contact TEXT CHECK ((contact IS NOT NULL) = (party = 'accused')),
    user TEXT CHECK ((user IS NOT NULL) = (party = 'borrower')),
    reason TEXT NOT NULL,
    reply_to TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'in_review', 'upheld', 'rejected')),
    opened_at TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    due_at TEXT NOT NULL,
    reviewer TEXT,
    decided_at TEXT,
    decision TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE INDEX appeals_by_state ON appeals (state, due_at);
CREATE INDEX appeals_by_contact ON appeals (contact);
CREATE INDEX appeals_by_user ON appeals (user);

-- The signals at stake: those that stood when the appeal was opened.
CREATE TABLE appeal_signals (
    appeal TEXT NOT NULL REFERENCES appeals (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    PRIMARY KEY (appeal, event_id)
) WITHOUT ROWID;

CREATE INDEX appeal_signals_by_event ON appeal_signals (event_id);

-- What a person decided about a candidate training example, by a hash of its masked and folded text, so that
-- nobody is asked twice.
CREATE TABLE reviewed_examples (
    text_hash TEXT PRIMARY KEY NOT NULL,
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    by TEXT NOT NULL,
    at TEXT NOT NULL
) WITHOUT ROWID;

-- What is shared with the alliance: one row per contact, whatever case it lies in, until it is retracted. The id
-- is random, since one that is derived from the contact could be tried out against all numbers there are.
CREATE TABLE shares (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    case_id TEXT NOT NULL,
    tlp TEXT NOT NULL,
    form TEXT NOT NULL,
    basis TEXT NOT NULL,
    -- What the alliance is told of it; days and not moments, which could be laid beside a conversation.
    codes TEXT NOT NULL,
    confidence INTEGER NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    shared_at TEXT NOT NULL,
    shared_by TEXT NOT NULL,
    modified_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    disputed INTEGER NOT NULL DEFAULT 0,
    retracted_at TEXT,
    reason TEXT
);

-- A retracted entry stays, because the retraction has to travel; the contact may be shared anew under another id.
CREATE UNIQUE INDEX shares_live ON shares (key) WHERE retracted_at IS NULL;
CREATE INDEX shares_by_change ON shares (modified_at);
CREATE INDEX shares_by_case ON shares (case_id);

-- Contacts that a person keeps from being shared, such as an honest number that somebody imitates.
CREATE TABLE share_withheld (
    key TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL
);

-- Which version of an entry a recipient got last: a retraction goes to whoever got the entry, and to nobody else.
CREATE TABLE share_deliveries (
    recipient TEXT NOT NULL,
    entry TEXT NOT NULL REFERENCES shares (id),
    version INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (recipient, entry)
) WITHOUT ROWID;

-- Every file that left, and every matching that was answered. Only added to.
CREATE TABLE share_exports (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    format TEXT NOT NULL,
    recipient TEXT NOT NULL,
    tlp TEXT NOT NULL,
    since TEXT,
    entries INTEGER NOT NULL,
    retracted INTEGER NOT NULL,
    basis TEXT NOT NULL,
    sha256 TEXT NOT NULL
);

CREATE TRIGGER share_exports_is_not_changed BEFORE UPDATE ON share_exports
BEGIN
    SELECT RAISE(ABORT, 'the log of exports is only added to');
END;

CREATE TRIGGER share_exports_is_not_removed BEFORE DELETE ON share_exports
BEGIN
    SELECT RAISE(ABORT, 'the log of exports is only added to');
END;

-- What a partner listed: in clear under key, or only as the keyed hash of the alliance.
CREATE TABLE partner_entries (
    partner TEXT NOT NULL,
    ref TEXT NOT NULL,
    key TEXT,
    hash TEXT,
    tlp TEXT NOT NULL,
    codes TEXT NOT NULL,
    listed_on TEXT NOT NULL,
    version INTEGER NOT NULL,
    disputed INTEGER NOT NULL,
    retracted_at TEXT,
    imported_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    PRIMARY KEY (partner, ref),
    CHECK ((key IS NULL) <> (hash IS NULL))
);

CREATE INDEX partner_entries_by_key ON partner_entries (key) WHERE key IS NOT NULL;

-- Which files came from whom. Only added to.
CREATE TABLE partner_imports (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    partner TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    retracted INTEGER NOT NULL,
    bad INTEGER NOT NULL
);

CREATE TRIGGER partner_imports_is_not_changed BEFORE UPDATE ON partner_imports
BEGIN
    SELECT RAISE(ABORT, 'the log of imports is only added to');
END;

CREATE TRIGGER partner_imports_is_not_removed BEFORE DELETE ON partner_imports
BEGIN
    SELECT RAISE(ABORT, 'the log of imports is only added to');
END;

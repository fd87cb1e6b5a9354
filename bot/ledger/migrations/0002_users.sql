-- One row per keyed hash of a user; times are RFC 3339 in UTC.
CREATE TABLE users (
    user TEXT PRIMARY KEY NOT NULL,
    informed_at TEXT,
    consent INTEGER CHECK (consent IN (0, 1)),
    consent_at TEXT,
    opted_out INTEGER NOT NULL DEFAULT 0 CHECK (opted_out IN (0, 1)),
    crisis_at TEXT,
    minor INTEGER NOT NULL DEFAULT 0 CHECK (minor IN (0, 1)),
    erased_at TEXT
);

-- The cascade moves the addresses along when a row goes over to the hash of a new key.
CREATE TABLE addresses (
    user TEXT NOT NULL REFERENCES users (user) ON UPDATE CASCADE ON DELETE CASCADE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (user, channel, address)
) WITHOUT ROWID;

-- Who is slowed down for a time, since they flooded or abused the service: by itself ("by" is system) or by a person
-- of ours. "user" is the keyed hash; "channel" is empty where a person was named by that hash alone. A ban ends by its
-- time or by being lifted, and stays on record: who was banned before, and why, is asked when they complain.
CREATE TABLE bans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    until TEXT NOT NULL,
    lifted_by TEXT,
    lifted_at TEXT
);

CREATE INDEX bans_in_force ON bans (until) WHERE lifted_at IS NULL;
CREATE INDEX bans_by_user ON bans (user);
CREATE INDEX bans_by_age ON bans (at);

-- What one sink has not taken although the cursor is past it: an event that its receiver refused, and those of
-- the same contact behind it, so that they arrive in their order. A row leaves when the event is taken or removed.
CREATE TABLE deliveries (
    seq INTEGER NOT NULL REFERENCES events (seq) ON DELETE CASCADE,
    sink TEXT NOT NULL,
    lane TEXT NOT NULL,
    tries INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    reason TEXT,
    -- Since when nobody tries any more by himself: a dead letter. The next of its contact goes on then.
    dead_at TEXT,
    PRIMARY KEY (seq, sink)
) WITHOUT ROWID;

CREATE INDEX deliveries_waiting ON deliveries (sink, lane, seq) WHERE dead_at IS NULL;
CREATE INDEX deliveries_dead ON deliveries (sink, dead_at) WHERE dead_at IS NOT NULL;

-- Orders to hand over again what a sink has had: from next up to last, or up to where its cursor stands when the
-- order is taken up. Next moves along, so that a replay goes on after a crash.
CREATE TABLE replays (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sink TEXT NOT NULL,
    next INTEGER NOT NULL,
    last INTEGER,
    asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    ended_at TEXT
);

CREATE INDEX replays_open ON replays (sink, id) WHERE ended_at IS NULL;

-- Why nothing at all goes to a sink and since when; other processes read it here.
ALTER TABLE sinks ADD COLUMN trouble TEXT;
ALTER TABLE sinks ADD COLUMN trouble_since TEXT;

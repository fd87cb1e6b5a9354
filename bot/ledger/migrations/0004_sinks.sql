-- How far each sink got: every event up to and including seq has been delivered. A sink without a row
-- begins with the first event.
CREATE TABLE sinks (
    name TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL
) WITHOUT ROWID;

-- Users whom a channel cannot write to, since they blocked us there; the row goes when they can be reached again.
CREATE TABLE unreachable (
    user TEXT NOT NULL,
    channel TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (user, channel)
) WITHOUT ROWID;

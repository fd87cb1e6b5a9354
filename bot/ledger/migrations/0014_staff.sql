-- People who may use the console. A disabled account stays, since the audit names it.
CREATE TABLE staff (
    name TEXT PRIMARY KEY NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'analyst', 'admin')),
    password TEXT NOT NULL,
    created_at TEXT NOT NULL,
    disabled_at TEXT,
    last_login_at TEXT
) WITHOUT ROWID;

-- Who is logged in. Whoever reads the file cannot log in with it: of a session's token only the hash is kept.
CREATE TABLE staff_sessions (
    token TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL REFERENCES staff (name) ON DELETE CASCADE,
    began_at TEXT NOT NULL,
    used_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX staff_sessions_by_name ON staff_sessions (name);

-- Logins that failed, under keyed hashes: some people type their password where the name belongs.
CREATE TABLE login_failures (
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE INDEX login_failures_by_age ON login_failures (at);

-- Changes to files of content/ that one person proposes and another decides on. base is the SHA-256 of the file
-- that was changed: a proposal on a file that has become another since cannot be approved any more.
CREATE TABLE proposals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL,
    base TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
    decided_by TEXT,
    decided_at TEXT,
    note TEXT NOT NULL DEFAULT '',
    version TEXT,
    CHECK (state <> 'approved' OR decided_by <> author)
);

CREATE INDEX proposals_by_state ON proposals (state, id);

-- How long answers took, counted by hour in buckets that are 2% wide: bucket n holds times of up to 1.02^n
-- hundredths of a millisecond. Any quantile of any span of hours can be told from them to 1%.
CREATE TABLE answer_times (
    hour TEXT NOT NULL,
    channel TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (hour, channel, bucket)
) WITHOUT ROWID;

-- Pages and reports ask for spans of time.
CREATE INDEX events_by_time ON events (type, time);

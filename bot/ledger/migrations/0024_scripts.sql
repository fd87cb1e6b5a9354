-- Scripts of content/campaigns that one person puts forward and another approves. hash is that of every word and
-- picture a borrower may see: a script that was changed since has to be approved anew. A name of the command line is
-- kept as the person gave it, so that the same person is recognised on the console.
CREATE TABLE script_approvals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    script TEXT NOT NULL,
    version INTEGER NOT NULL,
    hash TEXT NOT NULL,
    submitted_by TEXT NOT NULL,
    submitted_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'submitted' CHECK (state IN ('submitted', 'approved', 'rejected', 'revoked')),
    decided_by TEXT,
    decided_at TEXT,
    note TEXT NOT NULL DEFAULT '',
    CHECK (state <> 'approved' OR lower(decided_by) <> lower(submitted_by))
);

-- One script in one wording is waiting or approved at most once.
CREATE UNIQUE INDEX script_approvals_in_force ON script_approvals (script, hash) WHERE state IN ('submitted', 'approved');
CREATE INDEX script_approvals_by_script ON script_approvals (script, id);

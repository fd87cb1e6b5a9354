-- Words to a borrower that no message asked for: warnings of risk control, and the question what became of a threat.
-- "id" is made of the idempotency key, or of the signal and the step of a follow-up, so that each stands here once.
-- A claimed row whose process died becomes unknown: whoever may have been written to is not written to again.
-- delivered_at is when the platform took it, or when the user saw what was kept for their next visit. An erasure
-- empties who and where, and the row still counts.
CREATE TABLE outreach (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('warning', 'followup')),
    template TEXT NOT NULL,
    template_values TEXT NOT NULL DEFAULT '{}',
    user TEXT,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    code TEXT,
    step TEXT,
    signal TEXT,
    consent_ref TEXT,
    state TEXT NOT NULL CHECK (
        state IN ('planned', 'claimed', 'sent', 'kept', 'refused', 'failed', 'unknown', 'cancelled')
    ),
    reason TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at TEXT NOT NULL,
    claimed_by TEXT,
    claimed_until TEXT,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    sent_at TEXT,
    delivered_at TEXT,
    answer TEXT CHECK (answer IN ('stopped', 'went_on', 'unknown')),
    answered_at TEXT
);

CREATE INDEX outreach_due ON outreach (due_at) WHERE state = 'planned';
CREATE INDEX outreach_claimed ON outreach (claimed_until) WHERE state = 'claimed';
CREATE INDEX outreach_kept ON outreach (id) WHERE state = 'kept' AND delivered_at IS NULL;
CREATE INDEX outreach_by_user ON outreach (user, sent_at);
CREATE INDEX outreach_by_age ON outreach (created_at);

-- Campaigns: a script of content/campaigns pushed to an audience. "hash" is that of the script which was approved: a
-- script that changed since does not go out. A booster names the campaign that it follows up.
CREATE TABLE campaigns (
    id TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    script TEXT NOT NULL,
    hash TEXT NOT NULL,
    booster_of TEXT,
    state TEXT NOT NULL
        CHECK (state IN ('draft', 'scheduled', 'running', 'paused', 'cancelled', 'done')),
    starts_at TEXT,
    ends_at TEXT,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    approved_by TEXT,
    approved_at TEXT,
    changed_at TEXT NOT NULL,
    CHECK (approved_by IS NULL OR approved_by != created_by)
);

-- One row for each person of the audience: what was sent, and what came of it. "state" is how far the sending got;
-- what the person did with it stands in the times beside it. "reason" tells why somebody was skipped or not reached.
-- A claimed row whose process died becomes unknown: whoever may have been written to is not written to again.
-- "user" is NULL once the person had everything erased: the row still counts, and is never sent.
CREATE TABLE campaign_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign TEXT NOT NULL,
    user TEXT,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    segment TEXT NOT NULL DEFAULT '',
    consent_ref TEXT,
    variant TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'claimed', 'sent', 'kept', 'skipped', 'failed', 'unknown')),
    reason TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at TEXT NOT NULL,
    claimed_by TEXT,
    claimed_until TEXT,
    queued_at TEXT NOT NULL,
    sent_at TEXT,
    delivered_at TEXT,
    read_at TEXT,
    answered_at TEXT,
    finished_at TEXT,
    opted_out_at TEXT,
    UNIQUE (campaign, user)
);

CREATE INDEX campaign_messages_due ON campaign_messages (campaign, channel, due_at)
    WHERE state = 'queued' AND user IS NOT NULL;
CREATE INDEX campaign_messages_claimed ON campaign_messages (claimed_until) WHERE state = 'claimed';
-- How many messages were taken in hand for a channel in each second, by all processes together: what keeps them within
-- the limits of the platform.
CREATE TABLE campaign_pace (
    channel TEXT NOT NULL,
    second INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    PRIMARY KEY (channel, second)
) WITHOUT ROWID;

CREATE INDEX campaign_messages_by_user ON campaign_messages (user, sent_at);

-- One row for each time that somebody played a script, pushed (then "campaign" is there) or on their own wish. The
-- scores are 0 to 100: score_before of the answers that the script marks as before the lesson, score_after of those
-- marked as after it, score of all. "answers" is a JSON list of {step, choice, score}; no words of the person.
CREATE TABLE practices (
    id TEXT PRIMARY KEY NOT NULL,
    user TEXT NOT NULL,
    channel TEXT NOT NULL,
    script TEXT NOT NULL,
    hash TEXT NOT NULL,
    campaign TEXT,
    variant TEXT NOT NULL DEFAULT '',
    started_at TEXT NOT NULL,
    answered_at TEXT,
    finished_at TEXT,
    stopped_at TEXT,
    answers TEXT NOT NULL DEFAULT '[]',
    score_before INTEGER,
    score_after INTEGER,
    score INTEGER
);

CREATE INDEX practices_by_user ON practices (user, started_at);
CREATE INDEX practices_by_campaign ON practices (campaign);

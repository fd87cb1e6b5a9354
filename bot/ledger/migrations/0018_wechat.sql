-- Messages that WeChat will not send again, since it was told that their replies come later: kept from before that
-- was said until the reply went out. body is JSON with the words, masked, and the address; done rows are emptied and
-- stay for a while, so that a post that comes twice all the same is not answered twice.
CREATE TABLE wechat_inbox (
    turn TEXT PRIMARY KEY NOT NULL,
    user TEXT NOT NULL,
    body TEXT,
    kept_at TEXT NOT NULL,
    due_at TEXT,
    tries INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX wechat_inbox_by_due ON wechat_inbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX wechat_inbox_by_age ON wechat_inbox (kept_at);
CREATE INDEX wechat_inbox_by_user ON wechat_inbox (user);

-- What the numbers below a user's last reply stand for, as a JSON list of words.
CREATE TABLE wechat_choices (
    user TEXT PRIMARY KEY NOT NULL,
    choices TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE INDEX wechat_choices_by_age ON wechat_choices (at);

-- How far each account of WeCom's customer service was read: everything before the cursor is answered and sent.
CREATE TABLE wecom_cursors (
    account TEXT PRIMARY KEY NOT NULL,
    cursor TEXT NOT NULL,
    moved_at TEXT NOT NULL
);

-- That WeCom said there is something to read: the newest word for each account, until it was read after that. The
-- token lets the reading pass without a limit for ten minutes.
CREATE TABLE wecom_announcements (
    account TEXT PRIMARY KEY NOT NULL,
    token TEXT NOT NULL,
    at TEXT NOT NULL
);

-- Messages beyond the cursor, or delivered twice, whose replies went out. The ids say nothing of who wrote.
CREATE TABLE wecom_answered (
    message TEXT PRIMARY KEY NOT NULL,
    at TEXT NOT NULL
);

CREATE INDEX wecom_answered_by_age ON wecom_answered (at);

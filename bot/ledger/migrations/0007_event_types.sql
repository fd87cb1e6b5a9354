-- The outbox holds events of several types, in one order; signals are those of threats. Events of other types
-- have no code and no user.
ALTER TABLE events ADD COLUMN type TEXT NOT NULL DEFAULT 'jingzhong.threat.detected.v1';

CREATE INDEX events_by_type ON events (type, seq);

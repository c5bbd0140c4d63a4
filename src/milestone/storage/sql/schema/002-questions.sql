-- What is asked of milestones without reading their records: narrow tables, made anew from the documents at need.

-- One row for each live milestone.
CREATE TABLE milestone (
    uid WORD PRIMARY KEY,
    id WORD NOT NULL,
    place NUMBER NOT NULL,          -- as in `document`
    low_id WORD NOT NULL,           -- low: in small letters, as words are compared
    slug WORD NOT NULL,
    said WORD NOT NULL,             -- low id and title
    archived NUMBER NOT NULL,
    status WORD NOT NULL,
    priority WORD NOT NULL,
    category WORD NOT NULL,
    phase WORD NOT NULL,
    owner WORD NOT NULL,
    labels WORD NOT NULL,           -- each between two line ends
    due WORD NOT NULL,
    started WORD NOT NULL,
    standing NUMBER NOT NULL,       -- open ones, finished, cancelled, archived
    begun NUMBER NOT NULL,          -- 0: in progress
    urgency NUMBER NOT NULL,        -- of its priority, 0 first
    left_over NUMBER NOT NULL,      -- hours left, in billionths
    has_open NUMBER NOT NULL,
    has_startable NUMBER NOT NULL,
    has_able NUMBER NOT NULL,
    has_blockers NUMBER NOT NULL,
    has_risks NUMBER NOT NULL,
    has_asks NUMBER NOT NULL,
    has_questions NUMBER NOT NULL,
    has_worked NUMBER NOT NULL,
    has_started NUMBER NOT NULL,
    has_crosses NUMBER NOT NULL,
    has_due NUMBER NOT NULL,
    has_owner NUMBER NOT NULL,
    has_people NUMBER NOT NULL
);
CREATE INDEX milestone_place ON milestone (place, id, uid);
CREATE INDEX milestone_id ON milestone (id);
CREATE INDEX milestone_low_id ON milestone (low_id);
CREATE INDEX milestone_slug ON milestone (slug);
CREATE INDEX milestone_status ON milestone (status);
CREATE INDEX milestone_standing ON milestone (standing, id);
CREATE INDEX milestone_rank ON milestone (begun, urgency, due, id) WHERE has_able = 1;
CREATE INDEX milestone_left ON milestone (left_over DESC, place, id) WHERE has_open = 1;
CREATE INDEX milestone_due ON milestone (due DESC, id DESC) WHERE has_open = 1 AND has_due = 1;
CREATE INDEX milestone_started ON milestone (started DESC, id DESC) WHERE has_started = 1;
CREATE INDEX milestone_blockers ON milestone (place, id, uid) WHERE has_blockers = 1;
CREATE INDEX milestone_risks ON milestone (place, id, uid) WHERE has_risks = 1;
CREATE INDEX milestone_asks ON milestone (place, id, uid) WHERE has_asks = 1;
CREATE INDEX milestone_questions ON milestone (place, id, uid) WHERE has_questions = 1;
CREATE INDEX milestone_worked ON milestone (place, id, uid) WHERE has_worked = 1;
CREATE INDEX milestone_people ON milestone (place, id, uid) WHERE has_people = 1;
CREATE INDEX milestone_crosses ON milestone (place, id, uid) WHERE has_crosses = 1;

-- Those that name others, with all that order and critical path need of them, as JSON.
CREATE TABLE linked (
    uid WORD PRIMARY KEY,
    place NUMBER NOT NULL,
    id WORD NOT NULL,
    about WORD NOT NULL
);

-- Sums over all live milestones, kept by each change: as recorded, and with proven completions only.
CREATE TABLE totals (
    one NUMBER PRIMARY KEY CHECK (one = 1),
    recorded WORD NOT NULL,
    proven WORD NOT NULL
);
INSERT INTO totals (one, recorded, proven) VALUES (1, '{}', '{}') ON CONFLICT DO NOTHING;

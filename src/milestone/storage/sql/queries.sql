-- Every statement of the shared SQL, by name.

-- name: head
-- Where the store ends.
SELECT seq, hash, epoch, last_number, moved_to, place, format, checked FROM head WHERE one = 1;

-- name: begin_head
-- A new store.
INSERT INTO head (one, seq, hash, epoch, last_number, moved_to, place, format, checked)
VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: set_head
-- Every write ends here.
UPDATE head SET seq = ?, hash = ?, epoch = ?, last_number = ?, moved_to = ?, place = ?, format = ?, checked = ?
WHERE one = 1;

-- name: last_line
-- What the head must agree with.
SELECT last, hash FROM line ORDER BY first DESC LIMIT 1;

-- name: line_ending
-- The hash of the line whose last event this is.
SELECT hash FROM line WHERE last = ?;

-- name: add_line
INSERT INTO line (first, last, hash, at, operation, session, actor, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: set_line
-- The same line, sealed or opened.
UPDATE line SET text = ? WHERE first = ?;

-- name: line_form
-- How a stretch of lines begins: sealed or not.
SELECT first, substr(text, 1, 11) FROM line WHERE first > ? ORDER BY first LIMIT 500;

-- name: line_at
SELECT first, hash, text FROM line WHERE first = ?;

-- name: add_event
INSERT INTO event (seq, first, kind, document, uid, milestone, task, actor, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: every_event
SELECT seq, first, kind, document, uid, milestone, task, actor, at FROM event ORDER BY seq;

-- name: lines
-- The transactions that hold an event after a position.
SELECT first, hash, text FROM line WHERE last > ? ORDER BY first;

-- name: line_columns
-- What each transaction is found by, for verification.
SELECT first, last, hash, at, operation, session, actor FROM line ORDER BY first;

-- name: newest_lines
SELECT first, hash, text FROM line WHERE last > ? AND at >= ? ORDER BY first DESC;

-- name: operation
-- What was recorded under an operation id.
SELECT first, hash, text FROM line WHERE operation = ? ORDER BY first;

-- name: document
SELECT kind, uid, revision, archived, away, deleted, body, proven, whole FROM document
WHERE kind = ? AND uid = ?;

-- name: documents_of
-- The beginning of a look-up of many; whose, follows (`among`).
SELECT kind, uid, revision, archived, away, deleted, body, proven, whole FROM document WHERE kind = ?;

-- name: documents
-- Live documents of a kind, in order.
SELECT kind, uid, revision, archived, away, deleted, body, proven, whole FROM document
WHERE kind = ? AND away = 0 AND deleted = 0 ORDER BY place, id, uid;

-- name: all_documents
-- Those that are gone, too.
SELECT kind, uid, revision, archived, away, deleted, body, proven, whole FROM document ORDER BY kind, uid;

-- name: in_state
-- Live documents of a kind in one state.
SELECT kind, uid, revision, archived, away, deleted, body, proven, whole FROM document
WHERE kind = ? AND state = ? AND away = 0 AND deleted = 0 ORDER BY place, id, uid;

-- name: keep
-- A document as it is now.
INSERT INTO document (kind, uid, revision, archived, away, deleted, place, id, state, about, tasks, listed,
    body, proven, whole)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, uid) DO UPDATE SET revision = excluded.revision, archived = excluded.archived,
    away = excluded.away, deleted = excluded.deleted, place = excluded.place, id = excluded.id,
    state = excluded.state, about = excluded.about, tasks = excluded.tasks, listed = excluded.listed,
    body = excluded.body, proven = excluded.proven, whole = excluded.whole;

-- name: every_document
-- Whole rows, for verification.
SELECT kind, uid, revision, archived, away, deleted, place, id, state, about, tasks, listed, body, proven, whole
FROM document ORDER BY kind, uid;

-- name: keep_milestone
-- What can be asked of a live milestone; its columns stand in `narrow.COLUMNS`.
INSERT INTO milestone (uid, id, place, archived, low_id, slug, said, status, priority, category, phase, owner, labels,
    due, started, standing, begun, urgency, left_over, has_open, has_startable, has_able, has_blockers, has_risks,
    has_asks, has_questions, has_worked, has_started, has_crosses, has_due, has_owner, has_people)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: forget_milestone
DELETE FROM milestone WHERE uid = ?;

-- name: every_milestone
SELECT uid, id, place, archived, low_id, slug, said, status, priority, category, phase, owner, labels,
    due, started, standing, begun, urgency, left_over, has_open, has_startable, has_able, has_blockers, has_risks,
    has_asks, has_questions, has_worked, has_started, has_crosses, has_due, has_owner, has_people
FROM milestone ORDER BY uid;

-- name: keep_linked
INSERT INTO linked (uid, place, id, about) VALUES (?, ?, ?, ?);

-- name: forget_linked
DELETE FROM linked WHERE uid = ?;

-- name: linked
SELECT about FROM linked ORDER BY place, id, uid;

-- name: every_linked
SELECT uid, place, id, about FROM linked ORDER BY uid;

-- name: totals
SELECT recorded, proven FROM totals WHERE one = 1;

-- name: set_totals
UPDATE totals SET recorded = ?, proven = ? WHERE one = 1;

-- name: counted
-- What the sums hold of milestones: their rows before a change; whose, follows (`among`).
SELECT d.uid, d.about FROM milestone m CROSS JOIN document d WHERE d.kind = 'milestone' AND d.uid = m.uid;

-- name: select
-- The beginning of every question; conditions, order and limit follow (`asking`). CROSS lets SQLite begin with the
-- narrow table, whose indices give the order; it would begin with the records.
SELECT d.kind, d.uid, d.revision, d.archived, d.away, d.deleted, d.place, d.id, d.state, d.about, d.tasks, d.listed
FROM milestone m CROSS JOIN document d WHERE d.kind = 'milestone' AND d.uid = m.uid;

-- name: count
SELECT count(*) FROM milestone m WHERE 1 = 1;

-- name: sealed_milestones
-- Those whose words only a key opens.
SELECT 1 FROM milestone WHERE slug = '' AND said >= ? AND said < ? LIMIT 1;

-- name: forget_milestones
DELETE FROM milestone;

-- name: forget_every_linked
DELETE FROM linked;

-- The store: one head, the log as its very lines, and every document as its events make it.
-- NUMBER, WORD and BYTES are the dialect's types. Migrations only add: an older program reads on.

-- Where the store ends. The one row is locked by each write transaction, so `seq` has no gaps and no doubles.
CREATE TABLE head (
    one NUMBER PRIMARY KEY CHECK (one = 1),
    seq NUMBER NOT NULL,            -- of the last event
    hash WORD NOT NULL,             -- of the last line
    epoch WORD NOT NULL,
    last_number NUMBER NOT NULL,    -- highest milestone number ever given
    moved_to WORD,                  -- where the store lives now; NULL: here
    place WORD NOT NULL,            -- the folder this database belongs to; a copied one gets a new epoch
    format NUMBER NOT NULL,         -- the last migration
    checked NUMBER NOT NULL         -- CRC of seq, hash, epoch, last_number, moved_to
);

-- The log. `text` is the line byte for byte as every backend has it, without its newline.
CREATE TABLE line (
    first NUMBER PRIMARY KEY,
    last NUMBER NOT NULL,
    hash WORD NOT NULL,
    at WORD NOT NULL,
    operation WORD,
    session WORD,
    actor WORD NOT NULL,
    text BYTES NOT NULL
);
CREATE UNIQUE INDEX line_last ON line (last);
CREATE INDEX line_operation ON line (operation) WHERE operation IS NOT NULL;

-- One row an event, narrow, so that questions about the log read only the lines they show.
CREATE TABLE event (
    seq NUMBER PRIMARY KEY,
    first NUMBER NOT NULL,          -- of its line
    kind WORD NOT NULL,
    document WORD NOT NULL,
    uid WORD NOT NULL,
    milestone WORD,
    task WORD,
    actor WORD NOT NULL,
    at WORD NOT NULL
);
CREATE INDEX event_uid ON event (uid, seq);
CREATE INDEX event_milestone ON event (milestone, seq);

-- The documents. `about` is the summary row of a milestone without its tasks, `tasks` are those.
CREATE TABLE document (
    kind WORD NOT NULL,
    uid WORD NOT NULL,
    revision NUMBER NOT NULL,
    archived NUMBER NOT NULL,
    away NUMBER NOT NULL,
    deleted NUMBER NOT NULL,
    place NUMBER NOT NULL,          -- the number in its id; words come after all numbers
    id WORD NOT NULL,
    state WORD,
    about WORD,
    tasks WORD,
    listed NUMBER NOT NULL,         -- CRC of the columns before, revision too
    body WORD NOT NULL,
    proven WORD NOT NULL,
    whole NUMBER NOT NULL,          -- CRC of body, proven and what names them
    PRIMARY KEY (kind, uid)
);
CREATE INDEX document_order ON document (kind, place, id, uid);
CREATE INDEX document_id ON document (id);
CREATE INDEX document_state ON document (kind, state);

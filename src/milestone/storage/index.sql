-- The index of a hybrid store. It proves itself: every text has its CRC beside it, and the seal says how many
-- entries and operations there are and what their CRCs give together. Whatever does not agree is no index.

-- One row of each name: `seal` (where the log ended, counts, checks) and `rest` (blanks, unreadable files, news).
CREATE TABLE meta (name TEXT PRIMARY KEY, text TEXT NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;

-- A document and its file: what every opener compares with the folders. `head` as in the summary's line `D`,
-- `asked` what questions ask of its row (JSON, empty for what nobody lists).
CREATE TABLE entry (place INTEGER PRIMARY KEY, head TEXT NOT NULL, asked TEXT NOT NULL, crc INTEGER NOT NULL);

-- What lists and reports need of it, read only for those that are asked for; `entry` knows its CRC.
CREATE TABLE row (place INTEGER PRIMARY KEY, row TEXT NOT NULL, tasks TEXT NOT NULL);

-- Operation ids and the first event of each.
CREATE TABLE operation (key TEXT PRIMARY KEY, seq INTEGER NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;

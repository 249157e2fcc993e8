-- Lists and sweeps look for conversations by what seldom changes: a message whose row changes no index leaves PostgreSQL's indexes as
-- they are, where it wrote the row's new place into eight of them. Both engines keep these columns themselves.

-- The five minutes in which it was written in last.
ALTER TABLE conversation ADD COLUMN last_period BIGINT GENERATED ALWAYS AS (last_at / 300000) STORED;  -- only postgres
ALTER TABLE conversation ADD COLUMN last_period BIGINT GENERATED ALWAYS AS (last_at / 300000) VIRTUAL; -- only sqlite
-- 1: the visitor waits for an answer.
ALTER TABLE conversation ADD COLUMN waits BIGINT GENERATED ALWAYS AS (CASE WHEN asked_seq > answered_seq THEN 1 END) STORED;  -- only postgres
ALTER TABLE conversation ADD COLUMN waits BIGINT GENERATED ALWAYS AS (CASE WHEN asked_seq > answered_seq THEN 1 END) VIRTUAL; -- only sqlite
-- 1: the search does not know its last messages.
ALTER TABLE conversation ADD COLUMN unindexed BIGINT GENERATED ALWAYS AS (CASE WHEN indexed_seq < last_seq THEN 1 END) STORED;  -- only postgres
ALTER TABLE conversation ADD COLUMN unindexed BIGINT GENERATED ALWAYS AS (CASE WHEN indexed_seq < last_seq THEN 1 END) VIRTUAL; -- only sqlite

-- Room in each page for the next version of a row.
ALTER TABLE conversation SET (fillfactor = 50); -- only postgres

DROP INDEX conversation_recent;
DROP INDEX conversation_bot;
DROP INDEX conversation_due;
DROP INDEX conversation_owed;
DROP INDEX conversation_unindexed;
CREATE INDEX conversation_by_period ON conversation (workspace_id, last_period);
CREATE INDEX conversation_of_bot ON conversation (workspace_id, last_period) WHERE speaker = 'bot';
CREATE INDEX conversation_waits ON conversation (speaker) WHERE waits = 1;
CREATE INDEX conversation_to_index ON conversation (last_period) WHERE unindexed = 1;

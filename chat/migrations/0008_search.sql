-- Finding messages by what they say. The full-text index itself is the engine's own, a cache of the messages.

-- How far a conversation's messages are in the index; 0 indexes them anew.
ALTER TABLE conversation ADD COLUMN indexed_seq BIGINT NOT NULL DEFAULT 0;
-- What the sweep looks for: a handful of rows at any time.
CREATE INDEX conversation_unindexed ON conversation (last_at) WHERE indexed_seq < last_seq;

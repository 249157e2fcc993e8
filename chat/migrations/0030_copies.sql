-- When a message is edited or recalled its words leave what was made of them: here waits what is to be gone through.
ALTER TABLE message_wording ADD COLUMN copies_at BIGINT; -- when copies of it are looked for next; null: none is left
UPDATE message_wording SET copies_at = changed_at;
CREATE INDEX message_wording_copies ON message_wording (copies_at) WHERE copies_at IS NOT NULL;

-- Who asked what a gap asks: each of them may take it back.
CREATE TABLE gap_asked (
    gap_id          TEXT   NOT NULL REFERENCES gap (id),
    workspace_id    TEXT   NOT NULL,
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    seq             BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq, gap_id)
);
CREATE INDEX gap_asked_gap ON gap_asked (gap_id);
INSERT INTO gap_asked (gap_id, workspace_id, conversation_id, seq)
SELECT id, workspace_id, conversation_id, seq FROM gap WHERE conversation_id IS NOT NULL AND seq IS NOT NULL;
CREATE INDEX test_case_conversation ON test_case (conversation_id) WHERE conversation_id IS NOT NULL;

-- The last numbers of articles and collections: what was removed leaves its number to nobody.
CREATE TABLE help_counter (
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    kind         TEXT   NOT NULL, -- article, collection
    last_number  BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind)
);
INSERT INTO help_counter (workspace_id, kind, last_number) SELECT workspace_id, 'article', MAX(number) FROM article GROUP BY workspace_id;
INSERT INTO help_counter (workspace_id, kind, last_number) SELECT workspace_id, 'collection', MAX(number) FROM collection GROUP BY workspace_id;

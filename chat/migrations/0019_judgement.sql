-- What people say of answers that were compared, and of sentences that were proposed to learn from.

ALTER TABLE beside ADD COLUMN judged BIGINT;  -- 1: a person found both the same, 0: not; null: nobody has looked
ALTER TABLE beside ADD COLUMN judged_by TEXT; -- who

-- A sentence that was proposed as an example of an intent, once somebody has decided about it.
CREATE TABLE intent_lesson (
    workspace_id    TEXT   NOT NULL REFERENCES workspace (id),
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    intent          TEXT   NOT NULL,
    state           TEXT   NOT NULL, -- accepted, refused
    decided_by      TEXT   NOT NULL,
    decided_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, intent)
);

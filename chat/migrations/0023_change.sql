-- A message that was edited or recalled: its row says what it says now, the message that changed it says so in order.

ALTER TABLE message ADD COLUMN of_seq      BIGINT; -- the message that this one edits or recalls
ALTER TABLE message ADD COLUMN changed_seq BIGINT; -- the message that changed this one last
ALTER TABLE message ADD COLUMN changed_at  BIGINT;
ALTER TABLE message ADD COLUMN recalled_at BIGINT;

-- What a message said before each change, for the admins.
CREATE TABLE message_wording (
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    seq             BIGINT NOT NULL,
    changed_seq     BIGINT NOT NULL, -- the message that ended this wording
    workspace_id    TEXT   NOT NULL,
    body            TEXT   NOT NULL,
    changed_by      TEXT   NOT NULL, -- visitor:<id>, agent:<id>
    changed_at      BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq, changed_seq)
);

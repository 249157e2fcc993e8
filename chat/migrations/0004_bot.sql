-- One row a bot turn that was claimed: what it saw, what it decided, and why.
CREATE TABLE turn (
    id              TEXT   PRIMARY KEY,
    workspace_id    TEXT   NOT NULL,
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    epoch           BIGINT NOT NULL,
    asked_seq       BIGINT NOT NULL, -- up to this message of the visitor
    answer_seq      BIGINT,          -- the bot's message, if there was one
    outcome         TEXT,            -- answer, clarify, handover, small_talk, cancelled, failed
    rule            TEXT   NOT NULL, -- the rule that decided
    trace           TEXT   NOT NULL, -- JSON: query, passages found and rejected with scores, times
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT
);
CREATE INDEX turn_conversation ON turn (workspace_id, conversation_id, created_at);
CREATE INDEX turn_recent ON turn (workspace_id, created_at);

-- A visitor's thumb on a bot message.
CREATE TABLE rating (
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    seq             BIGINT NOT NULL,
    workspace_id    TEXT   NOT NULL,
    score           BIGINT NOT NULL, -- 1 helpful, -1 not
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX rating_workspace ON rating (workspace_id, created_at);

-- What the bot may do: tools, each call of one, and who a visitor is by the word of the customer's own server.

ALTER TABLE inbox ADD COLUMN identity_key TEXT NOT NULL DEFAULT ''; -- signs visitors' identities; empty: none is believed

ALTER TABLE visitor ADD COLUMN subject TEXT;                             -- who it is, by a signed identity
ALTER TABLE visitor ADD COLUMN claims TEXT NOT NULL DEFAULT '{}';        -- JSON: what that identity says
ALTER TABLE visitor ADD COLUMN verified_until BIGINT NOT NULL DEFAULT 0; -- how long it says so
CREATE UNIQUE INDEX visitor_subject ON visitor (workspace_id, subject) WHERE subject IS NOT NULL;

CREATE TABLE tool (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    name         TEXT   NOT NULL, -- as the model calls it
    spec         TEXT   NOT NULL, -- JSON: everything but the headers
    headers      TEXT   NOT NULL, -- JSON: names and secret values
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    disabled_at  BIGINT
);
CREATE UNIQUE INDEX tool_name ON tool (workspace_id, name);

-- One row a call; the row is there before the request goes out.
CREATE TABLE tool_call (
    id              TEXT   PRIMARY KEY, -- also the Idempotency-Key
    workspace_id    TEXT   NOT NULL,
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    turn_id         TEXT   NOT NULL, -- the turn that asks for it, or carries it out
    tool_id         TEXT   NOT NULL, -- it may be gone since
    title           TEXT   NOT NULL, -- the tool's, as it was
    method          TEXT   NOT NULL,
    base_seq        BIGINT NOT NULL, -- it belongs to the question after this message: a repeated turn has the same
    digest          TEXT   NOT NULL, -- of tool and arguments
    question        TEXT   NOT NULL, -- what the visitor asked
    arguments       TEXT   NOT NULL, -- JSON: what the model chose, nothing of the identity
    subject         TEXT,            -- for whom, if the visitor was verified
    status          TEXT   NOT NULL, -- visitor, agent (must agree), approved, denied, expired, running, done, failed
    reply           TEXT   NOT NULL, -- JSON: what the model may see of it
    http_status     BIGINT,
    problem         TEXT   NOT NULL, -- why it failed
    ms              BIGINT,
    decided_by      TEXT,
    until           BIGINT NOT NULL, -- when a decision comes too late
    created_at      BIGINT NOT NULL,
    decided_at      BIGINT,
    finished_at     BIGINT
);
-- A question has the same call once.
CREATE UNIQUE INDEX tool_call_once ON tool_call (conversation_id, base_seq, digest);
CREATE INDEX tool_call_waiting ON tool_call (workspace_id, until) WHERE status = 'agent';
CREATE INDEX tool_call_tool ON tool_call (workspace_id, tool_id, created_at);

-- What the bot would have answered while people do: a draft for them, or a shadow nobody sees.
CREATE TABLE beside (
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    asked_seq       BIGINT NOT NULL, -- the visitor's last message
    workspace_id    TEXT   NOT NULL,
    client_id       TEXT   NOT NULL, -- of the draft's message: it can be there once only
    mode            TEXT   NOT NULL, -- draft, shadow
    until           BIGINT NOT NULL, -- lease of whoever thinks about it; 0: it is done
    outcome         TEXT   NOT NULL, -- what the verdict came to
    topic           TEXT   NOT NULL, -- the document its answer rests on
    body            TEXT   NOT NULL,
    draft_seq       BIGINT,          -- the message that shows it to the staff
    reply_seq       BIGINT,          -- the first answer of a person
    agreement       DOUBLE PRECISION,
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    discarded_at    BIGINT,
    PRIMARY KEY (conversation_id, asked_seq)
);
CREATE INDEX beside_recent ON beside (workspace_id, created_at);
CREATE INDEX beside_open ON beside (created_at) WHERE agreement IS NULL;

ALTER TABLE source ADD COLUMN patterns TEXT NOT NULL DEFAULT ''; -- of a shared folder: which files, one a line; empty: all

-- A record as the first version of Warbler left it: its first migration, and a conversation.
-- Frozen: what stands here is on somebody's disk.

CREATE TABLE _sqlx_migrations (
    version        BIGINT    PRIMARY KEY,
    description    TEXT      NOT NULL,
    installed_on   TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success        BOOLEAN   NOT NULL,
    checksum       BLOB      NOT NULL,
    execution_time BIGINT    NOT NULL
);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES
    (1, 'record', TRUE, x'cbe5d94c918b3006dd6b6008dbc6267b24633e44b446451872c7f7cf2a37be3c486d339d85a0c93a547e8fea9ae4fb0c', 1000000);

-- The record: workspaces, people, conversations, messages.
-- Types are TEXT, BIGINT, DOUBLE PRECISION only; times are unix milliseconds; JSON is TEXT.
-- A state that can be dated is a nullable time, which also says when.

CREATE TABLE workspace (
    id         TEXT   PRIMARY KEY,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

-- What admins change while the product runs; each name has one owner crate.
CREATE TABLE setting (
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    name         TEXT   NOT NULL,
    value        TEXT   NOT NULL, -- JSON
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

-- An entry: a website today, an API or e-mail later.
CREATE TABLE inbox (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    name         TEXT   NOT NULL,
    look         TEXT   NOT NULL, -- JSON: colour, greeting, starters, origins
    created_at   BIGINT NOT NULL
);
CREATE INDEX inbox_workspace ON inbox (workspace_id);

-- A name or an e-mail typed by a visitor is a label, never an identity.
CREATE TABLE visitor (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    name         TEXT   NOT NULL,
    email        TEXT,
    locale       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL
);
CREATE INDEX visitor_workspace ON visitor (workspace_id);

CREATE TABLE agent (
    id            TEXT   PRIMARY KEY,
    workspace_id  TEXT   NOT NULL REFERENCES workspace (id),
    email         TEXT   NOT NULL, -- lower case
    name          TEXT   NOT NULL,
    role          TEXT   NOT NULL, -- agent, admin, owner
    password_hash TEXT   NOT NULL, -- argon2id, PHC string
    locale        TEXT   NOT NULL,
    capacity      BIGINT NOT NULL, -- live chats at once
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT
);
CREATE UNIQUE INDEX agent_email ON agent (email);
CREATE INDEX agent_workspace ON agent (workspace_id);

-- One row a browser that is signed in; only the token's hash is kept.
CREATE TABLE agent_session (
    token_hash   TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL,
    agent_id     TEXT   NOT NULL REFERENCES agent (id),
    csrf         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX agent_session_agent ON agent_session (agent_id);

-- A one-time link: first owner, invited agent, forgotten password.
CREATE TABLE invite (
    token_hash   TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    role         TEXT   NOT NULL,
    agent_id     TEXT,            -- set when it lets an existing agent choose a new password
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT
);

CREATE TABLE conversation (
    id               TEXT   PRIMARY KEY,
    workspace_id     TEXT   NOT NULL REFERENCES workspace (id),
    inbox_id         TEXT   NOT NULL REFERENCES inbox (id),
    visitor_id       TEXT   NOT NULL REFERENCES visitor (id),
    locale           TEXT   NOT NULL,
    page_url         TEXT   NOT NULL,
    page_title       TEXT   NOT NULL,
    speaker          TEXT   NOT NULL, -- bot, queue, agent: who may answer now
    speaker_id       TEXT,            -- the agent, if it is one
    epoch            BIGINT NOT NULL, -- raised by every change of speaker
    last_seq         BIGINT NOT NULL,
    last_visible_seq BIGINT NOT NULL, -- last message a visitor may see
    asked_seq        BIGINT NOT NULL, -- last message of the visitor
    answered_seq     BIGINT NOT NULL, -- last message a finished bot turn has considered
    turn_id          TEXT,            -- lease of the running bot turn
    turn_until       BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    last_at          BIGINT NOT NULL,
    closed_at        BIGINT
);
CREATE INDEX conversation_visitor ON conversation (workspace_id, visitor_id, last_at);
CREATE INDEX conversation_recent ON conversation (workspace_id, last_at, id);
-- What the sweep looks for: turns that are due, a handful of rows at any time.
CREATE INDEX conversation_due ON conversation (last_at) WHERE speaker = 'bot' AND asked_seq > answered_seq;

CREATE TABLE message (
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    seq             BIGINT NOT NULL, -- dense from 1
    workspace_id    TEXT   NOT NULL,
    client_id       TEXT   NOT NULL, -- chosen by the sender; a retry has the same
    author          TEXT   NOT NULL, -- visitor, bot, agent, system
    author_id       TEXT,
    audience        TEXT   NOT NULL, -- all, staff (an internal note)
    body            TEXT   NOT NULL, -- Markdown for bot and agent, plain text for visitor
    extra           TEXT   NOT NULL, -- JSON: citations, buttons, system event
    prev_visible    BIGINT NOT NULL, -- seq before this one as a visitor sees the conversation
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE UNIQUE INDEX message_client ON message (conversation_id, client_id);

-- How far each device of each reader has come; both marks only move forward.
CREATE TABLE cursor (
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    reader          TEXT   NOT NULL, -- visitor:<id>, agent:<id>
    device          TEXT   NOT NULL,
    delivered_seq   BIGINT NOT NULL,
    read_seq        BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, reader, device)
);

-- Who changed what, in order; what it was is in detail.
CREATE TABLE audit (
    id           TEXT   PRIMARY KEY, -- UUIDv7: sorts by time
    workspace_id TEXT   NOT NULL,
    actor        TEXT   NOT NULL, -- agent:<id>, bot, system, command
    action       TEXT   NOT NULL, -- noun.verb
    object       TEXT   NOT NULL,
    detail       TEXT   NOT NULL, -- JSON
    created_at   BIGINT NOT NULL
);
CREATE INDEX audit_workspace ON audit (workspace_id, created_at);

INSERT INTO workspace VALUES ('0199d3a0-0000-7000-8000-000000000001', 'Example shop', 1760000000000);
INSERT INTO inbox VALUES ('0199d3a0-0000-7000-8000-00000000000a', '0199d3a0-0000-7000-8000-000000000001', 'Website', '{"color":"#2f6f5e"}', 1760000000000);
INSERT INTO visitor VALUES ('0199d3a0-0000-7000-8000-00000000000b', '0199d3a0-0000-7000-8000-000000000001', 'Ann', NULL, 'en', 1760000000000, 1760000000000);
INSERT INTO agent VALUES ('0199d3a0-0000-7000-8000-00000000000d', '0199d3a0-0000-7000-8000-000000000001', 'owner@shop.example', 'Olivia', 'owner', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$b2xkIGFuZCBub2JvZHkga25vd3MgaXQgYW55IG1vcmU', 'en', 4, 1760000000000, NULL);
INSERT INTO conversation VALUES ('0199d3a0-0000-7000-8000-00000000000c', '0199d3a0-0000-7000-8000-000000000001', '0199d3a0-0000-7000-8000-00000000000a', '0199d3a0-0000-7000-8000-00000000000b', 'en', 'https://shop.example/cart', 'Cart', 'agent', '0199d3a0-0000-7000-8000-00000000000d', 2, 4, 4, 3, 3, NULL, 0, 1760000000000, 1760000003000, NULL);
INSERT INTO message VALUES
    ('0199d3a0-0000-7000-8000-00000000000c', 1, '0199d3a0-0000-7000-8000-000000000001', '0199d3a0-0000-7000-8000-000000000101', 'visitor', '0199d3a0-0000-7000-8000-00000000000b', 'all', 'Where is my order?', '{}', 0, 1760000000000),
    ('0199d3a0-0000-7000-8000-00000000000c', 2, '0199d3a0-0000-7000-8000-000000000001', '0199d3a0-0000-7000-8000-000000000102', 'agent', '0199d3a0-0000-7000-8000-00000000000d', 'staff', 'Looks late.', '{}', 1, 1760000001000),
    ('0199d3a0-0000-7000-8000-00000000000c', 3, '0199d3a0-0000-7000-8000-000000000001', '0199d3a0-0000-7000-8000-000000000103', 'visitor', '0199d3a0-0000-7000-8000-00000000000b', 'all', '还在吗？', '{}', 1, 1760000002000),
    ('0199d3a0-0000-7000-8000-00000000000c', 4, '0199d3a0-0000-7000-8000-000000000001', '0199d3a0-0000-7000-8000-000000000104', 'agent', '0199d3a0-0000-7000-8000-00000000000d', 'all', 'It leaves today.', '{}', 3, 1760000003000);
INSERT INTO cursor VALUES ('0199d3a0-0000-7000-8000-00000000000c', 'visitor:0199d3a0-0000-7000-8000-00000000000b', '0199d3a0-0000-7000-8000-000000000201', 4, 3, 1760000003000);

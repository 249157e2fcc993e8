-- Work for people.

CREATE TABLE team (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    name         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX team_name ON team (workspace_id, name);

CREATE TABLE team_member (
    workspace_id TEXT NOT NULL,
    team_id      TEXT NOT NULL REFERENCES team (id),
    agent_id     TEXT NOT NULL REFERENCES agent (id),
    PRIMARY KEY (team_id, agent_id)
);

-- online is a heartbeat, not a promise: seen_at decides.
CREATE TABLE presence (
    agent_id     TEXT   PRIMARY KEY REFERENCES agent (id),
    workspace_id TEXT   NOT NULL,
    state        TEXT   NOT NULL, -- online, away
    seen_at      BIGINT NOT NULL
);
CREATE INDEX presence_workspace ON presence (workspace_id, seen_at);

CREATE TABLE ticket (
    id              TEXT   PRIMARY KEY,
    workspace_id    TEXT   NOT NULL REFERENCES workspace (id),
    number          BIGINT NOT NULL, -- counted from 1 in each workspace
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    subject         TEXT   NOT NULL,
    reason          TEXT   NOT NULL, -- why the bot handed over: wish, unanswered, model, rule, agent
    priority        BIGINT NOT NULL, -- 1 urgent, 2 high, 3 normal, 4 low
    team_id         TEXT   REFERENCES team (id),
    agent_id        TEXT   REFERENCES agent (id),
    status          TEXT   NOT NULL, -- open, pending, snoozed, resolved
    packet          TEXT   NOT NULL, -- JSON: summary, wish, tried
    routed          TEXT   NOT NULL, -- JSON: why this agent or the queue
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    queued_at       BIGINT,          -- in the queue since
    assigned_at     BIGINT,
    replied_at      BIGINT,          -- the current agent's first reply
    first_reply_at  BIGINT,          -- anybody's first reply
    snoozed_until   BIGINT,
    resolved_at     BIGINT
);
CREATE UNIQUE INDEX ticket_number ON ticket (workspace_id, number);
CREATE UNIQUE INDEX ticket_live ON ticket (conversation_id) WHERE resolved_at IS NULL;
CREATE INDEX ticket_conversation ON ticket (workspace_id, conversation_id);
CREATE INDEX ticket_queue ON ticket (workspace_id, team_id, priority, queued_at) WHERE queued_at IS NOT NULL;
CREATE INDEX ticket_agent ON ticket (workspace_id, agent_id, status);
CREATE INDEX ticket_snoozed ON ticket (snoozed_until) WHERE snoozed_until IS NOT NULL;

CREATE TABLE ticket_counter (
    workspace_id TEXT   PRIMARY KEY REFERENCES workspace (id),
    last_number  BIGINT NOT NULL
);

CREATE TABLE canned (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    shortcut     TEXT   NOT NULL,
    body         TEXT   NOT NULL, -- with {{visitor.name}}, {{agent.name}}, {{ticket.number}}
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX canned_shortcut ON canned (workspace_id, shortcut);

-- One answer a conversation each time it is closed.
CREATE TABLE csat (
    id              TEXT   PRIMARY KEY,
    workspace_id    TEXT   NOT NULL,
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    ticket_id       TEXT,
    score           BIGINT NOT NULL, -- 1 to 5
    comment         TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    closed_at       BIGINT NOT NULL  -- which closing it is about
);
CREATE UNIQUE INDEX csat_closing ON csat (conversation_id, closed_at);
CREATE INDEX csat_workspace ON csat (workspace_id, created_at);

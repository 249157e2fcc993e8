-- Tokens of the open API: with one, a program of the customer writes knowledge and searches it. Only its hash is kept.

CREATE TABLE api_token (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    name         TEXT   NOT NULL, -- what people call the program
    token_hash   TEXT   NOT NULL,
    rights       TEXT   NOT NULL, -- read, write
    agent_id     TEXT   NOT NULL, -- who made it
    created_at   BIGINT NOT NULL,
    used_at      BIGINT           -- within a minute or so
);
CREATE UNIQUE INDEX api_token_hash ON api_token (token_hash);
CREATE INDEX api_token_workspace ON api_token (workspace_id, created_at);

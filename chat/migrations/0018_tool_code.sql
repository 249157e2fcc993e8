-- A code the visitor must enter before a call is made: it goes to them on a way the operator's own system has.

ALTER TABLE tool ADD COLUMN code_secret TEXT NOT NULL DEFAULT ''; -- signs what is sent to the code address; empty: none was made

CREATE TABLE tool_code (
    call_id      TEXT   PRIMARY KEY REFERENCES tool_call (id),
    workspace_id TEXT   NOT NULL,
    visitor_id   TEXT   NOT NULL,
    epoch        BIGINT NOT NULL, -- of the conversation: who takes over ends it
    locale       TEXT   NOT NULL,
    salt         TEXT   NOT NULL, -- base64url
    hash         TEXT   NOT NULL, -- of the call and the code, under the salt
    wrong        BIGINT NOT NULL, -- codes that were entered and counted
    sends        BIGINT NOT NULL, -- times one was made and sent, the first included
    sent_at      BIGINT NOT NULL, -- the last time
    problem      TEXT   NOT NULL, -- why it could not be sent then
    created_at   BIGINT NOT NULL
);
CREATE INDEX tool_code_of_visitor ON tool_code (workspace_id, visitor_id, created_at);
CREATE INDEX tool_call_code ON tool_call (until) WHERE status = 'code';

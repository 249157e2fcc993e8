-- Tested releases: knowledge, settings and models frozen together, and the test set that decides about them.

-- Releases are numbered from 1 in each workspace; this is the last number, 0: there was none.
ALTER TABLE index_state ADD COLUMN frozen BIGINT NOT NULL DEFAULT 0;
-- The first release a passage is in: the one after the last when it was written. Freezing therefore touches no passage.
ALTER TABLE passage ADD COLUMN since BIGINT NOT NULL DEFAULT 1;

-- Passages that were replaced or deleted and that a release which is still kept was frozen with.
CREATE TABLE retired (
    id           TEXT   PRIMARY KEY, -- the passage's: also the point's id in the index
    workspace_id TEXT   NOT NULL,
    library_id   TEXT   NOT NULL,
    source_id    TEXT   NOT NULL,
    document_id  TEXT   NOT NULL,
    position     BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    heading      TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    audience     TEXT   NOT NULL, -- follows its source: who may see something is never frozen
    language     TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    url          TEXT   NOT NULL,
    since        BIGINT NOT NULL, -- the first release it is in
    last         BIGINT NOT NULL, -- the last one
    created_at   BIGINT NOT NULL
);
CREATE INDEX retired_last ON retired (workspace_id, last);
CREATE INDEX retired_document ON retired (document_id, position);
CREATE INDEX retired_source ON retired (source_id);

CREATE TABLE release (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    number       BIGINT NOT NULL,
    state        TEXT   NOT NULL, -- candidate, staged, published, past, withdrawn
    share        BIGINT NOT NULL, -- answers so many of 100 visitors
    note         TEXT   NOT NULL,
    settings     TEXT   NOT NULL, -- JSON: the bot's settings as they were frozen, without keys
    created_by   TEXT,            -- the agent
    created_at   BIGINT NOT NULL,
    staged_at    BIGINT,
    published_at BIGINT,
    ended_at     BIGINT,
    reason       TEXT,            -- why it was let through although it was worse
    signed_by    TEXT,            -- by whom
    dropped_at   BIGINT,          -- its passages are not kept any more: it cannot answer again
    run_at       BIGINT,          -- its test set waits to be run, or runs, since
    run_until    BIGINT NOT NULL, -- lease of the run
    run_done     BIGINT NOT NULL, -- cases done
    run_total    BIGINT NOT NULL
);
CREATE UNIQUE INDEX release_number ON release (workspace_id, number);
CREATE INDEX release_live ON release (workspace_id, state);
-- What the worker looks for.
CREATE INDEX release_run ON release (run_at) WHERE run_at IS NOT NULL;

-- One item of the test set.
CREATE TABLE test_case (
    id              TEXT   PRIMARY KEY,
    workspace_id    TEXT   NOT NULL REFERENCES workspace (id),
    question        TEXT   NOT NULL,
    folded          TEXT   NOT NULL, -- the question without case and punctuation
    history         TEXT   NOT NULL, -- JSON: what was said before, [{who, text}]
    locale          TEXT   NOT NULL,
    expect          TEXT   NOT NULL, -- cite, fact, refuse, hand_over
    target          TEXT   NOT NULL, -- the document's id, or the fact
    state           TEXT   NOT NULL, -- proposed, accepted, declined
    origin          TEXT   NOT NULL, -- written, imported, thumb, correction, handover
    conversation_id TEXT,
    seq             BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL  -- a result is of the case as it was then
);
CREATE UNIQUE INDEX test_case_same ON test_case (workspace_id, folded, expect, target);
CREATE INDEX test_case_state ON test_case (workspace_id, state, created_at);

-- What a release did with a case.
CREATE TABLE case_result (
    release_id   TEXT   NOT NULL REFERENCES release (id),
    case_id      TEXT   NOT NULL REFERENCES test_case (id),
    workspace_id TEXT   NOT NULL,
    passed       BIGINT NOT NULL, -- 1, 0
    outcome      TEXT   NOT NULL,
    rule         TEXT   NOT NULL,
    answer       TEXT   NOT NULL,
    cited        TEXT   NOT NULL, -- JSON: titles
    case_at      BIGINT NOT NULL, -- the case's updated_at
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (release_id, case_id)
);
CREATE INDEX case_result_case ON case_result (case_id);

-- Knowledge: library → source → document → passage. The search index is a cache of these rows.

CREATE TABLE library (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    name         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX library_name ON library (workspace_id, name);

CREATE TABLE source (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    library_id   TEXT   NOT NULL REFERENCES library (id),
    kind         TEXT   NOT NULL, -- file, folder, url, written, guides
    name         TEXT   NOT NULL,
    address      TEXT   NOT NULL, -- where it came from; the same address is the same source
    audience     TEXT   NOT NULL, -- all (visitors too), staff
    summary      TEXT   NOT NULL, -- JSON: taken, unchanged, removed, skipped with reasons
    created_at   BIGINT NOT NULL,
    synced_at    BIGINT
);
CREATE UNIQUE INDEX source_address ON source (workspace_id, library_id, address);

CREATE TABLE document (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL,
    library_id   TEXT   NOT NULL,
    source_id    TEXT   NOT NULL REFERENCES source (id),
    external_id  TEXT   NOT NULL, -- its name within the source
    title        TEXT   NOT NULL,
    url          TEXT   NOT NULL, -- empty: nowhere to link to
    language     TEXT   NOT NULL,
    hash         TEXT   NOT NULL, -- of what was parsed; the same hash is not touched again
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX document_external ON document (source_id, external_id);
CREATE INDEX document_library ON document (workspace_id, library_id);

CREATE TABLE passage (
    id           TEXT   PRIMARY KEY, -- UUID: also the point's id in the index
    workspace_id TEXT   NOT NULL,
    library_id   TEXT   NOT NULL,
    document_id  TEXT   NOT NULL REFERENCES document (id),
    position     BIGINT NOT NULL, -- from 0 within the document
    kind         TEXT   NOT NULL, -- text, answer (of a question), variant (another wording of the question)
    heading      TEXT   NOT NULL, -- path, joined by " › "; the question, for an answer
    text         TEXT   NOT NULL,
    audience     TEXT   NOT NULL,
    language     TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX passage_document ON passage (document_id, position);
CREATE INDEX passage_library ON passage (workspace_id, library_id);

-- Which index a node may trust: raised by every change of passages, compared after a restart.
CREATE TABLE index_state (
    workspace_id TEXT   PRIMARY KEY,
    revision     BIGINT NOT NULL
);

-- A question that knowledge could not answer.
CREATE TABLE gap (
    id              TEXT   PRIMARY KEY,
    workspace_id    TEXT   NOT NULL REFERENCES workspace (id),
    conversation_id TEXT,
    seq             BIGINT,
    question        TEXT   NOT NULL,
    folded          TEXT   NOT NULL, -- the question without case and punctuation: equal ones count up
    locale          TEXT   NOT NULL,
    reason          TEXT   NOT NULL,
    score           DOUBLE PRECISION NOT NULL,
    asked           BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    asked_at        BIGINT NOT NULL,
    closed_at       BIGINT,
    document_id     TEXT   -- the answer that was written for it
);
CREATE INDEX gap_open ON gap (workspace_id, asked_at) WHERE closed_at IS NULL;

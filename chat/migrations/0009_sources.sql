-- Sources that are read again by themselves, and what people change in passages.

ALTER TABLE source ADD COLUMN schedule TEXT NOT NULL DEFAULT 'off'; -- off, hourly, daily, weekly
ALTER TABLE source ADD COLUMN reach TEXT NOT NULL DEFAULT '{}';     -- JSON: how far a crawl goes
ALTER TABLE source ADD COLUMN owner_id TEXT;                        -- the agent who answers for it
ALTER TABLE source ADD COLUMN due_at BIGINT;                        -- when it is read next; NULL: not by itself
ALTER TABLE source ADD COLUMN busy_until BIGINT NOT NULL DEFAULT 0; -- lease of whoever reads it now
ALTER TABLE source ADD COLUMN progress TEXT NOT NULL DEFAULT '';    -- JSON: how far that has come
ALTER TABLE source ADD COLUMN failure TEXT NOT NULL DEFAULT '';     -- JSON: why nothing was taken the last time
CREATE INDEX source_due ON source (due_at) WHERE due_at IS NOT NULL;

-- What a crawl remembers of an address, so that it need not fetch what has not changed.
CREATE TABLE page (
    source_id    TEXT   NOT NULL REFERENCES source (id),
    url          TEXT   NOT NULL,
    workspace_id TEXT   NOT NULL,
    document     TEXT   NOT NULL, -- the document it became, by its name in the source; empty: none
    etag         TEXT   NOT NULL,
    modified     TEXT   NOT NULL, -- Last-Modified, as the server wrote it
    links        TEXT   NOT NULL, -- JSON: where it leads, within the crawl
    recipe       TEXT   NOT NULL, -- how documents were split then
    missed       BIGINT NOT NULL, -- crawls in a row that did not find it
    checked_at   BIGINT NOT NULL,
    PRIMARY KEY (source_id, url)
);

ALTER TABLE passage ADD COLUMN spot TEXT NOT NULL DEFAULT '';   -- JSON: page, or sheet and row
ALTER TABLE passage ADD COLUMN origin TEXT NOT NULL DEFAULT ''; -- of an edited one: which edit
ALTER TABLE passage ADD COLUMN hidden_at BIGINT;                -- switched off by a person

-- What a person made of a passage; it is put on again at every import that finds the passage as it was.
CREATE TABLE passage_edit (
    document_id  TEXT   NOT NULL REFERENCES document (id),
    origin       TEXT   NOT NULL, -- hash of heading and text as the source has them
    workspace_id TEXT   NOT NULL,
    heading      TEXT   NOT NULL, -- as the source has it
    before       TEXT   NOT NULL, -- the text, as the source has it
    text         TEXT   NOT NULL, -- as the person wants it
    hidden_at    BIGINT,
    agent_id     TEXT   NOT NULL,
    edited_at    BIGINT NOT NULL,
    lost_at      BIGINT, -- since when the source has another text: the edit holds no more
    PRIMARY KEY (document_id, origin)
);
CREATE INDEX passage_edit_lost ON passage_edit (workspace_id, lost_at) WHERE lost_at IS NOT NULL;

-- Help-center articles: collections of them, and an article in each of its languages. What is published is knowledge: a collection
-- is a source, which says the library, the audience and the owner, and a published text is one of its documents.

CREATE TABLE collection (
    id           TEXT   PRIMARY KEY,
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    source_id    TEXT   NOT NULL REFERENCES source (id),
    number       BIGINT NOT NULL, -- in public addresses
    names        TEXT   NOT NULL, -- JSON: by language, its name and what it is about
    position     BIGINT NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX collection_number ON collection (workspace_id, number);
CREATE UNIQUE INDEX collection_source ON collection (source_id);

CREATE TABLE article (
    id            TEXT   PRIMARY KEY,
    workspace_id  TEXT   NOT NULL REFERENCES workspace (id),
    collection_id TEXT   NOT NULL REFERENCES collection (id),
    number        BIGINT NOT NULL, -- in public addresses
    position      BIGINT NOT NULL, -- within the collection
    agent_id      TEXT   NOT NULL, -- who began it
    created_at    BIGINT NOT NULL,
    removed_at    BIGINT           -- it can be brought back
);
CREATE UNIQUE INDEX article_number ON article (workspace_id, number);
CREATE INDEX article_collection ON article (collection_id, position);

CREATE TABLE article_text (
    article_id   TEXT   NOT NULL REFERENCES article (id),
    locale       TEXT   NOT NULL,
    workspace_id TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    summary      TEXT   NOT NULL, -- a sentence or two, for lists and search engines
    body         TEXT   NOT NULL, -- Markdown
    revision     BIGINT NOT NULL, -- raised by every save: two authors do not overwrite each other unseen
    agent_id     TEXT   NOT NULL, -- who saved it last
    updated_at   BIGINT NOT NULL,
    published_at BIGINT,          -- since when it is read; NULL: a draft
    PRIMARY KEY (article_id, locale)
);
CREATE INDEX article_text_workspace ON article_text (workspace_id, updated_at);

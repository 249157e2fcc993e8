-- An index on a server that nodes share: who brings it in step now, one at a time.
CREATE TABLE index_writer (
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    recipe       TEXT   NOT NULL, -- what the index is made with, by its short name
    holder       TEXT   NOT NULL, -- new with each process
    until        BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, recipe)
);

-- Several processes on one record: who lives, and who does the jobs that one must do.

CREATE TABLE node (
    id         TEXT   PRIMARY KEY,
    roles      TEXT   NOT NULL, -- names with a comma between
    address    TEXT   NOT NULL, -- where it listens
    version    TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL  -- its last heartbeat
);

-- A job belongs to its node for as long as that node's heart beats.
CREATE TABLE lease (
    job      TEXT   PRIMARY KEY,
    node_id  TEXT   NOT NULL,
    taken_at BIGINT NOT NULL
);

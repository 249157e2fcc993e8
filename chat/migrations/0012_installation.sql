-- Which Warbler this record is: several may share what lies beside their records, such as a Redis, and must not hear each other.
CREATE TABLE installation (
    one        BIGINT PRIMARY KEY, -- 1: there is one row
    id         TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

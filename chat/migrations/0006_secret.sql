-- What every node must know and nobody else: the key that signs visitors' keys.
CREATE TABLE secret (
    name       TEXT   PRIMARY KEY,
    value      TEXT   NOT NULL, -- base64url
    created_at BIGINT NOT NULL
);

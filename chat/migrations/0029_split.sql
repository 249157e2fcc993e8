-- How the documents of each source are split, and what is kept to split those anew that cannot be read again.

ALTER TABLE source ADD COLUMN split TEXT NOT NULL DEFAULT '';    -- JSON: size, levels; empty: as everywhere
ALTER TABLE document ADD COLUMN parsed TEXT NOT NULL DEFAULT ''; -- JSON: what was read of an upload; empty: its source can be read again, or it came before this

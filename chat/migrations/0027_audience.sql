-- Who may be answered from a library, and which libraries an inbox is answered from.

ALTER TABLE library ADD COLUMN audience TEXT NOT NULL DEFAULT 'all'; -- all, verified, with NAME=VALUE, staff: as a source's
ALTER TABLE inbox ADD COLUMN libraries TEXT;                         -- JSON: their ids; null: all that are for whoever asks

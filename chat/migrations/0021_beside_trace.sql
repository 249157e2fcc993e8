-- Why the bot would have said what it drafted or thought silently.

ALTER TABLE beside ADD COLUMN trace TEXT; -- JSON, as a turn's; null: thought about before this was kept

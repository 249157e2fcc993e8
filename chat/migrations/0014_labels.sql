-- What a ticket is about, in the workspace's own words.
ALTER TABLE ticket ADD COLUMN labels TEXT NOT NULL DEFAULT '[]'; -- JSON: names

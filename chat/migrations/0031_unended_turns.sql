-- What the sweep looks for: turns that have no end yet, a handful of rows at any time.
CREATE INDEX turn_unended ON turn (created_at) WHERE outcome IS NULL;

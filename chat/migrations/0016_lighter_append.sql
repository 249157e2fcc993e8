-- A visitor has few conversations: to sort them costs less than to move each in an index with every message.
DROP INDEX conversation_visitor;
CREATE INDEX conversation_of_visitor ON conversation (workspace_id, visitor_id);

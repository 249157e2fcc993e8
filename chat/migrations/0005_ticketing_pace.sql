-- What honest waiting times and fair reassignment need, and the indexes of the inbox.

ALTER TABLE ticket ADD COLUMN waited_ms BIGINT;  -- in the queue before its agent got it
ALTER TABLE ticket ADD COLUMN touched_at BIGINT; -- its agent was last seen writing in it

CREATE INDEX ticket_assigned ON ticket (workspace_id, assigned_at) WHERE assigned_at IS NOT NULL;
CREATE INDEX ticket_idle ON ticket (workspace_id, agent_id, assigned_at);
CREATE INDEX ticket_created ON ticket (workspace_id, created_at);
CREATE INDEX ticket_resolved ON ticket (workspace_id, resolved_at, id) WHERE resolved_at IS NOT NULL;
-- Chats somebody holds: what the sweep for silent agents looks at.
CREATE INDEX ticket_held ON ticket (assigned_at) WHERE status = 'open' AND agent_id IS NOT NULL;
-- Conversations in which the visitor waits for a person.
CREATE INDEX conversation_owed ON conversation (last_at) WHERE speaker = 'agent' AND asked_seq > answered_seq;
CREATE INDEX conversation_bot ON conversation (workspace_id, last_at, id) WHERE speaker = 'bot';
CREATE INDEX conversation_created ON conversation (workspace_id, created_at);
CREATE INDEX ticket_unresolved ON ticket (workspace_id, status) WHERE resolved_at IS NULL;

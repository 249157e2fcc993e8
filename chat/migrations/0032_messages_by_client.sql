-- Clients' ids begin with the time: side by side they stay in few pages, where a leaf for each conversation was written with every message.
DROP INDEX message_client;
CREATE UNIQUE INDEX message_by_client ON message (client_id, conversation_id);

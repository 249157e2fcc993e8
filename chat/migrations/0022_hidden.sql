-- A passage that was switched off is in no release. One that was replaced or deleted while it was switched off was kept for the
-- releases of that time nevertheless, and found by them: what is still known to have been switched off is taken out of them.

UPDATE index_state SET revision = revision + 1 WHERE workspace_id IN (
    SELECT retired.workspace_id FROM retired JOIN passage_edit
        ON passage_edit.workspace_id = retired.workspace_id AND passage_edit.document_id = retired.document_id
     WHERE passage_edit.hidden_at <= retired.created_at AND passage_edit.heading = retired.heading
       AND (passage_edit.text = retired.text OR passage_edit.before = retired.text));

DELETE FROM retired WHERE EXISTS (
    SELECT 1 FROM passage_edit
     WHERE passage_edit.workspace_id = retired.workspace_id AND passage_edit.document_id = retired.document_id
       AND passage_edit.hidden_at <= retired.created_at AND passage_edit.heading = retired.heading
       AND (passage_edit.text = retired.text OR passage_edit.before = retired.text));

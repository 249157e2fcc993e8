-- What language models have used. Days are days since 1970, UTC; money is in millionths of the workspace's currency.

CREATE TABLE usage (
    workspace_id  TEXT   NOT NULL REFERENCES workspace (id),
    day           BIGINT NOT NULL,
    task          TEXT   NOT NULL, -- answer, condense, summary, copilot
    model         TEXT   NOT NULL, -- as the list of models names it
    calls         BIGINT NOT NULL,
    failed        BIGINT NOT NULL,
    input_tokens  BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cost_micro    BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, day, task, model)
);

-- Apart from the sums, so that a month is added up from a handful of rows; forgotten after a month.
CREATE TABLE visitor_usage (
    workspace_id TEXT   NOT NULL,
    visitor_id   TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    tokens       BIGINT NOT NULL,
    cost_micro   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, visitor_id, day)
);
CREATE INDEX visitor_usage_day ON visitor_usage (day);

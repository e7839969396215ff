-- Violations that a body reports before there is a certificate (M 11): the case is that of the application then.
-- When the mandate of a holder abroad ends (M 7(2)), for reminders; '' where nobody acts by mandate.

CREATE TABLE violation_of_case (
    case_id          TEXT NOT NULL REFERENCES case_head (case_id),
    seq              INTEGER NOT NULL,
    number           TEXT NOT NULL,
    body             TEXT NOT NULL,
    holder           TEXT NOT NULL,
    reporter         TEXT NOT NULL,
    at               INTEGER NOT NULL,
    acknowledger     TEXT NOT NULL,
    acknowledged_at  INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT;
INSERT INTO violation_of_case
    SELECT case_id, seq, number, body, holder, reporter, at, acknowledger, acknowledged_at, 'certificate' FROM violation;
DROP TABLE violation;
ALTER TABLE violation_of_case RENAME TO violation;
CREATE INDEX violation_at ON violation (acknowledged_at, at);

ALTER TABLE certificate ADD COLUMN mandate_until TEXT NOT NULL DEFAULT '';
CREATE INDEX certificate_mandate ON certificate (mandate_until) WHERE mandate_until <> '';

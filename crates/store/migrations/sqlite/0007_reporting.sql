-- Reporting to the national platform (M 9): how each report stands, the outbox that carries it, what
-- was found when the two records were compared, who looked at the shared feed on what ground, and
-- the violations that bodies report (M 11).

CREATE TABLE certificate_report_new (
    certificate   TEXT NOT NULL REFERENCES certificate (case_id),
    seq           INTEGER NOT NULL,
    number        TEXT NOT NULL,
    body          TEXT NOT NULL,
    kind          TEXT NOT NULL,
    status        TEXT NOT NULL,
    effective_on  TEXT NOT NULL,
    corrects      INTEGER NOT NULL,
    owed_at       INTEGER NOT NULL,
    due_from      TEXT NOT NULL,
    due_to        TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('owed', 'sent', 'received', 'rejected', 'corrected')),
    receipt       TEXT NOT NULL,
    received_at   INTEGER NOT NULL,
    sent_at       INTEGER NOT NULL,
    target        TEXT NOT NULL,
    reason        TEXT NOT NULL,
    corrected_by  INTEGER NOT NULL,
    resends       INTEGER NOT NULL,
    PRIMARY KEY (certificate, seq)
) STRICT;
INSERT INTO certificate_report_new
    SELECT certificate, seq, number, body, kind, status, effective_on, corrects, owed_at, due_from, due_to, state, receipt,
           received_at, 0, '', '', 0, 0 FROM certificate_report;
DROP TABLE certificate_report;
ALTER TABLE certificate_report_new RENAME TO certificate_report;
CREATE INDEX certificate_report_owed ON certificate_report (state, due_from, certificate, seq);
CREATE INDEX certificate_report_body ON certificate_report (body, state, due_from);
CREATE INDEX certificate_report_at ON certificate_report (owed_at, certificate, seq);

-- One row for each report, written with the event that made it owed. What it carries is read from
-- the case and must have this digest; the columns behind it say how the sending goes.
CREATE TABLE report_outbox (
    certificate   TEXT NOT NULL REFERENCES certificate (case_id),
    seq           INTEGER NOT NULL,
    digest        TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    next_at       INTEGER NOT NULL,
    locked_until  INTEGER NOT NULL,
    worker        TEXT NOT NULL,
    last_at       INTEGER NOT NULL,
    last_error    TEXT NOT NULL,
    PRIMARY KEY (certificate, seq)
) STRICT;

CREATE TABLE report_comparison (
    id      TEXT NOT NULL PRIMARY KEY,
    body    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    source  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    ours    INTEGER NOT NULL,
    theirs  INTEGER NOT NULL,
    found   TEXT NOT NULL
) STRICT;
CREATE INDEX report_comparison_body ON report_comparison (body, at);

CREATE TABLE report_view (
    id       TEXT NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    account  TEXT NOT NULL,
    name     TEXT NOT NULL,
    org      TEXT NOT NULL,
    ground   TEXT NOT NULL,
    filter   TEXT NOT NULL,
    lines    INTEGER NOT NULL
) STRICT;
CREATE INDEX report_view_at ON report_view (at, id);

CREATE TABLE violation (
    case_id          TEXT NOT NULL REFERENCES certificate (case_id),
    seq              INTEGER NOT NULL,
    number           TEXT NOT NULL,
    body             TEXT NOT NULL,
    holder           TEXT NOT NULL,
    reporter         TEXT NOT NULL,
    at               INTEGER NOT NULL,
    acknowledger     TEXT NOT NULL,
    acknowledged_at  INTEGER NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT;
CREATE INDEX violation_at ON violation (acknowledged_at, at);

-- Append-only: who looked stays.
CREATE TRIGGER report_view_no_update BEFORE UPDATE ON report_view
BEGIN SELECT RAISE(ABORT, 'append-only: report_view'); END;
CREATE TRIGGER report_view_no_delete BEFORE DELETE ON report_view
BEGIN SELECT RAISE(ABORT, 'append-only: report_view'); END;

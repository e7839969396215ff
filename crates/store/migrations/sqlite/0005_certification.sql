-- Certification (M 5-10): processors and verification bodies as organisations; read tables of
-- applications, certificates and the reports that they owe. All of it can be rebuilt from events.

-- Only the text of a CHECK changes and no row, so the table stays where it is: a rebuild would have
-- to drop a table that accounts refer to, and would move it behind them in the order of a copy.
-- The CREATE statements below renew the schema for every connection.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
    SET sql = replace(sql, '''samr'', ''platform''', '''samr'', ''platform'', ''processor'', ''verification_body''')
    WHERE type = 'table' AND name = 'org';
PRAGMA writable_schema = RESET;

CREATE TABLE application (
    case_id            TEXT NOT NULL PRIMARY KEY,
    version            INTEGER NOT NULL,
    org                TEXT NOT NULL,
    processor          TEXT NOT NULL,
    processor_org      TEXT NOT NULL,
    processor_code     TEXT NOT NULL,
    country            TEXT NOT NULL,
    holder             TEXT NOT NULL,
    chosen             TEXT NOT NULL,
    chosen_name        TEXT NOT NULL,
    body               TEXT NOT NULL,
    verification_body  TEXT NOT NULL,
    purpose            TEXT NOT NULL,
    number             TEXT NOT NULL,
    phase              TEXT NOT NULL,
    stage              TEXT NOT NULL,
    received           TEXT NOT NULL,
    submitted          INTEGER NOT NULL,
    began              TEXT NOT NULL,
    due_from           TEXT NOT NULL,
    due_to             TEXT NOT NULL,
    stands             TEXT NOT NULL,
    open_points        INTEGER NOT NULL,
    outcome            TEXT NOT NULL,
    certificate        TEXT NOT NULL,
    ended              TEXT NOT NULL,
    updated            INTEGER NOT NULL
) STRICT;
CREATE INDEX application_org ON application (org, updated);
CREATE INDEX application_processor ON application (processor_org, updated);
CREATE INDEX application_holder ON application (holder, updated);
CREATE INDEX application_body ON application (body, phase, due_from, case_id);
CREATE INDEX application_verification ON application (verification_body, phase, due_from);
CREATE UNIQUE INDEX application_number ON application (number) WHERE number <> '';

CREATE TABLE certificate (
    case_id             TEXT NOT NULL PRIMARY KEY,
    version             INTEGER NOT NULL,
    number              TEXT NOT NULL,
    body                TEXT NOT NULL,
    applicant           TEXT NOT NULL,
    holder              TEXT NOT NULL,
    holder_org          TEXT NOT NULL,
    holder_code         TEXT NOT NULL,
    country             TEXT NOT NULL,
    address             TEXT NOT NULL,
    representative      TEXT NOT NULL,
    basis               TEXT NOT NULL,
    mark                TEXT NOT NULL,
    issued_on           TEXT NOT NULL,
    valid_until         TEXT NOT NULL,
    status              TEXT NOT NULL,
    status_from         TEXT NOT NULL,
    status_before       TEXT NOT NULL,
    ground              TEXT NOT NULL,
    origin              TEXT NOT NULL,
    publication         TEXT NOT NULL,
    application         TEXT NOT NULL,
    predecessor         TEXT NOT NULL,
    successor           TEXT NOT NULL,
    renewal             TEXT NOT NULL,
    proposal            TEXT NOT NULL,
    open_requests       INTEGER NOT NULL,
    open_findings       INTEGER NOT NULL,
    open_suggestions    INTEGER NOT NULL,
    open_surveillances  INTEGER NOT NULL,
    reports             INTEGER NOT NULL,
    reports_owed        INTEGER NOT NULL,
    updated             INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX certificate_number ON certificate (body, number);
CREATE INDEX certificate_by_number ON certificate (number);
CREATE INDEX certificate_code ON certificate (holder_code);
CREATE INDEX certificate_body ON certificate (body, status, valid_until, case_id);
CREATE INDEX certificate_applicant ON certificate (applicant, updated);
CREATE INDEX certificate_holder_org ON certificate (holder_org, updated);
CREATE INDEX certificate_representative ON certificate (representative, updated);
CREATE INDEX certificate_valid_until ON certificate (valid_until, case_id);
CREATE INDEX certificate_updated ON certificate (updated, case_id);

-- The history of the status: what is published of each change (M 10(3)). It only grows.
CREATE TABLE certificate_change (
    certificate   TEXT NOT NULL REFERENCES certificate (case_id),
    seq           INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    status        TEXT NOT NULL,
    effective_on  TEXT NOT NULL,
    origin        TEXT NOT NULL,
    ground        TEXT NOT NULL,
    publication   TEXT NOT NULL,
    actor         TEXT NOT NULL,
    actor_org     TEXT NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (certificate, seq)
) STRICT;
CREATE INDEX certificate_change_at ON certificate_change (at, certificate, seq);

-- What is owed to the national platform (M 9(1)): in order for each certificate. A row that is owed
-- is the order to send it, committed with the event that made it owed.
CREATE TABLE certificate_report (
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
    state         TEXT NOT NULL CHECK (state IN ('owed', 'received')),
    receipt       TEXT NOT NULL,
    received_at   INTEGER NOT NULL,
    PRIMARY KEY (certificate, seq)
) STRICT;
CREATE INDEX certificate_report_owed ON certificate_report (state, due_from, certificate, seq);
CREATE INDEX certificate_report_body ON certificate_report (body, state, due_from);

-- Append-only: nobody corrects what was recorded.
CREATE TRIGGER certificate_change_no_update BEFORE UPDATE ON certificate_change
BEGIN SELECT RAISE(ABORT, 'append-only: certificate_change'); END;
CREATE TRIGGER certificate_change_no_delete BEFORE DELETE ON certificate_change
BEGIN SELECT RAISE(ABORT, 'append-only: certificate_change'); END;

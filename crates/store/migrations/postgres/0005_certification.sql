-- Certification (M 5-10): processors and verification bodies as organisations; read tables of
-- applications, certificates and the reports that they owe. All of it can be rebuilt from events.

ALTER TABLE org DROP CONSTRAINT org_kind_check;
ALTER TABLE org ADD CONSTRAINT org_kind_check
    CHECK (kind IN ('body', 'cac', 'nda', 'samr', 'platform', 'processor', 'verification_body'));

CREATE TABLE application (
    case_id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version            BIGINT NOT NULL,
    org                TEXT COLLATE "C" NOT NULL,
    processor          TEXT COLLATE "C" NOT NULL,
    processor_org      TEXT COLLATE "C" NOT NULL,
    processor_code     TEXT COLLATE "C" NOT NULL,
    country            TEXT COLLATE "C" NOT NULL,
    holder             TEXT COLLATE "C" NOT NULL,
    chosen             TEXT COLLATE "C" NOT NULL,
    chosen_name        TEXT COLLATE "C" NOT NULL,
    body               TEXT COLLATE "C" NOT NULL,
    verification_body  TEXT COLLATE "C" NOT NULL,
    purpose            TEXT COLLATE "C" NOT NULL,
    number             TEXT COLLATE "C" NOT NULL,
    phase              TEXT COLLATE "C" NOT NULL,
    stage              TEXT COLLATE "C" NOT NULL,
    received           TEXT COLLATE "C" NOT NULL,
    submitted          BIGINT NOT NULL,
    began              TEXT COLLATE "C" NOT NULL,
    due_from           TEXT COLLATE "C" NOT NULL,
    due_to             TEXT COLLATE "C" NOT NULL,
    stands             TEXT COLLATE "C" NOT NULL,
    open_points        BIGINT NOT NULL,
    outcome            TEXT COLLATE "C" NOT NULL,
    certificate        TEXT COLLATE "C" NOT NULL,
    ended              TEXT COLLATE "C" NOT NULL,
    updated            BIGINT NOT NULL
);
CREATE INDEX application_org ON application (org, updated);
CREATE INDEX application_processor ON application (processor_org, updated);
CREATE INDEX application_holder ON application (holder, updated);
CREATE INDEX application_body ON application (body, phase, due_from, case_id);
CREATE INDEX application_verification ON application (verification_body, phase, due_from);
CREATE UNIQUE INDEX application_number ON application (number) WHERE number <> '';

CREATE TABLE certificate (
    case_id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version             BIGINT NOT NULL,
    number              TEXT COLLATE "C" NOT NULL,
    body                TEXT COLLATE "C" NOT NULL,
    applicant           TEXT COLLATE "C" NOT NULL,
    holder              TEXT COLLATE "C" NOT NULL,
    holder_org          TEXT COLLATE "C" NOT NULL,
    holder_code         TEXT COLLATE "C" NOT NULL,
    country             TEXT COLLATE "C" NOT NULL,
    address             TEXT COLLATE "C" NOT NULL,
    representative      TEXT COLLATE "C" NOT NULL,
    basis               TEXT COLLATE "C" NOT NULL,
    mark                TEXT COLLATE "C" NOT NULL,
    issued_on           TEXT COLLATE "C" NOT NULL,
    valid_until         TEXT COLLATE "C" NOT NULL,
    status              TEXT COLLATE "C" NOT NULL,
    status_from         TEXT COLLATE "C" NOT NULL,
    status_before       TEXT COLLATE "C" NOT NULL,
    ground              TEXT COLLATE "C" NOT NULL,
    origin              TEXT COLLATE "C" NOT NULL,
    publication         TEXT COLLATE "C" NOT NULL,
    application         TEXT COLLATE "C" NOT NULL,
    predecessor         TEXT COLLATE "C" NOT NULL,
    successor           TEXT COLLATE "C" NOT NULL,
    renewal             TEXT COLLATE "C" NOT NULL,
    proposal            TEXT COLLATE "C" NOT NULL,
    open_requests       BIGINT NOT NULL,
    open_findings       BIGINT NOT NULL,
    open_suggestions    BIGINT NOT NULL,
    open_surveillances  BIGINT NOT NULL,
    reports             BIGINT NOT NULL,
    reports_owed        BIGINT NOT NULL,
    updated             BIGINT NOT NULL
);
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
    certificate   TEXT COLLATE "C" NOT NULL REFERENCES certificate (case_id),
    seq           BIGINT NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,
    effective_on  TEXT COLLATE "C" NOT NULL,
    origin        TEXT COLLATE "C" NOT NULL,
    ground        TEXT COLLATE "C" NOT NULL,
    publication   TEXT COLLATE "C" NOT NULL,
    actor         TEXT COLLATE "C" NOT NULL,
    actor_org     TEXT COLLATE "C" NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (certificate, seq)
);
CREATE INDEX certificate_change_at ON certificate_change (at, certificate, seq);

-- What is owed to the national platform (M 9(1)): in order for each certificate. A row that is owed
-- is the order to send it, committed with the event that made it owed.
CREATE TABLE certificate_report (
    certificate   TEXT COLLATE "C" NOT NULL REFERENCES certificate (case_id),
    seq           BIGINT NOT NULL,
    number        TEXT COLLATE "C" NOT NULL,
    body          TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,
    effective_on  TEXT COLLATE "C" NOT NULL,
    corrects      BIGINT NOT NULL,
    owed_at       BIGINT NOT NULL,
    due_from      TEXT COLLATE "C" NOT NULL,
    due_to        TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL CHECK (state IN ('owed', 'received')),
    receipt       TEXT COLLATE "C" NOT NULL,
    received_at   BIGINT NOT NULL,
    PRIMARY KEY (certificate, seq)
);
CREATE INDEX certificate_report_owed ON certificate_report (state, due_from, certificate, seq);
CREATE INDEX certificate_report_body ON certificate_report (body, state, due_from);

-- Append-only.
CREATE TRIGGER certificate_change_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON certificate_change
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

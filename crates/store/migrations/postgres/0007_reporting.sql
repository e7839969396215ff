-- Reporting to the national platform (M 9): how each report stands, the outbox that carries it, what
-- was found when the two records were compared, who looked at the shared feed on what ground, and
-- the violations that bodies report (M 11).

ALTER TABLE certificate_report
    DROP CONSTRAINT certificate_report_state_check,
    ADD CONSTRAINT certificate_report_state_check
        CHECK (state IN ('owed', 'sent', 'received', 'rejected', 'corrected')),
    ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN target TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN reason TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN corrected_by BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN resends BIGINT NOT NULL DEFAULT 0;
ALTER TABLE certificate_report
    ALTER COLUMN sent_at DROP DEFAULT,
    ALTER COLUMN target DROP DEFAULT,
    ALTER COLUMN reason DROP DEFAULT,
    ALTER COLUMN corrected_by DROP DEFAULT,
    ALTER COLUMN resends DROP DEFAULT;
CREATE INDEX certificate_report_at ON certificate_report (owed_at, certificate, seq);

-- One row for each report, written with the event that made it owed. What it carries is read from
-- the case and must have this digest; the columns behind it say how the sending goes.
CREATE TABLE report_outbox (
    certificate   TEXT COLLATE "C" NOT NULL REFERENCES certificate (case_id),
    seq           BIGINT NOT NULL,
    digest        TEXT COLLATE "C" NOT NULL,
    attempts      BIGINT NOT NULL,
    next_at       BIGINT NOT NULL,
    locked_until  BIGINT NOT NULL,
    worker        TEXT COLLATE "C" NOT NULL,
    last_at       BIGINT NOT NULL,
    last_error    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (certificate, seq)
);

CREATE TABLE report_comparison (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    body    TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    source  TEXT COLLATE "C" NOT NULL,
    actor   TEXT COLLATE "C" NOT NULL,
    ours    BIGINT NOT NULL,
    theirs  BIGINT NOT NULL,
    found   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX report_comparison_body ON report_comparison (body, at);

CREATE TABLE report_view (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    account  TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    org      TEXT COLLATE "C" NOT NULL,
    ground   TEXT COLLATE "C" NOT NULL,
    filter   TEXT COLLATE "C" NOT NULL,
    lines    BIGINT NOT NULL
);
CREATE INDEX report_view_at ON report_view (at, id);

CREATE TABLE violation (
    case_id          TEXT COLLATE "C" NOT NULL REFERENCES certificate (case_id),
    seq              BIGINT NOT NULL,
    number           TEXT COLLATE "C" NOT NULL,
    body             TEXT COLLATE "C" NOT NULL,
    holder           TEXT COLLATE "C" NOT NULL,
    reporter         TEXT COLLATE "C" NOT NULL,
    at               BIGINT NOT NULL,
    acknowledger     TEXT COLLATE "C" NOT NULL,
    acknowledged_at  BIGINT NOT NULL,
    PRIMARY KEY (case_id, seq)
);
CREATE INDEX violation_at ON violation (acknowledged_at, at);

-- Append-only.
CREATE TRIGGER report_view_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON report_view
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

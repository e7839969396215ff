-- Read tables of the filing of certification bodies (M 12), the register and publications.
-- Everything in `filing` can be rebuilt from the events of the case.

CREATE TABLE filing (
    case_id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version      BIGINT NOT NULL,
    org          TEXT COLLATE "C" NOT NULL,
    org_name     TEXT COLLATE "C" NOT NULL,
    credit_code  TEXT COLLATE "C" NOT NULL,
    number       TEXT COLLATE "C" NOT NULL,
    phase        TEXT COLLATE "C" NOT NULL,
    stage        TEXT COLLATE "C" NOT NULL,
    received     TEXT COLLATE "C" NOT NULL,
    submitted    BIGINT NOT NULL,
    due_from     TEXT COLLATE "C" NOT NULL,
    due_to       TEXT COLLATE "C" NOT NULL,
    handler      TEXT COLLATE "C" NOT NULL,
    handler_name TEXT COLLATE "C" NOT NULL,
    complete     BIGINT NOT NULL,
    wanting      BIGINT NOT NULL,
    wanting_items TEXT COLLATE "C" NOT NULL,
    unjudged     BIGINT NOT NULL,
    nda          TEXT COLLATE "C" NOT NULL,
    nda_since    BIGINT NOT NULL,
    late         BOOLEAN NOT NULL,
    previous     TEXT COLLATE "C" NOT NULL,
    decided      TEXT COLLATE "C" NOT NULL,
    updated      BIGINT NOT NULL
);
CREATE INDEX filing_due ON filing (phase, due_from, case_id);
-- Covers the sums above the queue.
CREATE INDEX filing_sums ON filing (phase, nda, handler, wanting, received, due_from, due_to);
CREATE INDEX filing_handler ON filing (handler, phase, due_from);
CREATE INDEX filing_org ON filing (org, updated);
CREATE UNIQUE INDEX filing_number ON filing (number) WHERE number <> '';

CREATE TABLE body_register (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number       TEXT COLLATE "C" NOT NULL,
    org          TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    credit_code  TEXT COLLATE "C" NOT NULL,
    filed        TEXT COLLATE "C" NOT NULL,
    published    TEXT COLLATE "C" NOT NULL,
    case_id      TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    data         TEXT COLLATE "C" NOT NULL
);
CREATE INDEX body_register_filed ON body_register (filed, id);
CREATE INDEX body_register_case ON body_register (case_id);
CREATE INDEX body_register_code ON body_register (credit_code);

CREATE TABLE body_status (
    body    TEXT COLLATE "C" NOT NULL REFERENCES body_register (id),
    seq     BIGINT NOT NULL,
    status  TEXT COLLATE "C" NOT NULL,
    since   TEXT COLLATE "C" NOT NULL,
    reason  TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (body, seq)
);

CREATE TABLE publication (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind       TEXT COLLATE "C" NOT NULL,
    number     TEXT COLLATE "C" NOT NULL,
    case_id    TEXT COLLATE "C" NOT NULL,
    org        TEXT COLLATE "C" NOT NULL,
    title      TEXT COLLATE "C" NOT NULL,
    published  TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    data       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX publication_case ON publication (case_id);
CREATE INDEX publication_at ON publication (at, id);

-- Append-only.
CREATE TRIGGER body_status_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON body_status
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- Read tables of the filing of certification bodies (M 12), the register and publications.
-- Everything in `filing` can be rebuilt from the events of the case.

CREATE TABLE filing (
    case_id      TEXT NOT NULL PRIMARY KEY,
    version      INTEGER NOT NULL,
    org          TEXT NOT NULL,
    org_name     TEXT NOT NULL,
    credit_code  TEXT NOT NULL,
    number       TEXT NOT NULL,
    phase        TEXT NOT NULL,
    stage        TEXT NOT NULL,
    received     TEXT NOT NULL,
    submitted    INTEGER NOT NULL,
    due_from     TEXT NOT NULL,
    due_to       TEXT NOT NULL,
    handler      TEXT NOT NULL,
    handler_name TEXT NOT NULL,
    complete     INTEGER NOT NULL,
    wanting      INTEGER NOT NULL,
    wanting_items TEXT NOT NULL,
    unjudged     INTEGER NOT NULL,
    nda          TEXT NOT NULL,
    nda_since    INTEGER NOT NULL,
    late         INTEGER NOT NULL,
    previous     TEXT NOT NULL,
    decided      TEXT NOT NULL,
    updated      INTEGER NOT NULL
) STRICT;
CREATE INDEX filing_due ON filing (phase, due_from, case_id);
-- Covers the sums above the queue.
CREATE INDEX filing_sums ON filing (phase, nda, handler, wanting, received, due_from, due_to);
CREATE INDEX filing_handler ON filing (handler, phase, due_from);
CREATE INDEX filing_org ON filing (org, updated);
CREATE UNIQUE INDEX filing_number ON filing (number) WHERE number <> '';

CREATE TABLE body_register (
    id           TEXT NOT NULL PRIMARY KEY,
    number       TEXT NOT NULL,
    org          TEXT NOT NULL,
    name         TEXT NOT NULL,
    credit_code  TEXT NOT NULL,
    filed        TEXT NOT NULL,
    published    TEXT NOT NULL,
    case_id      TEXT NOT NULL,
    source       TEXT NOT NULL,
    data         TEXT NOT NULL
) STRICT;
CREATE INDEX body_register_filed ON body_register (filed, id);
CREATE INDEX body_register_case ON body_register (case_id);
CREATE INDEX body_register_code ON body_register (credit_code);

CREATE TABLE body_status (
    body    TEXT NOT NULL REFERENCES body_register (id),
    seq     INTEGER NOT NULL,
    status  TEXT NOT NULL,
    since   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (body, seq)
) STRICT;

CREATE TABLE publication (
    id         TEXT NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL,
    number     TEXT NOT NULL,
    case_id    TEXT NOT NULL,
    org        TEXT NOT NULL,
    title      TEXT NOT NULL,
    published  TEXT NOT NULL,
    at         INTEGER NOT NULL,
    data       TEXT NOT NULL
) STRICT;
CREATE INDEX publication_case ON publication (case_id);
CREATE INDEX publication_at ON publication (at, id);

-- Append-only: nobody corrects what was recorded.
CREATE TRIGGER body_status_no_update BEFORE UPDATE ON body_status
BEGIN SELECT RAISE(ABORT, 'append-only: body_status'); END;
CREATE TRIGGER body_status_no_delete BEFORE DELETE ON body_status
BEGIN SELECT RAISE(ABORT, 'append-only: body_status'); END;

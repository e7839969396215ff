-- Cases: events, their keys and heads. Instants are microseconds since 1970 (UTC), dates are
-- `YYYY-MM-DD`, ids are TEXT made by the program. Bodies are encrypted with the key of the case.

CREATE TABLE case_key (
    case_id    TEXT NOT NULL PRIMARY KEY,
    root_id    TEXT NOT NULL,
    wrapped    BLOB,
    created    INTEGER NOT NULL,
    destroyed  INTEGER,
    CHECK ((wrapped IS NULL) = (destroyed IS NOT NULL))
) STRICT;

CREATE TABLE case_head (
    case_id  TEXT NOT NULL PRIMARY KEY,
    kind     TEXT NOT NULL,
    version  INTEGER NOT NULL,
    org      TEXT NOT NULL,
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL
) STRICT;
CREATE INDEX case_head_org ON case_head (org, kind, updated);

CREATE TABLE event (
    case_id  TEXT NOT NULL,
    seq      INTEGER NOT NULL CHECK (seq > 0),
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    version  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    org      TEXT NOT NULL,
    suite    TEXT NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT;

-- The ledger: every event, administrative act and confidential read is one row of one chain.
-- `row` holds the canonical bytes that are chained; the columns beside it only serve searching.
-- Digests in it are salted; salt and content lie encrypted and perish with the key of the case.

CREATE TABLE ledger (
    seq      INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 0),
    at       INTEGER NOT NULL,
    class    TEXT NOT NULL CHECK (class IN ('event', 'act', 'read', 'denied', 'system')),
    actor    TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    "row"    TEXT NOT NULL,
    prev     BLOB NOT NULL,
    link     BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_case ON ledger (case_id, seq);
CREATE INDEX ledger_actor ON ledger (actor, seq);

CREATE TABLE ledger_body (
    seq   INTEGER NOT NULL PRIMARY KEY,
    body  BLOB NOT NULL
) STRICT;

CREATE TABLE merkle_node (
    level  INTEGER NOT NULL,
    idx    INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT;

CREATE TABLE checkpoint (
    size  INTEGER NOT NULL PRIMARY KEY,
    root  BLOB NOT NULL,
    at    INTEGER NOT NULL,
    note  TEXT NOT NULL
) STRICT;

-- One request has one effect.

CREATE TABLE idempotency (
    actor     TEXT NOT NULL,
    key       TEXT NOT NULL,
    request   BLOB NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('running', 'done')),
    response  TEXT NOT NULL,
    at        INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT;
CREATE INDEX idempotency_until ON idempotency (until);

CREATE TABLE sequence (
    kind  TEXT NOT NULL,
    year  INTEGER NOT NULL,
    next  INTEGER NOT NULL CHECK (next > 0),
    PRIMARY KEY (kind, year)
) STRICT;

-- Deadlines that run.

CREATE TABLE clock (
    case_id   TEXT NOT NULL,
    name      TEXT NOT NULL,
    org       TEXT NOT NULL,
    article   TEXT NOT NULL,
    "trigger"   TEXT NOT NULL,
    due_from  TEXT NOT NULL,
    due_to    TEXT NOT NULL,
    calendar  TEXT NOT NULL,
    status    TEXT NOT NULL CHECK (status IN ('running', 'met', 'missed', 'stopped')),
    ended     INTEGER,
    PRIMARY KEY (case_id, name)
) STRICT;
CREATE INDEX clock_due ON clock (status, due_from);

CREATE TABLE clock_alarm (
    case_id  TEXT NOT NULL,
    name     TEXT NOT NULL,
    due      TEXT NOT NULL,
    lamp     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (case_id, name, due, lamp)
) STRICT;

CREATE TABLE calendar_notice (
    number    TEXT NOT NULL PRIMARY KEY,
    year      INTEGER NOT NULL,
    body      TEXT NOT NULL,
    imported  INTEGER NOT NULL,
    actor     TEXT NOT NULL
) STRICT;
CREATE INDEX calendar_notice_year ON calendar_notice (year);

-- Work that follows a commit.

CREATE TABLE job (
    id            TEXT NOT NULL PRIMARY KEY,
    queue         TEXT NOT NULL,
    payload       TEXT NOT NULL,
    dedupe        TEXT UNIQUE,
    run_at        INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'parked')),
    attempts      INTEGER NOT NULL,
    max_attempts  INTEGER NOT NULL,
    locked_until  INTEGER,
    worker        TEXT,
    last_error    TEXT,
    created       INTEGER NOT NULL,
    finished      INTEGER
) STRICT;
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_locked ON job (state, locked_until);

CREATE TABLE lease (
    name    TEXT NOT NULL PRIMARY KEY,
    holder  TEXT NOT NULL,
    until   INTEGER NOT NULL
) STRICT;

CREATE TABLE message (
    id       TEXT NOT NULL PRIMARY KEY,
    org      TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    data     TEXT NOT NULL,
    blob_id  TEXT,
    at       INTEGER NOT NULL,
    read_at  INTEGER,
    read_by  TEXT
) STRICT;
CREATE INDEX message_org ON message (org, at);

CREATE TABLE setting (
    key    TEXT NOT NULL PRIMARY KEY,
    value  TEXT NOT NULL,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL
) STRICT;

-- PostgreSQL: a write unit locks this empty table first, so that the writers of several nodes
-- take turns and the ledger is one chain.

CREATE TABLE writer_turn (
    only_lock  INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- Append-only: nobody corrects what was recorded.
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'append-only: event'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'append-only: event'); END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'append-only: ledger'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'append-only: ledger'); END;
CREATE TRIGGER ledger_body_no_update BEFORE UPDATE ON ledger_body
BEGIN SELECT RAISE(ABORT, 'append-only: ledger_body'); END;
CREATE TRIGGER ledger_body_no_delete BEFORE DELETE ON ledger_body
BEGIN SELECT RAISE(ABORT, 'append-only: ledger_body'); END;
CREATE TRIGGER merkle_node_no_update BEFORE UPDATE ON merkle_node
BEGIN SELECT RAISE(ABORT, 'append-only: merkle_node'); END;
CREATE TRIGGER merkle_node_no_delete BEFORE DELETE ON merkle_node
BEGIN SELECT RAISE(ABORT, 'append-only: merkle_node'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint'); END;

-- Cases: events, their keys and heads. Instants are microseconds since 1970 (UTC), dates are
-- `YYYY-MM-DD`, ids are TEXT made by the program. Bodies are encrypted with the key of the case.

CREATE TABLE case_key (
    case_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    root_id    TEXT COLLATE "C" NOT NULL,
    wrapped    BYTEA,
    created    BIGINT NOT NULL,
    destroyed  BIGINT,
    CHECK ((wrapped IS NULL) = (destroyed IS NOT NULL))
);

CREATE TABLE case_head (
    case_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind     TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    org      TEXT COLLATE "C" NOT NULL,
    created  BIGINT NOT NULL,
    updated  BIGINT NOT NULL
);
CREATE INDEX case_head_org ON case_head (org, kind, updated);

CREATE TABLE event (
    case_id  TEXT COLLATE "C" NOT NULL,
    seq      BIGINT NOT NULL CHECK (seq > 0),
    kind     TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    actor    TEXT COLLATE "C" NOT NULL,
    org      TEXT COLLATE "C" NOT NULL,
    suite    TEXT COLLATE "C" NOT NULL,
    body     BYTEA NOT NULL,
    PRIMARY KEY (case_id, seq)
);

-- The ledger: every event, administrative act and confidential read is one row of one chain.
-- `row` holds the canonical bytes that are chained; the columns beside it only serve searching.
-- Digests in it are salted; salt and content lie encrypted and perish with the key of the case.

CREATE TABLE ledger (
    seq      BIGINT NOT NULL PRIMARY KEY CHECK (seq >= 0),
    at       BIGINT NOT NULL,
    class    TEXT COLLATE "C" NOT NULL CHECK (class IN ('event', 'act', 'read', 'denied', 'system')),
    actor    TEXT COLLATE "C" NOT NULL,
    case_id  TEXT COLLATE "C" NOT NULL,
    "row"    TEXT COLLATE "C" NOT NULL,
    prev     BYTEA NOT NULL,
    link     BYTEA NOT NULL
);
CREATE INDEX ledger_case ON ledger (case_id, seq);
CREATE INDEX ledger_actor ON ledger (actor, seq);

CREATE TABLE ledger_body (
    seq   BIGINT NOT NULL PRIMARY KEY,
    body  BYTEA NOT NULL
);

CREATE TABLE merkle_node (
    level  BIGINT NOT NULL,
    idx    BIGINT NOT NULL,
    hash   BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE checkpoint (
    size  BIGINT NOT NULL PRIMARY KEY,
    root  BYTEA NOT NULL,
    at    BIGINT NOT NULL,
    note  TEXT COLLATE "C" NOT NULL
);

-- One request has one effect.

CREATE TABLE idempotency (
    actor     TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    request   BYTEA NOT NULL,
    state     TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'done')),
    response  TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_until ON idempotency (until);

CREATE TABLE sequence (
    kind  TEXT COLLATE "C" NOT NULL,
    year  BIGINT NOT NULL,
    next  BIGINT NOT NULL CHECK (next > 0),
    PRIMARY KEY (kind, year)
);

-- Deadlines that run.

CREATE TABLE clock (
    case_id   TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    org       TEXT COLLATE "C" NOT NULL,
    article   TEXT COLLATE "C" NOT NULL,
    "trigger"   TEXT COLLATE "C" NOT NULL,
    due_from  TEXT COLLATE "C" NOT NULL,
    due_to    TEXT COLLATE "C" NOT NULL,
    calendar  TEXT COLLATE "C" NOT NULL,
    status    TEXT COLLATE "C" NOT NULL CHECK (status IN ('running', 'met', 'missed', 'stopped')),
    ended     BIGINT,
    PRIMARY KEY (case_id, name)
);
CREATE INDEX clock_due ON clock (status, due_from);

CREATE TABLE clock_alarm (
    case_id  TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    due      TEXT COLLATE "C" NOT NULL,
    lamp     TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (case_id, name, due, lamp)
);

CREATE TABLE calendar_notice (
    number    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    year      BIGINT NOT NULL,
    body      TEXT COLLATE "C" NOT NULL,
    imported  BIGINT NOT NULL,
    actor     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX calendar_notice_year ON calendar_notice (year);

-- Work that follows a commit.

CREATE TABLE job (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    queue         TEXT COLLATE "C" NOT NULL,
    payload       TEXT COLLATE "C" NOT NULL,
    dedupe        TEXT COLLATE "C" UNIQUE,
    run_at        BIGINT NOT NULL,
    state         TEXT COLLATE "C" NOT NULL CHECK (state IN ('ready', 'running', 'done', 'parked')),
    attempts      BIGINT NOT NULL,
    max_attempts  BIGINT NOT NULL,
    locked_until  BIGINT,
    worker        TEXT COLLATE "C",
    last_error    TEXT COLLATE "C",
    created       BIGINT NOT NULL,
    finished      BIGINT
);
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_locked ON job (state, locked_until);

CREATE TABLE lease (
    name    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder  TEXT COLLATE "C" NOT NULL,
    until   BIGINT NOT NULL
);

CREATE TABLE message (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org      TEXT COLLATE "C" NOT NULL,
    case_id  TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    data     TEXT COLLATE "C" NOT NULL,
    blob_id  TEXT COLLATE "C",
    at       BIGINT NOT NULL,
    read_at  BIGINT,
    read_by  TEXT COLLATE "C"
);
CREATE INDEX message_org ON message (org, at);

CREATE TABLE setting (
    key    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value  TEXT COLLATE "C" NOT NULL,
    at     BIGINT NOT NULL,
    actor  TEXT COLLATE "C" NOT NULL
);

-- PostgreSQL: a write unit locks this empty table first, so that the writers of several nodes
-- take turns and the ledger is one chain.

CREATE TABLE writer_turn (
    only_lock  BIGINT NOT NULL PRIMARY KEY
);

-- Append-only: nobody corrects what was recorded.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER ledger_body_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_body
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER merkle_node_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON merkle_node
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER checkpoint_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

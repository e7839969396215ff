-- The interface for programs: tokens of organisations, what each organisation is told of its cases
-- (the feed), addresses that are called, and the signatures of witnesses of the log.

CREATE TABLE api_token (
    id       TEXT NOT NULL PRIMARY KEY,
    org      TEXT NOT NULL REFERENCES org (id),
    name     TEXT NOT NULL,
    digest   BLOB NOT NULL UNIQUE,
    scopes   TEXT NOT NULL,
    actor    TEXT NOT NULL,
    created  INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    used     INTEGER NOT NULL,
    place    TEXT NOT NULL,
    revoked  INTEGER NOT NULL
) STRICT;
CREATE INDEX api_token_org ON api_token (org, created);

-- A person lets a token act in their name.
CREATE TABLE api_grant (
    token    TEXT NOT NULL REFERENCES api_token (id),
    account  TEXT NOT NULL REFERENCES account (id),
    granted  INTEGER NOT NULL,
    PRIMARY KEY (token, account)
) STRICT;
CREATE INDEX api_grant_account ON api_grant (account, granted);

-- Written in the transaction of the event, without gaps for each organisation.
CREATE TABLE feed (
    org      TEXT NOT NULL,
    n        INTEGER NOT NULL CHECK (n > 0),
    case_id  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    number   TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    event    TEXT NOT NULL,
    state    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (org, n)
) STRICT;
CREATE TRIGGER feed_no_update BEFORE UPDATE ON feed BEGIN SELECT RAISE(ABORT, 'append-only: feed'); END;
CREATE TRIGGER feed_no_delete BEFORE DELETE ON feed BEGIN SELECT RAISE(ABORT, 'append-only: feed'); END;

CREATE TABLE webhook (
    id            TEXT NOT NULL PRIMARY KEY,
    org           TEXT NOT NULL REFERENCES org (id),
    url           TEXT NOT NULL,
    secret        BLOB NOT NULL,
    before        BLOB NOT NULL,
    before_until  INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
    position      INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    updated       INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_org ON webhook (org, created);

CREATE TABLE delivery (
    webhook   TEXT NOT NULL REFERENCES webhook (id),
    n         INTEGER NOT NULL,
    case_id   TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'parked')),
    attempts  INTEGER NOT NULL,
    due       INTEGER NOT NULL,
    status    INTEGER NOT NULL,
    error     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (webhook, n)
) STRICT;
CREATE INDEX delivery_due ON delivery (state, due, webhook, n);
CREATE INDEX delivery_case ON delivery (webhook, case_id, n);

-- What another authority has signed of a head of the log.
CREATE TABLE cosignature (
    size  INTEGER NOT NULL,
    name  TEXT NOT NULL,
    line  TEXT NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (size, name)
) STRICT;

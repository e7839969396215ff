-- The interface for programs: tokens of organisations, what each organisation is told of its cases
-- (the feed), addresses that are called, and the signatures of witnesses of the log.

CREATE TABLE api_token (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org      TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    name     TEXT COLLATE "C" NOT NULL,
    digest   BYTEA NOT NULL UNIQUE,
    scopes   TEXT COLLATE "C" NOT NULL,
    actor    TEXT COLLATE "C" NOT NULL,
    created  BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    used     BIGINT NOT NULL,
    place    TEXT COLLATE "C" NOT NULL,
    revoked  BIGINT NOT NULL
);
CREATE INDEX api_token_org ON api_token (org, created);

-- A person lets a token act in their name.
CREATE TABLE api_grant (
    token    TEXT COLLATE "C" NOT NULL REFERENCES api_token (id),
    account  TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    granted  BIGINT NOT NULL,
    PRIMARY KEY (token, account)
);
CREATE INDEX api_grant_account ON api_grant (account, granted);

-- Written in the transaction of the event, without gaps for each organisation.
CREATE TABLE feed (
    org      TEXT COLLATE "C" NOT NULL,
    n        BIGINT NOT NULL CHECK (n > 0),
    case_id  TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    number   TEXT COLLATE "C" NOT NULL,
    seq      BIGINT NOT NULL,
    event    TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (org, n)
);
CREATE TRIGGER feed_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON feed
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TABLE webhook (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org           TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    url           TEXT COLLATE "C" NOT NULL,
    secret        BYTEA NOT NULL,
    before        BYTEA NOT NULL,
    before_until  BIGINT NOT NULL,
    state         TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
    position      BIGINT NOT NULL,
    created       BIGINT NOT NULL,
    actor         TEXT COLLATE "C" NOT NULL,
    updated       BIGINT NOT NULL
);
CREATE INDEX webhook_org ON webhook (org, created);

CREATE TABLE delivery (
    webhook   TEXT COLLATE "C" NOT NULL REFERENCES webhook (id),
    n         BIGINT NOT NULL,
    case_id   TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'delivered', 'parked')),
    attempts  BIGINT NOT NULL,
    due       BIGINT NOT NULL,
    status    BIGINT NOT NULL,
    error     TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (webhook, n)
);
CREATE INDEX delivery_due ON delivery (state, due, webhook, n);
CREATE INDEX delivery_case ON delivery (webhook, case_id, n);

-- What another authority has signed of a head of the log.
CREATE TABLE cosignature (
    size  BIGINT NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    line  TEXT COLLATE "C" NOT NULL,
    at    BIGINT NOT NULL,
    PRIMARY KEY (size, name)
);

-- Organisations, people, sign-in. Contact data and second factors are encrypted.

CREATE TABLE org (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('body', 'cac', 'nda', 'samr', 'platform')),
    name         TEXT COLLATE "C" NOT NULL,
    credit_code  TEXT COLLATE "C" UNIQUE,
    status       TEXT COLLATE "C" NOT NULL CHECK (status IN ('pending', 'active', 'suspended', 'refused')),
    details      BYTEA NOT NULL,
    created      BIGINT NOT NULL,
    updated      BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX org_kind ON org (kind, status, name);

CREATE TABLE account (
    id        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org       TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    login     TEXT COLLATE "C" NOT NULL UNIQUE,
    name      TEXT COLLATE "C" NOT NULL,
    contact   BYTEA NOT NULL,
    lang      TEXT COLLATE "C" NOT NULL,
    status    TEXT COLLATE "C" NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    created   BIGINT NOT NULL,
    updated   BIGINT NOT NULL,
    signed_in BIGINT
);
CREATE INDEX account_org ON account (org, name);

CREATE TABLE membership (
    account  TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    role     TEXT COLLATE "C" NOT NULL,
    granted  BIGINT NOT NULL,
    actor    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, role)
);
-- The three administrators exclude one another: at most one such row for a person.
CREATE UNIQUE INDEX membership_one_admin ON membership (account)
    WHERE role IN ('system_admin', 'security_admin', 'audit_admin');

CREATE TABLE credential (
    account    TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('password', 'totp', 'totp_pending', 'recovery')),
    secret     BYTEA NOT NULL,
    last_step  BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    PRIMARY KEY (account, kind)
);

CREATE TABLE session (
    token      BYTEA NOT NULL PRIMARY KEY,
    id         TEXT COLLATE "C" NOT NULL UNIQUE,
    account    TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    idle       BIGINT NOT NULL,
    until      BIGINT NOT NULL,
    factor_at  BIGINT,
    stage      TEXT COLLATE "C" NOT NULL CHECK (stage IN ('password', 'full')),
    place      TEXT COLLATE "C" NOT NULL,
    agent      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_account ON session (account, created);
CREATE INDEX session_until ON session (until);

CREATE TABLE ticket (
    token    BYTEA NOT NULL PRIMARY KEY,
    purpose  TEXT COLLATE "C" NOT NULL,
    account  TEXT COLLATE "C" NOT NULL,
    data     TEXT COLLATE "C" NOT NULL,
    created  BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    used     BIGINT
);

CREATE TABLE throttle (
    key      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    count    BIGINT NOT NULL,
    since    BIGINT NOT NULL,
    blocked  BIGINT NOT NULL
);

CREATE TABLE saved_filter (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account  TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    name     TEXT COLLATE "C" NOT NULL,
    query    TEXT COLLATE "C" NOT NULL,
    created  BIGINT NOT NULL,
    UNIQUE (account, name)
);

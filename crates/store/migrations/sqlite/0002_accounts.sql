-- Organisations, people, sign-in. Contact data and second factors are encrypted.

CREATE TABLE org (
    id           TEXT NOT NULL PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('body', 'cac', 'nda', 'samr', 'platform')),
    name         TEXT NOT NULL,
    credit_code  TEXT UNIQUE,
    status       TEXT NOT NULL CHECK (status IN ('pending', 'active', 'suspended', 'refused')),
    details      BLOB NOT NULL,
    created      INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    version      INTEGER NOT NULL
) STRICT;
CREATE INDEX org_kind ON org (kind, status, name);

CREATE TABLE account (
    id        TEXT NOT NULL PRIMARY KEY,
    org       TEXT NOT NULL REFERENCES org (id),
    login     TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    contact   BLOB NOT NULL,
    lang      TEXT NOT NULL,
    status    TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    created   INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    signed_in INTEGER
) STRICT;
CREATE INDEX account_org ON account (org, name);

CREATE TABLE membership (
    account  TEXT NOT NULL REFERENCES account (id),
    role     TEXT NOT NULL,
    granted  INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    PRIMARY KEY (account, role)
) STRICT;
-- The three administrators exclude one another: at most one such row for a person.
CREATE UNIQUE INDEX membership_one_admin ON membership (account)
    WHERE role IN ('system_admin', 'security_admin', 'audit_admin');

CREATE TABLE credential (
    account    TEXT NOT NULL REFERENCES account (id),
    kind       TEXT NOT NULL CHECK (kind IN ('password', 'totp', 'totp_pending', 'recovery')),
    secret     BLOB NOT NULL,
    last_step  INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    PRIMARY KEY (account, kind)
) STRICT;

CREATE TABLE session (
    token      BLOB NOT NULL PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    account    TEXT NOT NULL REFERENCES account (id),
    created    INTEGER NOT NULL,
    seen       INTEGER NOT NULL,
    idle       INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    factor_at  INTEGER,
    stage      TEXT NOT NULL CHECK (stage IN ('password', 'full')),
    place      TEXT NOT NULL,
    agent      TEXT NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account, created);
CREATE INDEX session_until ON session (until);

CREATE TABLE ticket (
    token    BLOB NOT NULL PRIMARY KEY,
    purpose  TEXT NOT NULL,
    account  TEXT NOT NULL,
    data     TEXT NOT NULL,
    created  INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    used     INTEGER
) STRICT;

CREATE TABLE throttle (
    key      TEXT NOT NULL PRIMARY KEY,
    count    INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    blocked  INTEGER NOT NULL
) STRICT;

CREATE TABLE saved_filter (
    id       TEXT NOT NULL PRIMARY KEY,
    account  TEXT NOT NULL REFERENCES account (id),
    name     TEXT NOT NULL,
    query    TEXT NOT NULL,
    created  INTEGER NOT NULL,
    UNIQUE (account, name)
) STRICT;

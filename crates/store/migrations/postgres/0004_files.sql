-- Files: the object store holds ciphertext, these rows name it.

CREATE TABLE blob (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id  TEXT COLLATE "C" NOT NULL,
    org      TEXT COLLATE "C" NOT NULL,
    object   TEXT COLLATE "C" NOT NULL,
    media    TEXT COLLATE "C" NOT NULL,
    size     BIGINT NOT NULL,
    sha256   BYTEA NOT NULL,
    sm3      BYTEA NOT NULL,
    suite    TEXT COLLATE "C" NOT NULL,
    wrapped  BYTEA NOT NULL,
    created  BIGINT NOT NULL,
    actor    TEXT COLLATE "C" NOT NULL,
    deleted  BIGINT
);
CREATE INDEX blob_case ON blob (case_id, created);
CREATE INDEX blob_object ON blob (object);

CREATE TABLE upload (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id  TEXT COLLATE "C" NOT NULL,
    org      TEXT COLLATE "C" NOT NULL,
    actor    TEXT COLLATE "C" NOT NULL,
    name     BYTEA NOT NULL,
    media    TEXT COLLATE "C" NOT NULL,
    size     BIGINT NOT NULL,
    received BIGINT NOT NULL,
    state    TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'done', 'gone')),
    blob_id  TEXT COLLATE "C",
    data     TEXT COLLATE "C" NOT NULL,
    created  BIGINT NOT NULL,
    updated  BIGINT NOT NULL
);
CREATE INDEX upload_updated ON upload (state, updated);

CREATE TABLE upload_part (
    upload  TEXT COLLATE "C" NOT NULL REFERENCES upload (id),
    n       BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    size    BIGINT NOT NULL,
    sha256  BYTEA NOT NULL,
    object  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (upload, n)
);

-- Files: the object store holds ciphertext, these rows name it.

CREATE TABLE blob (
    id       TEXT NOT NULL PRIMARY KEY,
    case_id  TEXT NOT NULL,
    org      TEXT NOT NULL,
    object   TEXT NOT NULL,
    media    TEXT NOT NULL,
    size     INTEGER NOT NULL,
    sha256   BLOB NOT NULL,
    sm3      BLOB NOT NULL,
    suite    TEXT NOT NULL,
    wrapped  BLOB NOT NULL,
    created  INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    deleted  INTEGER
) STRICT;
CREATE INDEX blob_case ON blob (case_id, created);
CREATE INDEX blob_object ON blob (object);

CREATE TABLE upload (
    id       TEXT NOT NULL PRIMARY KEY,
    case_id  TEXT NOT NULL,
    org      TEXT NOT NULL,
    actor    TEXT NOT NULL,
    name     BLOB NOT NULL,
    media    TEXT NOT NULL,
    size     INTEGER NOT NULL,
    received INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('open', 'done', 'gone')),
    blob_id  TEXT,
    data     TEXT NOT NULL,
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL
) STRICT;
CREATE INDEX upload_updated ON upload (state, updated);

CREATE TABLE upload_part (
    upload  TEXT NOT NULL REFERENCES upload (id),
    n       INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    sha256  BLOB NOT NULL,
    object  TEXT NOT NULL,
    PRIMARY KEY (upload, n)
) STRICT;

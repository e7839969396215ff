-- Certificates as anybody can check them: their versions with a place in the status lists, what
-- was meant to be signed before a key was used, and the published entries of the register.

CREATE TABLE certificate_paper (
    slot         INTEGER NOT NULL PRIMARY KEY CHECK (slot >= 0),
    certificate  TEXT NOT NULL REFERENCES certificate (case_id),
    seq          INTEGER NOT NULL,
    number       TEXT NOT NULL,
    effective_on TEXT NOT NULL,
    content      TEXT NOT NULL,
    digest       BLOB NOT NULL,
    code         TEXT NOT NULL,
    print        TEXT NOT NULL,
    signed       TEXT NOT NULL,
    blob         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    UNIQUE (certificate, seq)
) STRICT;
CREATE INDEX certificate_paper_open ON certificate_paper (signed, slot);

CREATE TABLE signing_intent (
    slot     INTEGER NOT NULL REFERENCES certificate_paper (slot),
    purpose  TEXT NOT NULL CHECK (purpose IN ('qr', 'certificate')),
    intent   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (slot, purpose)
) STRICT;

CREATE TABLE certificate_entry (
    n            INTEGER NOT NULL PRIMARY KEY CHECK (n > 0),
    certificate  TEXT NOT NULL REFERENCES certificate (case_id),
    seq          INTEGER NOT NULL,
    entry        TEXT NOT NULL,
    at           INTEGER NOT NULL,
    UNIQUE (certificate, seq)
) STRICT;

-- Append-only: what was meant and what was published stays.
CREATE TRIGGER signing_intent_no_update BEFORE UPDATE ON signing_intent
BEGIN SELECT RAISE(ABORT, 'append-only: signing_intent'); END;
CREATE TRIGGER signing_intent_no_delete BEFORE DELETE ON signing_intent
BEGIN SELECT RAISE(ABORT, 'append-only: signing_intent'); END;
CREATE TRIGGER certificate_entry_no_update BEFORE UPDATE ON certificate_entry
BEGIN SELECT RAISE(ABORT, 'append-only: certificate_entry'); END;
CREATE TRIGGER certificate_entry_no_delete BEFORE DELETE ON certificate_entry
BEGIN SELECT RAISE(ABORT, 'append-only: certificate_entry'); END;
CREATE TRIGGER certificate_paper_no_delete BEFORE DELETE ON certificate_paper
BEGIN SELECT RAISE(ABORT, 'append-only: certificate_paper'); END;

-- Certificates as anybody can check them: their versions with a place in the status lists, what
-- was meant to be signed before a key was used, and the published entries of the register.

CREATE TABLE certificate_paper (
    slot         BIGINT NOT NULL PRIMARY KEY CHECK (slot >= 0),
    certificate  TEXT COLLATE "C" NOT NULL REFERENCES certificate (case_id),
    seq          BIGINT NOT NULL,
    number       TEXT COLLATE "C" NOT NULL,
    effective_on TEXT COLLATE "C" NOT NULL,
    content      TEXT COLLATE "C" NOT NULL,
    digest       BYTEA NOT NULL,
    code         TEXT COLLATE "C" NOT NULL,
    print        TEXT COLLATE "C" NOT NULL,
    signed       TEXT COLLATE "C" NOT NULL,
    blob         TEXT COLLATE "C" NOT NULL,
    at           BIGINT NOT NULL,
    UNIQUE (certificate, seq)
);
CREATE INDEX certificate_paper_open ON certificate_paper (signed, slot);

CREATE TABLE signing_intent (
    slot     BIGINT NOT NULL REFERENCES certificate_paper (slot),
    purpose  TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('qr', 'certificate')),
    intent   TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (slot, purpose)
);

CREATE TABLE certificate_entry (
    n            BIGINT NOT NULL PRIMARY KEY CHECK (n > 0),
    certificate  TEXT COLLATE "C" NOT NULL REFERENCES certificate (case_id),
    seq          BIGINT NOT NULL,
    entry        TEXT COLLATE "C" NOT NULL,
    at           BIGINT NOT NULL,
    UNIQUE (certificate, seq)
);

-- Append-only: what was meant and what was published stays.
CREATE TRIGGER signing_intent_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON signing_intent
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER certificate_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON certificate_entry
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER certificate_paper_no_delete BEFORE DELETE OR TRUNCATE ON certificate_paper
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

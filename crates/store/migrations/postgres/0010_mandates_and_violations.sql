-- Violations that a body reports before there is a certificate (M 11): the case is that of the application then.
-- When the mandate of a holder abroad ends (M 7(2)), for reminders; '' where nobody acts by mandate.

ALTER TABLE violation DROP CONSTRAINT violation_case_id_fkey;
ALTER TABLE violation ADD CONSTRAINT violation_case_id_fkey FOREIGN KEY (case_id) REFERENCES case_head (case_id);
ALTER TABLE violation ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'certificate';
ALTER TABLE violation ALTER COLUMN kind DROP DEFAULT;

ALTER TABLE certificate ADD COLUMN mandate_until TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX certificate_mandate ON certificate (mandate_until) WHERE mandate_until <> '';

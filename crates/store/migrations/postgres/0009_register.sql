-- The register of certificates, the newest first: a page of it comes from the index, however many there are.

CREATE INDEX certificate_listed ON certificate (issued_on DESC, number, case_id);

-- Several processes may start at once, and CREATE TABLE IF NOT EXISTS races with itself.
SELECT pg_advisory_lock(20261101);

CREATE TABLE IF NOT EXISTS application (
	id text PRIMARY KEY,
	consensus text NOT NULL CHECK (consensus IN ('AUTHORITY', 'PRT')),
	active boolean NOT NULL
);

CREATE TABLE IF NOT EXISTS epoch (
	app_id text NOT NULL REFERENCES application,
	index bigint NOT NULL,
	status text NOT NULL CHECK (status IN ('OPEN', 'CLOSED', 'INPUTS_PROCESSED', 'CLAIM_CALCULATED',
		'CLAIM_SUBMITTED', 'CLAIM_ACCEPTED', 'CLAIM_REJECTED')),
	PRIMARY KEY (app_id, index)
);

CREATE TABLE IF NOT EXISTS input (
	app_id text NOT NULL,
	epoch_index bigint NOT NULL,
	index bigint NOT NULL,
	processed boolean NOT NULL DEFAULT false,
	PRIMARY KEY (app_id, index),
	FOREIGN KEY (app_id, epoch_index) REFERENCES epoch
);

SELECT pg_advisory_unlock(20261101);

CREATE TABLE application (
	id text PRIMARY KEY,
	consensus text NOT NULL CHECK (consensus IN ('AUTHORITY', 'PRT')),
	active boolean NOT NULL,
	inoperable boolean NOT NULL DEFAULT false CHECK (NOT (active AND inoperable))
);

CREATE TABLE epoch (
	app_id text NOT NULL REFERENCES application,
	index bigint NOT NULL,
	status text NOT NULL CHECK (status IN ('OPEN', 'CLOSED', 'INPUTS_PROCESSED', 'CLAIM_CALCULATED',
		'CLAIM_SUBMITTED', 'CLAIM_ACCEPTED', 'CLAIM_REJECTED')),
	PRIMARY KEY (app_id, index)
);

CREATE TABLE input (
	app_id text NOT NULL,
	epoch_index bigint NOT NULL,
	index bigint NOT NULL,
	processed boolean NOT NULL DEFAULT false,
	PRIMARY KEY (app_id, index),
	FOREIGN KEY (app_id, epoch_index) REFERENCES epoch
);

-- What the node asks for all the time, however many inputs there have been.
CREATE INDEX input_to_process ON input (app_id) WHERE NOT processed;
CREATE INDEX input_of_epoch ON input (app_id, epoch_index);
CREATE INDEX epoch_at_work ON epoch (app_id, status) WHERE status NOT IN ('CLAIM_ACCEPTED', 'CLAIM_REJECTED');

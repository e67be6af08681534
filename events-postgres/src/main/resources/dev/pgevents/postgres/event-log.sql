-- The event log of pgevents: tables, sequences and functions, version 1.
--
-- The library executes this file where events.log.initialize is "always". Where it is "never", put
-- it into a migration of yours (Flyway, Liquibase). Names: schema "pgevents", tables "event_...".
-- Another schema or prefix, and another number of partitions, have to be replaced throughout, and
-- told to the library (events.log.schema, events.log.table-prefix, events.log.partitions).

CREATE SCHEMA IF NOT EXISTS "pgevents";

-- What all processes have to agree on. The secret proves that a notification was made by somebody
-- who may read it: only roles of the log should.
CREATE TABLE "pgevents"."event_settings" (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	version integer NOT NULL,
	partitions integer NOT NULL CHECK (partitions BETWEEN 1 AND 1024),
	secret bytea NOT NULL,
	leaves_from timestamptz NOT NULL,
	leaves_until timestamptz NOT NULL,
	caught_up timestamptz NOT NULL DEFAULT '-infinity'
);

INSERT INTO "pgevents"."event_settings" (version, partitions, secret, leaves_from, leaves_until)
VALUES (1, /*partitions*/ 64,
	pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()),
	pg_catalog.date_trunc('day', pg_catalog.clock_timestamp(), 'UTC'),
	pg_catalog.date_trunc('day', pg_catalog.clock_timestamp(), 'UTC') + interval '2 days');

-- Within a partition (part), order of positions = order of commits. Positions that are missing were
-- rolled back. Its rows are in leaves of time, which are dropped as a whole. The library makes them
-- ahead; where nobody does, the last one takes all (until caught_up). What a partition's sequence gives is never given
-- again, so that (part, pos) is unique, though no index of several leaves can say so.
CREATE TABLE "pgevents"."event_log" (
	part integer NOT NULL,
	pos bigint NOT NULL,
	id uuid NOT NULL,
	type text NOT NULL CHECK (length(type) <= 100 AND type ~ '^[a-z0-9_]+([.][a-z0-9_]+)*$'),
	app_id text,
	occurred_at timestamptz NOT NULL,
	headers json,
	payload json,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	PRIMARY KEY (part, pos, recorded_at)
) PARTITION BY RANGE (recorded_at);

DO $do$
DECLARE
	first_from timestamptz;
	first_until timestamptz;
BEGIN
	SELECT leaves_from, leaves_until INTO STRICT first_from, first_until FROM "pgevents"."event_settings";
	EXECUTE pg_catalog.format('CREATE TABLE "pgevents"."event_log_%s" PARTITION OF "pgevents"."event_log" FOR VALUES FROM (%L) TO (%L)',
		pg_catalog.to_char(first_from AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS'), first_from, first_until);
END
$do$;

CREATE INDEX "event_log_recorded_at" ON "pgevents"."event_log" USING brin (recorded_at);

-- Up to which position a partition's events are kept no longer.
CREATE TABLE "pgevents"."event_partition" (
	part integer PRIMARY KEY,
	expired bigint NOT NULL DEFAULT 0
);

CREATE TABLE "pgevents"."event_group" (
	name text PRIMARY KEY,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);

-- What a group's handlers ask for: a type or a wildcard (null: all), of an app (null: all events).
CREATE TABLE "pgevents"."event_interest" (
	grp text NOT NULL,
	type text,
	app_id text
);

-- Which instances run a group. An instance lives as long as its session holds its advisory lock.
CREATE TABLE "pgevents"."event_member" (
	grp text NOT NULL,
	instance integer NOT NULL,
	PRIMARY KEY (grp, instance)
);

-- Where a group is in a partition, and which instance is at it. Few rows, often updated: HOT, with room
-- in each page, and pages enough that the planner goes to a row whose place is known. The index is not
-- unique: a unique one is asked for all versions of a row that a held snapshot keeps, each time that a
-- version comes to another page. Whoever adds a group's rows has locked the group.
CREATE TABLE "pgevents"."event_cursor" (
	grp text NOT NULL,
	part integer NOT NULL,
	pos bigint NOT NULL,
	owner integer,
	epoch bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

CREATE INDEX "event_cursor_grp_part" ON "pgevents"."event_cursor" (grp, part);

-- Tables without a key can be published (FOR ALL TABLES) and changed nevertheless.
ALTER TABLE "pgevents"."event_cursor" REPLICA IDENTITY FULL;
ALTER TABLE "pgevents"."event_interest" REPLICA IDENTITY FULL;

-- Events that failed, and those of the same app behind them. Parked: not tried until redriven.
CREATE TABLE "pgevents"."event_held" (
	grp text NOT NULL,
	part integer NOT NULL,
	pos bigint NOT NULL,
	id uuid NOT NULL,
	type text NOT NULL,
	app_id text,
	occurred_at timestamptz NOT NULL,
	headers json,
	payload json,
	attempts integer NOT NULL,
	parked boolean NOT NULL,
	error text NOT NULL,
	next_attempt timestamptz,
	held_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	PRIMARY KEY (grp, part, pos)
);

-- One partition for events without app id, behind those of apps.
DO $do$
BEGIN
	FOR p IN 0 .. /*partitions*/ 64 LOOP
		EXECUTE pg_catalog.format('CREATE SEQUENCE "pgevents"."event_position_%s"', p);
		INSERT INTO "pgevents"."event_partition" (part) VALUES (p);
	END LOOP;
END
$do$;

-- The partition of an app: the first four bytes of the SHA-256 of its id, modulo their number. In
-- PL/pgSQL, as what follows: up to PostgreSQL 17 a function in SQL is planned anew in each transaction.
CREATE FUNCTION "pgevents".event_partition_of(app_id text, partitions integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $fn$
DECLARE
	hash constant bytea := sha256(convert_to(app_id, 'UTF8'));
BEGIN
	RETURN CASE WHEN app_id IS NULL THEN partitions ELSE ((get_byte(hash, 0)::bigint << 24) | (get_byte(hash, 1) << 16)
		| (get_byte(hash, 2) << 8) | get_byte(hash, 3)) % partitions END;
END
$fn$;

-- Waits for a partition that another transaction has, and names that one where it takes too long.
CREATE FUNCTION "pgevents".event_wait(part integer, wait_ms integer) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $fn$
DECLARE
	log_oid constant integer := '"pgevents"."event_log"'::regclass::oid::integer;
	waited constant text := current_setting('lock_timeout');
BEGIN
	PERFORM set_config('lock_timeout', wait_ms::text, true);
	BEGIN
		PERFORM pg_advisory_xact_lock(log_oid, part);
	EXCEPTION WHEN lock_not_available THEN
		RAISE EXCEPTION 'partition % of the event log was not free within % ms: %', part, wait_ms, coalesce(
				(SELECT string_agg(format('process %s holds it (%s, in a transaction since %s)', l.pid,
						coalesce(nullif(a.application_name, ''), 'no application name'), a.xact_start), '; ')
					FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
					WHERE l.locktype = 'advisory' AND l.classid = '"pgevents"."event_log"'::regclass
						AND l.objid = part::oid AND l.objsubid = 2 AND l.granted), 'it is free now')
			USING ERRCODE = 'lock_not_available',
				HINT = 'A transaction that has published events of the same app is still open.';
	END;
	PERFORM set_config('lock_timeout', waited, true);
END
$fn$;

-- Records notifications that are events, and returns all, with their positions, in their order: they
-- are to be sent with the commit or after it. Whoever adds to several partitions in one transaction
-- takes them in ascending order within one call; of several calls the order is the caller's: two
-- transactions that take the opposite order deadlock (40P01), and one of them has to be repeated.
CREATE FUNCTION "pgevents".event_record(bodies text[], recorded boolean[], wait_ms integer)
RETURNS text[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $fn$
DECLARE
	log_oid constant integer := '"pgevents"."event_log"'::regclass::oid::integer;
	partition_count integer;
	mac_key bytea;
	earliest timestamptz;
	latest timestamptz;
	parts integer[];
	one_part integer;
	notes text[];
BEGIN
	SELECT s.partitions, s.secret, s.leaves_from, s.leaves_until - interval '1 microsecond'
		INTO STRICT partition_count, mac_key, earliest, latest FROM "pgevents"."event_settings" s;
	SELECT array_agg(CASE WHEN e.recorded THEN "pgevents".event_partition_of(e.body::json ->> 'app_id', partition_count) END
			ORDER BY e.ord)
		INTO parts FROM unnest(bodies, recorded) WITH ORDINALITY AS e(body, recorded, ord);
	FOR one_part IN SELECT DISTINCT p FROM unnest(parts) AS p WHERE p IS NOT NULL ORDER BY p LOOP
		IF NOT pg_try_advisory_xact_lock(log_oid, one_part) THEN
			PERFORM "pgevents".event_wait(one_part, wait_ms);
		END IF;
	END LOOP;
	WITH event AS MATERIALIZED (
		SELECT e.ord, e.body, e.part,
			CASE WHEN e.part IS NOT NULL
				THEN nextval(('"pgevents"."event_position_' || e.part || '"')::regclass) END AS pos
		FROM unnest(bodies, parts) WITH ORDINALITY AS e(body, part, ord)
	), appended AS (
		INSERT INTO "pgevents"."event_log" (part, pos, id, type, app_id, occurred_at, headers, payload, recorded_at)
		SELECT e.part, e.pos, coalesce(f.id, gen_random_uuid()), f.type, f.app_id,
			coalesce(f."timestamp", clock_timestamp()), f.headers, f.payload,
			greatest(earliest, least(clock_timestamp(), latest))
		FROM event e, LATERAL json_to_record(e.body::json)
			AS f(id uuid, type text, app_id text, "timestamp" timestamptz, headers json, payload json)
		WHERE e.part IS NOT NULL
	)
	SELECT array_agg(CASE WHEN n.part IS NULL THEN n.body ELSE "pgevents".event_note(mac_key, n.part, n.pos, n.body) END
			ORDER BY n.ord)
		INTO notes FROM event AS n;
	RETURN notes;
END
$fn$;

-- Records a single event, the usual case of a transaction, and sends its notification with the commit,
-- if there is a channel; or returns it. Most of what many cost is spared: arrays, what is read from the
-- text, and expressions, each of which the server prepares anew in each transaction.
CREATE FUNCTION "pgevents".event_append_one(channel text, body text, event_id uuid, event_type text, event_app text,
	event_time timestamptz, wait_ms integer)
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $fn$
DECLARE
	mac_key bytea;
	earliest timestamptz;
	latest timestamptz;
	one_part integer;
	one_pos bigint;
	note text;
BEGIN
	SELECT s.secret, s.leaves_from, s.leaves_until - interval '1 microsecond',
		"pgevents".event_partition_of(event_app, s.partitions)
		INTO STRICT mac_key, earliest, latest, one_part FROM "pgevents"."event_settings" s;
	IF NOT pg_try_advisory_xact_lock('"pgevents"."event_log"'::regclass::oid::integer, one_part) THEN
		PERFORM "pgevents".event_wait(one_part, wait_ms);
	END IF;
	one_pos := nextval(('"pgevents"."event_position_' || one_part || '"')::regclass);
	INSERT INTO "pgevents"."event_log" (part, pos, id, type, app_id, occurred_at, headers, payload, recorded_at)
	VALUES (one_part, one_pos, event_id, event_type, event_app, event_time, body::json -> 'headers',
		nullif((body::json -> 'payload')::text, 'null')::json, greatest(earliest, least(clock_timestamp(), latest)));
	note := "pgevents".event_note(mac_key, one_part, one_pos, body);
	RETURN CASE WHEN channel IS NULL THEN note WHEN pg_notify(channel, note) IS NULL THEN NULL END;
END
$fn$;

-- Records notifications that are events, and sends all, in their order, with the commit.
CREATE FUNCTION "pgevents".event_append(channels text[], bodies text[], recorded boolean[], wait_ms integer)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $fn$
DECLARE
	notes constant text[] := "pgevents".event_record(bodies, recorded, wait_ms);
	sent bigint;
BEGIN
	SELECT count(pg_notify(n.channel, n.note)) INTO sent FROM unnest(channels, notes) AS n(channel, note);
	RETURN sent;
END
$fn$;

-- A notification with its position, and what proves that the log has given it. Of a body that is too
-- large it has the position only.
CREATE FUNCTION "pgevents".event_note(mac_key bytea, part integer, pos bigint, body text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $fn$
DECLARE
	rest constant text := CASE WHEN octet_length(body) + 160 <= 7999 THEN substr(body, 2) ELSE '}' END;
BEGIN
	RETURN '{"part":' || part || ',"pos":' || pos || ',"mac":"' || encode(sha256(mac_key || sha256(mac_key
		|| convert_to(part || ':' || pos || ':' || rest, 'UTF8'))), 'hex') || '"'
		|| CASE WHEN rest = '}' THEN '' ELSE ',' END || rest;
END
$fn$;

-- For triggers, psql and other languages. The event's time is that of the call.
CREATE FUNCTION "pgevents".event_publish(type text, app_id text, payload jsonb, channel text DEFAULT 'events')
RETURNS uuid
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $fn$
DECLARE
	event_id constant uuid := gen_random_uuid();
	event_time constant timestamptz := clock_timestamp();
BEGIN
	IF type IS NULL OR length(type) > 100 OR type !~ '^[a-z0-9_]+([.][a-z0-9_]+)*$' THEN
		RAISE EXCEPTION 'event type "%" is not valid: use at most 100 characters, lower-case words of [a-z0-9_] joined by dots, such as "epoch.closed"', left(type, 120)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF octet_length(channel) NOT BETWEEN 1 AND 63 THEN
		RAISE EXCEPTION 'channel has % bytes, PostgreSQL allows 1 to 63', octet_length(channel)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF octet_length(payload::text) > 1048576 THEN
		RAISE EXCEPTION 'payload of % is % bytes, at most 1048576 are allowed: publish an id and let consumers read the rest', type, octet_length(payload::text)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM "pgevents".event_append_one(channel, '{"id":"' || event_id || '","type":"' || type || '","app_id":'
		|| coalesce(to_json(app_id)::text, 'null') || ',"timestamp":"'
		|| to_char(event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
		|| '","payload":' || coalesce(payload::text, 'null') || '}', event_id, type, app_id, event_time,
		CASE WHEN current_setting('lock_timeout') = '0' THEN 0
			ELSE (extract(epoch FROM current_setting('lock_timeout')::interval) * 1000)::integer END);
	RETURN event_id;
END
$fn$;

REVOKE ALL ON FUNCTION "pgevents".event_partition_of(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION "pgevents".event_wait(integer, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION "pgevents".event_record(text[], boolean[], integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION "pgevents".event_append(text[], text[], boolean[], integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION "pgevents".event_append_one(text, text, uuid, text, text, timestamptz, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION "pgevents".event_note(bytea, integer, bigint, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION "pgevents".event_publish(text, text, jsonb, text) FROM PUBLIC;

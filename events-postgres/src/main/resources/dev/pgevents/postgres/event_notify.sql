-- Publishes one event of pgevents from SQL: from a trigger, from psql, from any language.
-- For PostgreSQL 14 and newer. See docs/wire-format.md, "From SQL".
--
--   type     words of [a-z0-9_] joined by dots, at most 100 characters
--   app_id   the application, or NULL
--   payload  any JSON, or NULL
--   channel  where the services listen; 'events' unless they have another channel strategy
--
-- Returns the event's id. Delivered on commit, dropped on rollback, like any NOTIFY. Each
-- call is an event of its own, equal ones too. Not signed: services with a signing key
-- refuse it.
CREATE OR REPLACE FUNCTION event_notify(type text, app_id text, payload jsonb, channel text DEFAULT 'events')
	RETURNS uuid
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
	-- A UUID of version 7: milliseconds, then a random UUID whose version 4 becomes 7.
	id CONSTANT uuid NOT NULL := encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
			PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
			FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid;
	notification text;
BEGIN
	IF type IS NULL OR type !~ '^[a-z0-9_]+(\.[a-z0-9_]+)*$' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('event type %L is not valid', left(type, 120)),
			HINT = 'Use lower-case words of [a-z0-9_] joined by dots, such as epoch.closed.';
	END IF;
	IF length(type) > 100 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('event type %L has %s characters, at most 100 are allowed', left(type, 120), length(type));
	END IF;
	IF channel IS NULL OR octet_length(channel) NOT BETWEEN 1 AND 63 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('channel %L has %s bytes, 1 to 63 are allowed', left(channel, 120), octet_length(channel));
	END IF;
	notification := '{"id":"' || id || '","type":"' || type
			|| '","app_id":' || coalesce(to_json(app_id)::text, 'null')
			|| ',"timestamp":"' || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
			|| '","payload":' || coalesce(payload::text, 'null') || '}';
	IF octet_length(notification) > 7999 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('notification of %s is %s bytes, PostgreSQL allows 7999', type, octet_length(notification)),
			HINT = 'Publish an id and let consumers read the rest.';
	END IF;
	PERFORM pg_notify(channel, notification);
	RETURN id;
END
$function$;

"""The one way for a tenant's role to set an alarm: for itself."""

from __future__ import annotations

from django.db import migrations

# The tenant is read from the role that the backend has set, not from an argument,
# as in ``shared.outbox_wake()``: a tenant can ask for nobody else.
#
# A row is left out when the same transaction has left it already, or when a committed
# one asks for the same and is due more than ten minutes from now. One that is due
# sooner may be answered before this transaction commits, and nobody would then look
# for what it wrote; no transaction lasts ten minutes. There is no unique constraint:
# transactions of one tenant that ask for the same minute would wait for each other.
CREATE = r"""
CREATE SCHEMA IF NOT EXISTS shared;
CREATE FUNCTION shared.schedule_ask(name text, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    tenant text := right(current_setting('role'), 18);
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    minute timestamptz := date_bin(
        interval '1 minute', at + interval '59.999999 seconds', timestamptz '2000-01-01 00:00Z'
    );
BEGIN
    IF tenant !~ '^t_[0-9a-z]{16}$' THEN
        RAISE EXCEPTION 'no tenant role is set' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.schedule_alarm (schema_name, schedule, due_at, transaction_id)
    SELECT tenant, name, minute, this_transaction
    WHERE NOT EXISTS (
        SELECT FROM public.schedule_alarm AS known
        WHERE known.schedule = name AND known.due_at = minute AND known.schema_name = tenant
          AND (known.transaction_id = this_transaction
               OR minute > clock_timestamp() + interval '10 minutes')
    );
END
$function$;
GRANT EXECUTE ON FUNCTION shared.schedule_ask(text, timestamptz) TO PUBLIC;
"""
DROP = "DROP FUNCTION shared.schedule_ask(text, timestamptz);"


class Migration(migrations.Migration):
    """Create ``shared.schedule_ask()``."""

    dependencies = [("schedules", "0002_schedulealarm")]

    operations = [migrations.RunSQL(CREATE, DROP)]

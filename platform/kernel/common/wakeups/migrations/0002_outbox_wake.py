"""The one way for a tenant's role to write into the wake-up list: for itself."""

from __future__ import annotations

from django.db import migrations

# The tenant is read from the role that the backend has set, not from an
# argument: a tenant can wake nobody else. A role is named
# ``<prefix>_t_<16 characters>``, its schema like the last 18 of them. Everybody may
# call it, since it refuses whoever has no tenant's role.
CREATE = r"""
CREATE SCHEMA IF NOT EXISTS shared;
CREATE FUNCTION shared.outbox_wake() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    tenant text := right(current_setting('role'), 18);
    this_transaction bigint := pg_current_xact_id()::text::bigint;
BEGIN
    IF tenant !~ '^t_[0-9a-z]{16}$' THEN
        RAISE EXCEPTION 'no tenant role is set' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.outbox_wakeup (schema_name, not_before, transaction_id)
    SELECT tenant, clock_timestamp() + interval '10 seconds', this_transaction
    WHERE NOT EXISTS (
        SELECT FROM public.outbox_wakeup
        WHERE schema_name = tenant AND transaction_id = this_transaction
    );
END
$function$;
GRANT EXECUTE ON FUNCTION shared.outbox_wake() TO PUBLIC;
"""
DROP = "DROP FUNCTION shared.outbox_wake();"


class Migration(migrations.Migration):
    """Create ``shared.outbox_wake()``."""

    dependencies = [("wakeups", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]

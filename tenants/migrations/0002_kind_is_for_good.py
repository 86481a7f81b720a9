"""Has the database refuse another kind: a sandbox's play money must never become real."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION tenants_refuse_another_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a tenant is live or a sandbox from birth' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tenants_kind_is_for_good BEFORE UPDATE OF kind ON tenants_tenant
    FOR EACH ROW WHEN (OLD.kind IS DISTINCT FROM NEW.kind)
    EXECUTE FUNCTION tenants_refuse_another_kind();
"""
BACKWARDS = """
DROP TRIGGER tenants_kind_is_for_good ON tenants_tenant;
DROP FUNCTION tenants_refuse_another_kind();
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

"""What a killed process must not leave behind."""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.choices import LIVING, JobState, SlotState, TenantState
from tenants.ddl.names import prefix, tenant_role
from tenants.ddl.replay import drop_schema
from tenants.models import Job, SchemaSlot, Tenant

_ROLES = """
SELECT rolname, NOT EXISTS (
           SELECT 1 FROM pg_shdepend d
            WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid)
  FROM pg_roles r WHERE rolname LIKE %(pattern)s
"""


@dataclass(frozen=True, slots=True)
class Remains:
    """Schemas and roles of this database that belong to nobody.

    A schema belongs to a living tenant, to the pool, or to a tenant whose job is open.

    Roles belong to the whole server, and other workers of the run drop their
    databases when they are done. So a role counts when it was made for a schema
    that this database knows by name and has no more; and, when nobody else is
    there, any role that may do nothing anywhere.
    """

    schemas: frozenset[str]
    roles: frozenset[str]

    @classmethod
    def now(cls) -> Remains:
        """Look, at one moment: the server may still be ending what a killed process sent."""
        with public_context(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^t_'")
            schemas = {row[0] for row in cursor.fetchall()}
            cursor.execute(_ROLES, {"pattern": f"{prefix()}\\_t\\_%"})
            roles = dict(cursor.fetchall())
            known = {
                *Tenant.objects.values_list("schema_name", flat=True),
                *SchemaSlot.objects.values_list("schema_name", flat=True),
            }
            lost = {tenant_role(name) for name in known - schemas} & set(roles)
            if "PYTEST_XDIST_WORKER" not in os.environ:
                lost |= {role for role, idle in roles.items() if idle}
            at_work = Q(jobs__state__in=[JobState.QUEUED, JobState.RUNNING])
            living = Q(state__in=[*LIVING, TenantState.PROVISIONING])
            ready = SchemaSlot.objects.filter(state=SlotState.READY)
            owned = {
                *Tenant.objects.filter(living | at_work).values_list("schema_name", flat=True),
                *ready.values_list("schema_name", flat=True),
            }
        return cls(frozenset(schemas - owned), frozenset(lost))

    def assert_nothing_more(self) -> None:
        """Fail when something ownerless has come since."""
        later = Remains.now()
        assert later.schemas <= self.schemas
        assert later.roles <= self.roles


def empty_the_pool() -> None:
    """Drop all ready schemas, so that the next tenant needs one made."""
    with public_context():
        for slot in SchemaSlot.objects.filter(state=SlotState.READY):
            drop_schema(slot.schema_name)
            slot.delete()


def end_leases() -> None:
    """Let the leases of killed processes run out now instead of in a minute."""
    with public_context():
        Job.objects.exclude(lease_until=None).update(lease_until=utc_now())

"""The registry's tables, all in the public schema."""

from tenants.models.domain import Domain
from tenants.models.fleet import DdlPack, DriftFinding, MigrationRun, TenantMigration
from tenants.models.job import Job
from tenants.models.rights import Grant, ModuleInstall
from tenants.models.tenant import Hold, SchemaSlot, Tenant

__all__ = [
    "DdlPack",
    "Domain",
    "DriftFinding",
    "Grant",
    "Hold",
    "Job",
    "MigrationRun",
    "ModuleInstall",
    "SchemaSlot",
    "Tenant",
    "TenantMigration",
]

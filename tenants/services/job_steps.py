"""Registers the steps of every kind of job, and holds those of setting up."""

from __future__ import annotations

from tenants.choices import JobKind, TenantState
from tenants.ddl.packs import pack_for
from tenants.ddl.replay import create_schema
from tenants.ddl.segments import KERNEL
from tenants.models import Job
from tenants.services import lifecycle, modules
from tenants.services.jobs import Step, define, tenant_of
from tenants.services.states import move
from tenants.services.steps import ending, transfer, uninstall
from tenants.services.steps.shared import actor_of


def _compile(_job: Job) -> None:
    """Compile in a step of its own: it holds up whoever waits for the next pack."""
    pack_for(KERNEL)


def _make_schema(job: Job) -> None:
    tenant = tenant_of(job)
    pack = pack_for(KERNEL)
    tenant.role_name = create_schema(tenant.schema_name, pack)
    tenant.release = pack.target
    tenant.save(update_fields=["role_name", "release"])
    move(tenant, TenantState.PROVISIONING, actor=actor_of(job))


def _welcome(job: Job) -> None:
    owner = job.data.pop("owner")
    lifecycle.welcome(tenant_of(job), owner, actor=actor_of(job))


def _enable_module(job: Job) -> None:
    modules.enable(job.tenant_id, job.data["module"], actor=actor_of(job))


def define_steps() -> None:
    """Register all steps; called at start."""
    define(
        JobKind.PROVISION,
        [
            Step("compile", _compile, atomic=False),
            Step("schema", _make_schema),
            Step("welcome", _welcome),
        ],
    )
    define(JobKind.MODULE_ENABLE, [Step("enable", _enable_module)])
    ending.define_steps()
    transfer.define_steps()
    uninstall.define_steps()

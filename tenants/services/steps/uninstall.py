"""Takes a module's tables out of a tenant, after their rows were put away."""

from __future__ import annotations

from tenants.archive import keys
from tenants.archive.tables import Choice
from tenants.choices import InstallState, JobKind
from tenants.errors import StateRefused
from tenants.models import Job
from tenants.services import modules
from tenants.services.jobs import Step, define
from tenants.services.steps import shared


def define_steps() -> None:
    """Register the steps; called at start."""
    define(
        JobKind.MODULE_UNINSTALL,
        [
            Step("write", _write, atomic=False),
            Step("verify", _verify, atomic=False),
            Step("drop", _drop),
        ],
        undo=_undo,
    )


def _name(job: Job) -> str:
    return shared.archive_name(job.tenant_id, f"module-{job.data['module']}", job)


def _write(job: Job) -> None:
    code = job.data["module"]
    if shared.module_states(job.tenant_id).get(code) != InstallState.DISABLED:
        raise StateRefused(module=code)
    choice = Choice(everything=True, module=code)
    shared.write(job, _name(job), choice=choice, to=keys.recipient())


def _verify(job: Job) -> None:
    shared.verify(job, _name(job), shared.own_keys())


def _drop(job: Job) -> None:
    code = job.data["module"]
    modules.drop(job.tenant_id, code, actor=shared.actor_of(job), confirmation=code)
    job.data["path"] = _name(job)


def _undo(job: Job) -> None:
    shared.archives().delete(_name(job))

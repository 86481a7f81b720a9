"""What the children of kill tests do."""

from __future__ import annotations

from uuid import UUID

from kernel.audit.actor import Actor

ACTOR = Actor.system("kill test")


def open_tenant(*, name: str) -> str:
    """Open a tenant from a schema made on the spot or taken from the pool."""
    from testkit.tenants import open_test_tenant

    return str(open_test_tenant(name).id)


def refill_pool(*, size: int) -> int:
    """Fill the warm pool."""
    from tenants.services.pool import refill

    return refill(size)


def work_job(*, job: str) -> str:
    """Claim a job and do what is left of it; return the state it is in then."""
    from tenants.services import jobs

    claimed = jobs.claim(UUID(job))
    return jobs.work(claimed).state if claimed is not None else "held"


def rename_tenant(*, tenant: str, name: str) -> None:
    """Give a tenant another name."""
    from tenants.services.lifecycle import rename

    rename(UUID(tenant), name, actor=ACTOR)


def enable_module(*, tenant: str, module: str) -> None:
    """Switch a module on."""
    from tenants.services.modules import enable

    enable(UUID(tenant), module, actor=ACTOR)


def command(*, arguments: list[str]) -> dict[str, object]:
    """Run the program; return its exit status and what it printed."""
    from typer.testing import CliRunner

    from config.cli import app
    from kernel.common.errors import DomainError

    result = CliRunner().invoke(app, arguments)
    refusal = result.exception if isinstance(result.exception, DomainError) else None
    if result.exception is not None and refusal is None and result.exit_code == 1:
        raise result.exception
    return {
        "status": result.exit_code,
        "output": result.stdout,
        "refusal": refusal.code if refusal else "",
    }

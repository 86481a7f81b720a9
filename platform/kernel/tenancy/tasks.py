"""Background work that carries its tenant.

The tenant travels in the message's headers, taken from the scope that is
current when the task is sent. A message without it fails; it never falls back
to the installation's own tables. All state of a run is in local variables and
context variables: a task object is shared by every thread of its process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, ClassVar, Final, Literal, TypeAlias
from uuid import UUID

import structlog
from celery import Task, shared_task
from django.db import connections, transaction
from typing_extensions import override

from kernel.common.flow import in_module
from kernel.common.task_observability import observed_task
from kernel.tenancy import carried
from kernel.tenancy.context import (
    TenantRef,
    bind_context,
    current_scope,
    public_context,
    tenant_context,
)
from kernel.tenancy.errors import NoTenant
from kernel.tenancy.module_mode import module_mode
from kernel.tenancy.ports import directory

TENANT_HEADER: Final = "stoa_tenant"
CARRIED_HEADER: Final = "stoa_carried"
_PUBLIC_VALUE: Final = "public"

TaskScope: TypeAlias = Literal["tenant", "public"]

_OPEN_STATES: Final = frozenset({"trial", "active"})
_CLOSED_LEVEL: Final = 3

log = structlog.get_logger(__name__)


class TenantTask(Task[Any, Any]):
    """Base of every task.

    Attributes:
        home_queue: where it is sent unless the caller says otherwise.
        scope: "tenant" needs a tenant; "public" works on the installation.
        owner_module: the module that the task falls silent with; None for the kernel.
        writes: skipped as well while the module is read-only.
        runs_when_suspended: money in flight, refunds, webhooks: runs although
            the tenant is suspended.
    """

    abstract = True
    home_queue: ClassVar[str] = "default"
    scope: ClassVar[TaskScope] = "tenant"
    owner_module: ClassVar[str | None] = None
    writes: ClassVar[bool] = True
    runs_when_suspended: ClassVar[bool] = False

    @override
    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Send the task with its tenant.

        Raises:
            NoTenant: no tenant was chosen, or a public one was for a tenant's task.
        """
        options["headers"] = self._with_scope(options.get("headers"))
        options.setdefault("queue", self.home_queue)
        return super().apply_async(*args, **options)

    @override
    def apply(self, *args: Any, **options: Any) -> Any:
        """Run in this process as a worker would, with the same headers."""
        options["headers"] = self._with_scope(options.get("headers"))
        return super().apply(*args, **options)

    @override
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        request = self.request
        if request.called_directly:
            self._scope_value()
            with public_context() if self.scope == "public" else nullcontext():
                return super().__call__(*args, **kwargs)
        headers = request.headers or {}
        values = headers.get(CARRIED_HEADER) or {}
        try:
            with (
                in_module(self.owner_module or ""),
                self._entered(headers) as may_run,
                observed_task(self.name, request.id or ""),
                carried.restored(values),
            ):
                return super().__call__(*args, **kwargs) if may_run else None
        finally:
            if not request.is_eager:
                _leave_connections_clean()

    def _scope_value(self) -> str:
        if self.scope == "public":
            return _PUBLIC_VALUE
        scope = current_scope()
        if not isinstance(scope, TenantRef):
            raise NoTenant(f"{self.name} belongs to a tenant and was sent outside of one")
        return str(scope.id)

    def _with_scope(self, headers: Mapping[str, object] | None) -> dict[str, object]:
        return {
            **(headers or {}),
            TENANT_HEADER: self._scope_value(),
            CARRIED_HEADER: carried.snapshot(),
        }

    @contextmanager
    def _entered(self, headers: Mapping[str, object]) -> Iterator[bool]:
        """Open the message's scope; yields whether the task may run there."""
        value = headers.get(TENANT_HEADER)
        if not isinstance(value, str):
            raise NoTenant(f"{self.name} came without a tenant")
        if (value == _PUBLIC_VALUE) != (self.scope == "public"):
            raise NoTenant(f"{self.name} came with the wrong scope")
        if value == _PUBLIC_VALUE:
            with public_context():
                yield True
            return
        with public_context():
            tenant = directory().by_id(UUID(value))
        with tenant_context(tenant):
            reason = reason_to_skip(
                tenant,
                module=self.owner_module,
                writes=self.writes,
                runs_when_suspended=self.runs_when_suspended,
            )
            if reason:
                log.info("task.skipped", task=self.name, tenant=tenant.public_id, reason=reason)
            yield not reason


def reason_to_skip(
    tenant: TenantRef, *, module: str | None, writes: bool, runs_when_suspended: bool
) -> str:
    """Return why work may not run in a tenant now, as a stable code; empty when it may."""
    suspended = tenant.state == "suspended" or (
        tenant.state in _OPEN_STATES and tenant.level >= _CLOSED_LEVEL
    )
    if suspended and not runs_when_suspended:
        return "tenant_suspended"
    if not suspended and tenant.state not in _OPEN_STATES:
        return f"tenant_{tenant.state}"
    mode = module_mode(tenant, module)
    if mode == "off":
        return "module_off"
    if mode == "read_only" and writes:
        return "module_read_only"
    return ""


def tenant_task(
    *,
    name: str | None = None,
    queue: str = "default",
    module: str | None = None,
    scope: TaskScope = "tenant",
    writes: bool = True,
    runs_when_suspended: bool = False,
    soft_time_limit: int = 240,
    time_limit: int = 300,
    **options: object,
) -> Callable[[Callable[..., object]], TenantTask]:
    """Declare a task.

    Args:
        name: stable public name; by default the function's dotted path.
        queue: one of the queues in `config.celery`.
        module: code of the owning module; found from the package ``apps.<code>``
            when absent. A module of another distribution has to say it.
        scope: "public" for work on the installation's own tables.
        writes: False for a task that may run while the module is read-only.
        runs_when_suspended: True for money in flight, refunds and webhooks.
        soft_time_limit: seconds until the task is asked to stop.
        time_limit: seconds until its process is killed.
        options: passed on to Celery.
    """

    def declare(function: Callable[..., object]) -> TenantTask:
        declared: Any = shared_task  # its stubs know no options of a base class
        task: TenantTask = declared(
            base=TenantTask,
            name=name or f"{function.__module__}.{function.__name__}",
            home_queue=queue,
            owner_module=module or _module_of(function),
            scope=scope,
            writes=writes,
            runs_when_suspended=runs_when_suspended,
            acks_late=True,
            reject_on_worker_lost=True,
            soft_time_limit=soft_time_limit,
            time_limit=time_limit,
            ignore_result=True,
            **options,
        )(function)
        return task

    return declare


def enqueue(task: TenantTask, /, *, on_queue: str | None = None, **kwargs: object) -> None:
    """Send a task once the current transaction commits; nothing is sent if it does not.

    The tenant and everything carried are those of the call, not of the commit.
    A broker that is down then is logged and the task is lost: work that must
    not be lost is published as an event instead.

    Args:
        task: the task.
        on_queue: another queue than the task's own.
        kwargs: what the task is called with.

    Raises:
        NoTenant: as `TenantTask.apply_async`, and already here.
    """
    task._scope_value()  # noqa: SLF001  refuse where the mistake is, not after the commit
    values = carried.snapshot()

    def send() -> None:
        with carried.restored(values):
            task.apply_async(kwargs=kwargs, queue=on_queue or task.home_queue)

    transaction.on_commit(bind_context(send), robust=True)


def _module_of(function: Callable[..., object]) -> str | None:
    root, _dot, rest = function.__module__.partition(".")
    return rest.partition(".")[0] if root == "apps" and rest else None


def _leave_connections_clean() -> None:
    # A task killed by its soft time limit, or one that opened a transaction by
    # hand, may leave the connection inside it; the next tenant must not find that.
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block or connection.needs_rollback:
            connection.close()
        else:
            connection.close_if_unusable_or_obsolete()

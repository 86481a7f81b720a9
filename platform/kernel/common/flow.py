"""What is going on: request, task and module, for logs, metrics and error reports.

These are context variables: each request and each task sees its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from kernel.tenancy.context import PUBLIC, TenantRef, chosen_scope

NO_TENANT: Final = ""

_request_id: ContextVar[str] = ContextVar("stoa_request_id", default="")
_task_id: ContextVar[str] = ContextVar("stoa_task_id", default="")
_module: ContextVar[str] = ContextVar("stoa_module", default="")


@dataclass(frozen=True, slots=True)
class Flow:
    """Who works for whom right now; empty strings where nothing is known."""

    tenant: str
    module: str
    process: str
    request_id: str
    task_id: str


def current_flow() -> Flow:
    """Return what is known now."""
    return Flow(
        tenant=current_tenant_label(),
        module=_module.get(),
        process=str(getattr(settings, "STOA_PROCESS", "")),
        request_id=_request_id.get(),
        task_id=_task_id.get(),
    )


def current_tenant_label() -> str:
    """Return the tenant's public id, ``public``, or an empty string without a choice."""
    scope = chosen_scope()
    if isinstance(scope, TenantRef):
        return scope.public_id
    return "public" if scope is PUBLIC else NO_TENANT


def current_request_id() -> str:
    """Return the id of the request in hand, or an empty string."""
    return _request_id.get()


@contextmanager
def in_request(request_id: str) -> Iterator[None]:
    """Work on this request inside the block."""
    with _set(_request_id, request_id):
        yield


@contextmanager
def in_task(task_id: str) -> Iterator[None]:
    """Work on this task inside the block."""
    with _set(_task_id, task_id):
        yield


@contextmanager
def in_module(code: str) -> Iterator[None]:
    """Run this module's code inside the block."""
    with _set(_module, code):
        yield


@contextmanager
def _set(variable: ContextVar[str], value: str) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)

"""Stops a function in every shop at once, and lets it go on.

Decisions on rights are kept by the version of the tenant. A stop raises the version of
every tenant that has the function on, so that each of them decides anew; nothing is asked
on the way to a page while no function is stopped.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from channel_center.operations.errors import UnknownStop
from channel_center.operations.models import ModuleStop
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.modules.registry import manifest_of
from kernel.tenancy.context import public_context
from tenants.choices import InstallState
from tenants.invalidation import announce_later
from tenants.models import ModuleInstall, Tenant
from tenants.versions import next_version


def is_stopped(code: str) -> bool:
    """Tell whether a function is stopped everywhere; one query."""
    return ModuleStop.objects.filter(pk=code).exists()


@public_context()
@transaction.atomic
def stop_module(code: str, *, reason: str, actor: Actor) -> int:
    """Stop a function in every shop; return in how many it was on. Data stay.

    Raises:
        UnknownStop: there is no such function, or no reason.
    """
    if manifest_of(code) is None:
        raise UnknownStop
    if not reason.strip():
        raise UnknownStop(_("Say why."), field="reason")
    stop, made = ModuleStop.objects.get_or_create(
        pk=code, defaults={"reason": reason.strip()[:300], "stopped_by": actor.name[:200]}
    )
    number = _decide_anew(code)
    if made:
        record(
            action="operations.module_stopped",
            actor=actor,
            obj=("module", code),
            after={"name": code, "shops": number},
            reason=stop.reason,
        )
    return number


@public_context()
@transaction.atomic
def resume_module(code: str, *, actor: Actor) -> int:
    """Let a function go on where it was on before; return in how many shops.

    Raises:
        UnknownStop: it is not stopped.
    """
    if not ModuleStop.objects.filter(pk=code).delete()[0]:
        raise UnknownStop
    number = _decide_anew(code)
    record(
        action="operations.module_resumed",
        actor=actor,
        obj=("module", code),
        after={"name": code, "shops": number},
    )
    return number


def _decide_anew(code: str) -> int:
    on = ModuleInstall.objects.filter(module=code, state=InstallState.ENABLED)
    tenants = sorted(on.values_list("tenant_id", flat=True))
    Tenant.objects.filter(pk__in=tenants).update(version=next_version())
    for tenant_id in tenants:
        announce_later(tenant_id)
    return len(tenants)

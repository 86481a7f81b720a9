"""Switches what the market shows on and off."""

from __future__ import annotations

from channel_center.market.errors import UnknownItem
from channel_center.market.values import Item
from kernel.audit.actor import Actor
from kernel.modules.errors import ConflictingModule, MissingRequirement, ModuleNotEntitled
from kernel.tenancy.context import current_tenant
from tenants.choices import JobKind
from tenants.console.selectors import Function
from tenants.models import Job
from tenants.services import jobs, modules


def switch_on(item: Item, *, actor: Actor) -> Job:
    """Have the provisioner switch a function on, which alone may make tables.

    Raises:
        UnknownItem: it is no function.
        ModuleNotEntitled, MissingRequirement, ConflictingModule: something is in the way.
        JobOpen: something else is being done to the shop.
    """
    function = _function_of(item)
    status = function.status
    code = status.manifest.code
    if not status.decision.allowed:
        raise ModuleNotEntitled(module=code)
    if status.missing:
        raise MissingRequirement(module=code, missing=[each.code for each in status.missing])
    if status.excluded_by:
        raise ConflictingModule(module=code)
    return jobs.start(
        current_tenant().id, JobKind.MODULE_ENABLE, actor=actor, data={"module": code}
    )


def switch_off(item: Item, *, actor: Actor) -> None:
    """Switch a function off; its data stays.

    Raises:
        UnknownItem: it is no function.
        NeededByAnother: a function that is on needs it.
    """
    code = _function_of(item).status.manifest.code
    modules.disable(current_tenant().id, code, actor=actor)


def _function_of(item: Item) -> Function:
    if item.function is None:
        raise UnknownItem
    return item.function

"""Which modules are on, as templates of shops carry it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.modules.registry import manifests
from kernel.snapshots.contract import Content, Files, Piece
from kernel.tenancy.context import current_tenant, public_context
from tenants.choices import InstallState
from tenants.models import ModuleInstall
from tenants.services import modules


class ModulesPart:
    """One piece a module that is on; what others require comes first."""

    code: ClassVar[str] = "tenants.modules"
    label: ClassVar[str | Promise] = _("Functions")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return the modules that are on."""
        tenant = current_tenant()
        with public_context():
            on = set(
                ModuleInstall.objects.filter(
                    tenant_id=tenant.id, state=InstallState.ENABLED
                ).values_list("module", flat=True)
            )
        known = manifests()
        codes = [code for code in known if code in on and (keys is None or code in keys)]
        codes.sort(key=lambda code: (len(_needs(code)), code))
        return [Piece(code, str(known[code].name), {"on": True}) for code in codes]

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Switch the module on.

        Raises:
            DomainError: the shop has no right to it, or it does not go with another.
        """
        modules.enable(current_tenant().id, key, actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Switch the module off; its data stays.

        Raises:
            NeededByAnother: a module that is on needs it.
        """
        modules.disable(current_tenant().id, key, actor=actor)


def _needs(code: str) -> set[str]:
    """Return all that a module requires, and what that requires."""
    known, found = manifests(), set[str]()
    waiting = list(known[code].requires)
    while waiting:
        other = waiting.pop()
        if other not in found and other in known:
            found.add(other)
            waiting += known[other].requires
    return found

"""Roles of a shop's staff, as templates carry them; who holds them stays behind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Reach, Role, RoleAssignment
from kernel.access.permissions import known_permissions
from kernel.access.services import OWNER
from kernel.access.staffing import LONGEST_NAME, InvalidRole, RoleInUse
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.modules.registry import manifests
from kernel.snapshots.contract import Content, Files, Piece

_ALL: Final = "*"
_LONGEST_CODE: Final = 40


class RolesPart:
    """One piece a role: its name, what it may, and for whom. The owner's stays each shop's own."""

    code: ClassVar[str] = "access.roles"
    label: ClassVar[str | Promise] = _("Roles of the staff")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return the roles that may some things, not all."""
        rows = Role.objects.exclude(code=OWNER).order_by("code")
        return [
            Piece(row.code, row.name, _described(row))
            for row in (rows if keys is None else rows.filter(code__in=keys))
            if _ALL not in row.permissions
        ]

    @transaction.atomic
    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Make the role, or make it so; people who hold it never come to more by it.

        Raises:
            InvalidRole: it is none.
            RoleInUse: it is the owner's, or somebody holds it who would come to more.
        """
        name, reach = str(content["name"]), str(content["reach"])
        # What this release, or this installation, does not know is left out.
        wanted = sorted(set(content["permissions"]) & _known())
        fits = 0 < len(name) <= LONGEST_NAME and len(key) <= _LONGEST_CODE
        if not fits or reach not in Reach.values:
            raise InvalidRole
        if key == OWNER:
            raise RoleInUse
        row = Role.objects.select_for_update().filter(code=key).first()
        before = _described(row) if row is not None else None
        if row is not None and RoleAssignment.objects.filter(role=row).exists():
            is_wider = row.reach not in {reach, Reach.ALL}
            if is_wider or set(wanted) - set(row.permissions):
                raise RoleInUse
        row = row or Role(code=key)
        row.name, row.permissions, row.reach = name, wanted, reach
        if (after := _described(row)) == before:
            return
        row.save()
        action = "access.role_made" if before is None else "access.role_changed"
        record(action=action, actor=actor, obj=row, before=before, after=after)

    @transaction.atomic
    def drop(self, key: str, *, actor: Actor) -> None:
        """Delete the role.

        Raises:
            RoleInUse: somebody holds it.
        """
        row = Role.objects.select_for_update().filter(code=key).exclude(code=OWNER).first()
        if row is None:
            return
        if RoleAssignment.objects.filter(role=row).exists():
            raise RoleInUse
        record(action="access.role_deleted", actor=actor, obj=row, before=_described(row))
        row.delete()


def _described(row: Role) -> dict[str, object]:
    return {"name": row.name, "permissions": sorted(row.permissions), "reach": str(row.reach)}


def _known() -> set[str]:
    of_modules = {each.code for found in manifests().values() for each in found.permissions}
    return {each.code for each in known_permissions()} | of_modules

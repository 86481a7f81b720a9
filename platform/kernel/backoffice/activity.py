"""Says in words what stands in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.audit.models import AuditEntry
from kernel.backoffice.sentences import SENTENCES
from kernel.modules.registry import manifest_of
from kernel.tenancy.context import current_tenant_or_none

_OTHER: Final = _("Something was changed")
_SHOWN: Final = ("domain", "name", "title")


@dataclass(frozen=True, slots=True)
class Act:
    """One entry, for people.

    Attributes:
        number: of the entry in its log.
        standing_in: whom the person stood in for, during support.
        is_outside: somebody of the partner or the operator, who is not named to a tenant.
    """

    number: int
    at: datetime
    what: str | Promise
    detail: str
    who: str | Promise
    reason: str
    standing_in: str
    is_outside: bool


def described(entry: AuditEntry) -> Act:
    """Return an entry in words; ids and codes are left out.

    A tenant's people are not told who works for the partner or the operator.
    """
    values = {**(entry.before or {}), **(entry.after or {})}
    detail = next((str(values[key]) for key in _SHOWN if values.get(key)), "")
    if entry.object_type == "order":
        detail = entry.object_id
    who: str | Promise = _("the system")
    is_outside = entry.actor_type == "operator" and current_tenant_or_none() is not None
    if is_outside:
        who = _("your provider")
    elif entry.actor_type in {"staff", "operator", "member", "program"}:
        who = entry.actor_name
    return Act(
        number=entry.sequence,
        at=entry.occurred_at,
        what=SENTENCES.get(entry.action, _OTHER),
        detail=detail or _module_name(values),
        who=who,
        reason=entry.reason,
        standing_in=_name_in(entry.acting_as),
        is_outside=is_outside,
    )


def _name_in(actor: str) -> str:
    """Return the name in an actor's text, ``staff:01… (Name)``."""
    _kind, _bracket, rest = actor.partition(" (")
    return rest.removesuffix(")") or actor


def _module_name(values: dict[str, object]) -> str:
    manifest = manifest_of(str(values.get("module") or values.get("feature") or ""))
    return manifest.name.in_language(get_language()) if manifest is not None else ""

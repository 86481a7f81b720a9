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
    """One entry, for people."""

    at: datetime
    what: str | Promise
    detail: str
    who: str | Promise
    reason: str


def described(entry: AuditEntry) -> Act:
    """Return an entry in words; ids and codes are left out.

    A tenant's people are not told who works for the partner or the operator.
    """
    values = {**(entry.before or {}), **(entry.after or {})}
    detail = next((str(values[key]) for key in _SHOWN if values.get(key)), "")
    if entry.object_type == "order":
        detail = entry.object_id
    who: str | Promise = _("the system")
    if entry.actor_type == "operator" and current_tenant_or_none() is not None:
        who = _("your provider")
    elif entry.actor_type in {"staff", "operator", "member", "program"}:
        who = entry.actor_name
    return Act(
        at=entry.occurred_at,
        what=SENTENCES.get(entry.action, _OTHER),
        detail=detail or _module_name(values),
        who=who,
        reason=entry.reason,
    )


def _module_name(values: dict[str, object]) -> str:
    manifest = manifest_of(str(values.get("module") or values.get("feature") or ""))
    return manifest.name.in_language(get_language()) if manifest is not None else ""

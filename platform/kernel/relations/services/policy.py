"""How a tenant binds members to sponsors."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.relations.choices import BindMode
from kernel.relations.errors import InvalidPolicy
from kernel.relations.models import RelationPolicy

_LONGEST_LINK: int = 365
_LONGEST_PROTECTION: int = 36_500


def current_policy() -> RelationPolicy:
    """Return the rules of the current tenant; what nobody chose is the default."""
    return RelationPolicy.objects.first() or RelationPolicy()


@transaction.atomic
def set_policy(
    *,
    mode: BindMode,
    protected_days: int | None,
    link_days: int,
    actor: Actor,
    now: datetime,
) -> RelationPolicy:
    """Choose the rules. Relations that exist stay as they are.

    Raises:
        InvalidPolicy: days out of bounds.
    """
    if not 1 <= link_days <= _LONGEST_LINK:
        raise InvalidPolicy(_("A link is remembered for 1 to 365 days."), field="link_days")
    if protected_days is not None and not 0 <= protected_days <= _LONGEST_PROTECTION:
        raise InvalidPolicy(_("This number of days makes no sense."), field="protected_days")
    before = _plain(current_policy())
    policy, _created = RelationPolicy.objects.update_or_create(
        pk=1,
        defaults={
            "mode": mode,
            "protected_days": protected_days,
            "link_days": link_days,
            "updated_at": now,
        },
    )
    record(
        action="relations.policy_changed",
        actor=actor,
        obj=policy,
        before=before,
        after=_plain(policy),
        now=now,
    )
    return policy


def _plain(policy: RelationPolicy) -> dict[str, object]:
    return {
        "mode": str(policy.mode),
        "protected_days": policy.protected_days,
        "link_days": policy.link_days,
    }

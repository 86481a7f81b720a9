"""Buyers who pay no tax: they ask with a number, staff decide."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.members.models import Member
from kernel.taxes.book import renew
from kernel.taxes.choices import ExemptionState
from kernel.taxes.errors import ExemptionDecided, InvalidTax, UnknownExemption
from kernel.taxes.events import ExemptionDecided as Decided
from kernel.taxes.models import Exemption
from kernel.taxes.services.checks import checked_country

_NUMBER: Final = re.compile(r"[0-9A-Z][0-9A-Z ./-]{3,38}[0-9A-Z]", re.ASCII)
_LONGEST_NAME: Final = 120
_OPEN: Final = (ExemptionState.REQUESTED, ExemptionState.GRANTED)
_ALLOWED: Final = {
    ExemptionState.GRANTED: {ExemptionState.REQUESTED},
    ExemptionState.REFUSED: {ExemptionState.REQUESTED},
    ExemptionState.ENDED: {ExemptionState.GRANTED},
}


@transaction.atomic
def ask(member_id: UUID, *, name: str, number: str, country: str, now: datetime) -> Exemption:
    """Ask to be let off taxes; another request replaces one that nobody has decided.

    Raises:
        InvalidTax: the name, the number or the country is none.
        ExemptionDecided: the member pays no tax already.
    """
    columns = _checked(name, number, country)
    Member.objects.select_for_update(no_key=True).get(pk=member_id)
    row = Exemption.objects.filter(member_id=member_id, state__in=_OPEN).first()
    if row is not None and row.state == ExemptionState.GRANTED:
        raise ExemptionDecided
    row = row or Exemption(member_id=member_id, state=ExemptionState.REQUESTED, created_at=now)
    for field, value in columns.items():
        setattr(row, field, value)
    row.save()
    return row


@transaction.atomic
def decide(
    exemption_id: UUID,
    state: ExemptionState,
    *,
    valid_until: date | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Exemption:
    """Grant or refuse what was asked for, or end what was granted.

    Raises:
        UnknownExemption: there is none.
        ExemptionDecided: it is not in a state for that.
    """
    row = Exemption.objects.select_for_update().filter(pk=exemption_id).first()
    if row is None:
        raise UnknownExemption
    if row.state not in _ALLOWED.get(state, set()):
        raise ExemptionDecided
    before = {"state": row.state}
    row.state, row.valid_until = state.value, valid_until
    row.reason, row.decided_at = reason.replace("\x00", "").strip()[:300], now
    row.save(update_fields=["state", "valid_until", "reason", "decided_at"])
    after = {"state": row.state, "valid_until": valid_until and valid_until.isoformat()}
    record(
        action="taxes.exemption_decided",
        actor=actor,
        obj=row,
        before=before,
        after=after,
        reason=row.reason,
        now=now,
    )
    fact = Decided(exemption_id=row.pk, member_id=row.member_id, state=row.state)
    publish(fact, aggregate=f"member:{row.member_id.hex}")
    renew()
    return row


@transaction.atomic
def give(
    member_id: UUID,
    *,
    name: str,
    number: str,
    country: str,
    valid_until: date | None = None,
    actor: Actor,
    now: datetime,
) -> Exemption:
    """Let a member off taxes without being asked: staff have seen the papers.

    Raises:
        InvalidTax: the name, the number or the country is none.
        ExemptionDecided: the member pays no tax already.
    """
    row = ask(member_id, name=name, number=number, country=country, now=now)
    return decide(row.pk, ExemptionState.GRANTED, valid_until=valid_until, actor=actor, now=now)


def _checked(name: str, number: str, country: str) -> dict[str, str]:
    told = " ".join(name.replace("\x00", "").split())
    if not 0 < len(told) <= _LONGEST_NAME:
        raise InvalidTax(_("Please fill this in."), field="name")
    kept = " ".join(number.upper().split())
    if not _NUMBER.fullmatch(kept):
        raise InvalidTax(_("This is no tax number."), field="number")
    return {"name": told, "number": kept, "country": checked_country(country)}

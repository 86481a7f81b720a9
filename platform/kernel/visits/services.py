"""Lets the provider's people in when the shop agrees: with its roles, for a time, by name."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.access.letters import language_of, send_letter
from kernel.access.models import Staff, present_staff
from kernel.access.support import HOURS, end_support, give_support, new_link
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import current_tenant
from kernel.visits.choices import VisitState
from kernel.visits.errors import InvalidVisit, NotLetIn, VisitDecided, VisitOpen
from kernel.visits.models import Visit

_log = structlog.get_logger(__name__)
LONGEST_REASON: Final = 200
WAITS: Final = timedelta(days=7)
"""A wish that nobody decided on is over."""
_SHOWN: Final = 20


def waiting(*, now: datetime) -> QuerySet[Visit]:
    """Return the wishes that wait for the shop, the oldest first."""
    return Visit.objects.filter(state=VisitState.ASKED, asked_at__gt=now - WAITS).order_by("id")


def visits_of(helper_id: str) -> list[Visit]:
    """Return a helper's latest wishes."""
    rows = Visit.objects.filter(helper_id=helper_id).select_related("access__staff")
    return list(rows.order_by("-id")[:_SHOWN])


@transaction.atomic
def ask_visit(*, helper: Actor, reason: str, hours: int, now: datetime) -> Visit:
    """Ask the current tenant to be let in; its owners get a letter.

    Raises:
        InvalidVisit: no reason, or no time that is offered.
        VisitOpen: the helper has asked already.
    """
    why = reason.replace("\x00", "").strip()
    if not 0 < len(why) <= LONGEST_REASON or hours not in HOURS:
        raise InvalidVisit
    own = Visit.objects.filter(helper_id=helper.id, state=VisitState.ASKED)
    own.filter(asked_at__lte=now - WAITS).update(state=VisitState.ENDED)
    try:
        with transaction.atomic():
            row = Visit.objects.create(
                helper_id=helper.id,
                helper_name=helper.name[:80],
                company=current_tenant().console_brand.name,
                reason=why,
                hours=hours,
                asked_at=now,
            )
    except IntegrityError as error:
        raise VisitOpen from error
    record(
        action="visits.asked",
        actor=helper,
        obj=row,
        after={"name": str(row), "hours": hours},
        reason=why,
        now=now,
    )
    transaction.on_commit(lambda: _tell_owners(row, now))
    return row


def _tell_owners(row: Visit, now: datetime) -> None:
    people = [each for each in present_staff(now).filter(expires_at=None) if each.may("*")]
    for person in people:
        with language_of(person):
            subject = _("%(name)s asks to be let into your console") % {"name": str(row)}
            body = _(
                "%(name)s would like to help: %(reason)s\n\n"
                "Decide under Staff, Security of the staff. Without your consent nobody comes in."
            ) % {"name": str(row), "reason": row.reason}
        try:
            send_letter(person, subject=subject, body=body)
        except (smtplib.SMTPException, OSError) as error:
            # The page of the staff's security says it too.
            _log.warning("visit_letter_not_sent", error=str(error))


@transaction.atomic
def grant_visit(
    visit_id: UUID,
    *,
    hours: int,
    role_ids: Sequence[UUID],
    by: Staff,
    actor: Actor,
    now: datetime,
) -> Visit:
    """Let a helper in with certain roles, from now for some hours.

    Raises:
        VisitDecided: it was decided already, or nobody waits any more.
        InvalidSupport, BeyondOwnRights, UnknownStaff: as `give_support`.
    """
    row = _waiting(visit_id, now)
    access, _token = give_support(
        reason=row.reason,
        hours=hours,
        role_ids=role_ids,
        by=by,
        actor=actor,
        now=now,
        name=f"{row.helper_name} ({row.company})"[:80],
    )
    row.access = access
    return _decided(row, VisitState.GRANTED, by=by, actor=actor, now=now)


@transaction.atomic
def refuse_visit(visit_id: UUID, *, by: Staff, actor: Actor, now: datetime) -> Visit:
    """Let a helper not in.

    Raises:
        VisitDecided: it was decided already, or nobody waits any more.
    """
    return _decided(_waiting(visit_id, now), VisitState.REFUSED, by=by, actor=actor, now=now)


def _waiting(visit_id: UUID, now: datetime) -> Visit:
    row = waiting(now=now).select_for_update().filter(pk=visit_id).first()
    if row is None:
        raise VisitDecided
    return row


def _decided(row: Visit, state: VisitState, *, by: Staff, actor: Actor, now: datetime) -> Visit:
    row.state, row.decided_at, row.decided_by = state, now, by.name
    row.save(update_fields=["state", "decided_at", "decided_by", "access"])
    record(
        action=f"visits.{state}",
        actor=actor,
        obj=row,
        after={"name": str(row)},
        reason=row.reason,
        now=now,
    )
    return row


@transaction.atomic
def enter(visit_id: UUID, *, helper: Actor, now: datetime) -> str:
    """Return what a link ends with by which the helper comes in now; it works once.

    Raises:
        NotLetIn: the shop has not let in this person, or no more.
    """
    row = _own(visit_id, helper)
    access = row.access
    if access is None or not row.is_open(now):
        raise NotLetIn
    return new_link(access)


@transaction.atomic
def leave(visit_id: UUID, *, helper: Actor, now: datetime) -> None:
    """End a visit, or take back the wish for one, from the helper's side.

    Raises:
        NotLetIn: there is no such visit of this person.
    """
    row = _own(visit_id, helper)
    if row.is_open(now) and row.access is not None:
        end_support(row.access.public_id, actor=helper, now=now)
    elif row.state != VisitState.ASKED:
        raise NotLetIn
    row.state = VisitState.ENDED
    row.save(update_fields=["state"])
    record(action="visits.ended", actor=helper, obj=row, after={"name": str(row)}, now=now)


@transaction.atomic
def end_visits_of(helper_ids: Sequence[str], *, actor: Actor, now: datetime) -> int:
    """End what certain helpers were granted or wish for; return how many visits."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related("access__staff")
    ended = 0
    for row in rows.filter(helper_id__in=list(helper_ids)).order_by("pk"):
        is_open = row.is_open(now)
        if is_open and row.access is not None:
            end_support(row.access.public_id, actor=actor, now=now)
        if is_open or row.state == VisitState.ASKED:
            row.state = VisitState.ENDED
            row.save(update_fields=["state"])
            record(action="visits.ended", actor=actor, obj=row, after={"name": str(row)}, now=now)
            ended += 1
    return ended


def _own(visit_id: UUID, helper: Actor) -> Visit:
    rows = Visit.objects.select_for_update(of=("self",)).select_related("access__staff")
    row = rows.filter(pk=visit_id, helper_id=helper.id).first()
    if row is None:
        raise NotLetIn
    return row

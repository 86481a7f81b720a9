"""Lists that are made by the clock, within the limits of whoever wished them."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Min, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from kernel.access.letters import language_of, send_letter, shop_name
from kernel.access.models import Staff
from kernel.access.scopes import limited_to
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.common.time import local_date, utc_now
from kernel.dataio.choices import ExportEvery, ExportFormat, ExportWay, SendState
from kernel.dataio.delivering import send_due
from kernel.dataio.errors import InvalidExport, UnknownExport
from kernel.dataio.exporting import ExportKind, export_chunks, export_kind
from kernel.dataio.models import ExportFile, ExportPlan, ExportTarget
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask

MAKE_EXPORTS: Final = "dataio.make_exports"
"""The schedule that makes what is due."""
KEPT: Final = timedelta(days=30)
MOST_PLANS: Final = 20
MOST_EMAILS: Final = 5
MANAGE: Final = "exports.manage"
_HOURS: Final = 24
_LONGEST_QUERY: Final = 2000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """How each file reaches people; see `ExportPlan`."""

    way: str = ExportWay.PAGE
    emails: tuple[str, ...] = ()
    target_id: UUID | None = None


@transaction.atomic
def plan_export(
    kind: ExportKind,
    query: str,
    *,
    columns: Sequence[str],
    file_format: str,
    every: str,
    hour: int,
    person: Staff,
    actor: Actor,
    now: datetime,
    route: Route | None = None,
) -> ExportPlan:
    """Have a list made again and again; whoever wishes it is told of each file.

    Raises:
        InvalidExport: unknown column, format or time, too many plans, or a way that the
            person may not choose.
    """
    way = checked_route(route or Route(), person)
    is_known = file_format in ExportFormat.values and every in ExportEvery.values
    if not is_known or not 0 <= hour < _HOURS or set(columns) - set(kind.all_columns()):
        raise InvalidExport(field="columns")
    if len(query) > _LONGEST_QUERY or plans_of(person).order_by().count() >= MOST_PLANS:
        raise InvalidExport(most=MOST_PLANS)
    row = ExportPlan.objects.create(
        staff=person,
        kind=kind.code,
        query=query,
        columns=list(columns),
        format=file_format,
        every=every,
        hour=hour,
        way=way.way,
        emails=list(way.emails),
        target_id=way.target_id,
        next_at=_next_time(every, hour, now),
        created_at=now,
    )
    ask(MAKE_EXPORTS, row.next_at)
    after = {"name": str(kind.label), "kind": kind.code, "every": every, "emails": way.emails}
    record(action="export.planned", actor=actor, after=after, now=now)
    return row


def checked_route(route: Route, person: Staff) -> Route:
    """Return a way as it is kept.

    Raises:
        InvalidExport: an address or a bucket that is none, or that the person may not
            choose: outside the shop nobody asks who reads a file.
    """
    if route.way not in ExportWay.values:
        raise InvalidExport(field="way")
    if route.way == ExportWay.PAGE:
        return Route()
    may_choose = person.may(MANAGE)
    if route.way == ExportWay.BUCKET:
        key = route.target_id
        known = key is not None and ExportTarget.objects.filter(pk=key).exists()
        if not known or not may_choose:
            raise InvalidExport(_("Choose a bucket that is set up."), field="target")
        return Route(route.way, (), route.target_id)
    emails = tuple(dict.fromkeys(each.strip().lower() for each in route.emails if each.strip()))
    if not 1 <= len(emails) <= MOST_EMAILS:
        text = _("From %(lowest)s to %(highest)s is expected.")
        raise InvalidExport(text % {"lowest": 1, "highest": MOST_EMAILS}, field="emails")
    for each in emails:
        try:
            validate_email(each)
        except ValidationError:
            text = _("“%(text)s” is no e-mail address.") % {"text": each[:80]}
            raise InvalidExport(text, field="emails") from None
    if not may_choose and set(emails) != {person.email.lower()}:
        raise InvalidExport(_("You may have it sent to yourself alone."), field="emails")
    return Route(route.way, emails)


@transaction.atomic
def drop_plan(person: Staff, public_id: str, *, actor: Actor, now: datetime) -> None:
    """Have a list made no more; what was made stays for its time.

    Raises:
        UnknownExport: the person has no such plan.
    """
    row = next((each for each in plans_of(person) if each.public_id == public_id), None)
    if row is None:
        raise UnknownExport
    row.delete()
    record(action="export.plan_dropped", actor=actor, after={"kind": row.kind}, now=now)


def plans_of(person: Staff) -> QuerySet[ExportPlan]:
    """Return what a person has made by the clock."""
    return ExportPlan.objects.select_related("target").filter(staff=person).order_by("-id")


def files_of(person: Staff, *, now: datetime) -> QuerySet[ExportFile]:
    """Return the files that were made for a person, the latest first."""
    return ExportFile.objects.filter(staff=person, made_at__gt=now - KEPT).order_by("-id")


def file_of(person: Staff, public_id: str, *, now: datetime) -> ExportFile:
    """Return a file that was made for a person, as long as he may have the list.

    Raises:
        UnknownExport: there is none, or the person may not see the list any more.
    """
    row = next((each for each in files_of(person, now=now) if each.public_id == public_id), None)
    if row is None or not person.may(export_kind(row.kind).permission):
        raise UnknownExport
    return row


def make_due(*, now: datetime) -> None:
    """Make every list that is due, delete files past their time; what the schedule calls."""
    while _make_one(now):
        pass
    for row in ExportFile.objects.filter(made_at__lte=now - KEPT):
        default_storage.delete(row.file)
        row.delete()
    send_due(clock=lambda: max(now, utc_now()))
    with transaction.atomic():
        ask(MAKE_EXPORTS, _next_due())


def _next_due() -> datetime | None:
    plans = ExportPlan.objects.aggregate(at=Min("next_at"))["at"]
    files = ExportFile.objects.filter(state=SendState.WAITING).aggregate(at=Min("next_at"))["at"]
    return min((each for each in (plans, files) if each is not None), default=None)


@transaction.atomic
def _make_one(now: datetime) -> bool:
    """Make one list that is due; the row lock keeps a second worker off it."""
    due = ExportPlan.objects.select_related("staff").filter(next_at__lte=now)
    plan = due.select_for_update(of=("self",), skip_locked=True).order_by("next_at").first()
    if plan is None:
        return False
    plan.next_at = _next_time(plan.every, plan.hour, now)
    kind, person = export_kind(plan.kind), plan.staff
    if not person.may(kind.permission) or not _may_go(plan):
        plan.next_at, plan.fault = None, "not_allowed"
    else:
        made = _made(plan, kind, now=now)
        if made.state == SendState.KEPT:
            _tell(person, made)
    plan.save(update_fields=["next_at", "fault"])
    return True


def _may_go(plan: ExportPlan) -> bool:
    """Tell whether a plan's person may still send files where they go."""
    person = plan.staff
    is_own = plan.way == ExportWay.MAIL and plan.emails == [person.email.lower()]
    return plan.way == ExportWay.PAGE or is_own or person.may(MANAGE)


def _made(plan: ExportPlan, kind: ExportKind, *, now: datetime) -> ExportFile:
    person = plan.staff
    day = local_date(now, current_tenant().zone)
    with limited_to(person), language_of(person), TemporaryFile() as kept:
        chunks = export_chunks(
            kind,
            QueryDict(plan.query),
            columns=plan.columns,
            file_format=plan.format,
            actor=Actor("staff", person.public_id, person.name),
            now=now,
        )
        size = _written(kept, chunks)
        place = default_storage.save(f"exports/{uuid7().hex}", File(kept))
    name = f"{kind.code}-{day}.{plan.format}"
    waits = plan.way != ExportWay.PAGE
    return ExportFile.objects.create(
        staff=person,
        kind=kind.code,
        file=place,
        name=name,
        size=size,
        made_at=now,
        way=plan.way,
        emails=plan.emails,
        target_id=plan.target_id,
        state=SendState.WAITING if waits else SendState.KEPT,
        next_at=now if waits else None,
    )


def _written(file: IO[bytes], chunks: Iterable[bytes]) -> int:
    size = sum(file.write(chunk) for chunk in chunks)
    file.seek(0)
    return size


def _tell(person: Staff, row: ExportFile) -> None:
    host = current_tenant().host("console") or ""
    with language_of(person):
        values = {"name": person.name, "file": row.name, "link": f"https://{host}/exports/"}
        subject = _("%(shop)s: your file is ready") % {"shop": shop_name()}
        body = _(
            "Hello %(name)s,\n\nthe file %(file)s was made as you wished. It can be fetched for "
            "30 days, after signing in:\n\n%(link)s"
        )
        try:
            send_letter(person, subject=subject, body=body % values)
        except (smtplib.SMTPException, OSError):
            # The file is there all the same, and the page lists it.
            log.warning("export.letter_not_sent", file=row.public_id)


def _next_time(every: str, hour: int, now: datetime) -> datetime:
    """Return the next moment at which a plan is due, in the tenant's own time."""
    zone = ZoneInfo(current_tenant().zone)
    at = now.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0)
    while at <= now or not _fits(every, at):
        at = (at + timedelta(days=1)).replace(hour=hour)
    return at


def _fits(every: str, at: datetime) -> bool:
    if every == ExportEvery.WEEK:
        return at.weekday() == 0
    return every != ExportEvery.MONTH or at.day == 1

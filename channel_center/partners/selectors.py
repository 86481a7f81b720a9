"""What the pages and the API of partners show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from channel_center.models import Channel
from channel_center.partners.choices import ApplicationState
from channel_center.partners.models import (
    Application,
    Invitation,
    PartnerDelivery,
    PartnerEndpoint,
    PartnerHold,
    PartnerKey,
    Reach,
    SavedView,
    Terms,
)
from channel_center.partners.services.keys import PartnerProgram
from channel_center.partners.services.tree import terms_of
from channel_center.services.channels import tenants_of
from kernel.access.models import Staff
from tenants.models import Tenant


def visible_tenants(asks: Staff | PartnerProgram) -> QuerySet[Tenant]:
    """Return the shops that somebody may see: the partner's, or some of them; all for operators."""
    found = tenants_of(asks.channel_id)
    if asks.channel_id is None or not isinstance(asks, Staff):
        return found
    reach = Reach.objects.filter(pk=asks.pk).first()
    return found if reach is None else found.filter(pk__in=reach.tenant_ids)


@dataclass(frozen=True, slots=True)
class ListedPartner:
    """A partner below another one.

    Attributes:
        level: of its highest open hold; 0 for none.
    """

    channel: Channel
    tenants: int
    below: int
    level: int


def partners_below(channel_id: UUID | None) -> list[ListedPartner]:
    """Return the partners right below one, or right below the operator; four queries."""
    rows = list(Channel.objects.filter(parent=channel_id).order_by("name"))
    ids = [row.pk for row in rows]
    tenants = _numbers(Tenant.objects.filter(channel_id__in=ids), "channel_id")
    below = _numbers(Channel.objects.filter(parent__in=ids), "parent_id")
    levels: dict[UUID, int] = {}
    open_holds = PartnerHold.objects.filter(channel__in=ids, released_at=None)
    for channel, level in open_holds.values_list("channel_id", "level"):
        levels[channel] = max(level, levels.get(channel, 0))
    return [
        ListedPartner(row, tenants.get(row.pk, 0), below.get(row.pk, 0), levels.get(row.pk, 0))
        for row in rows
    ]


def _numbers(rows: QuerySet[Tenant] | QuerySet[Channel], column: str) -> dict[UUID, int]:
    return dict(rows.values_list(column).annotate(number=Count("pk")).order_by())


def applications(*, parent_id: UUID | None = None) -> QuerySet[Application]:
    """Return applications, those that wait first; all of them for the operator."""
    rows = Application.objects.select_related("parent").order_by("-asked_at")
    return rows if parent_id is None else rows.filter(parent=parent_id)


def waiting_applications() -> list[Application]:
    """Return what waits for the operator, the oldest first; one query."""
    rows = Application.objects.select_related("parent").filter(state=ApplicationState.WAITING)
    return list(rows.order_by("asked_at")[:100])


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """All that the page of one partner shows."""

    channel: Channel
    terms: Terms
    holds: list[PartnerHold]
    below: list[ListedPartner]
    tenants: int
    people: list[Staff]


def partner_page(channel: Channel) -> PartnerPage:
    """Return what the page of a partner shows; eight queries."""
    holds = PartnerHold.objects.filter(channel=channel, released_at=None)
    return PartnerPage(
        channel=channel,
        terms=terms_of(channel.pk),
        holds=list(holds.order_by("-level", "-placed_at")),
        below=partners_below(channel.pk),
        tenants=Tenant.objects.filter(channel_id=channel.pk).count(),
        people=list(Staff.objects.filter(channel_id=channel.pk).order_by("name", "pk")[:50]),
    )


def open_holds(channel_id: UUID) -> list[PartnerHold]:
    """Return what holds a partner back, the furthest first; one query."""
    rows = PartnerHold.objects.filter(channel=channel_id, released_at=None)
    return list(rows.order_by("-level", "-placed_at"))


def keys_of(channel_id: UUID) -> list[PartnerKey]:
    """Return a partner's keys, the newest first; one query."""
    return list(PartnerKey.objects.filter(channel=channel_id).order_by("-created_at")[:100])


def endpoints_of(channel_id: UUID) -> list[PartnerEndpoint]:
    """Return a partner's webhooks, the newest first; one query."""
    return list(PartnerEndpoint.objects.filter(channel=channel_id).order_by("-created_at"))


def deliveries_of(channel_id: UUID) -> QuerySet[PartnerDelivery]:
    """Return what was told to a partner's webhooks, the latest first."""
    rows = PartnerDelivery.objects.select_related("endpoint")
    return rows.filter(endpoint__channel=channel_id).order_by("-sequence")


def views_of(person: Staff, page: str) -> list[SavedView]:
    """Return somebody's own views of a list; one query."""
    return list(SavedView.objects.filter(staff_id=person.pk, page=page).order_by("name"))


def invited(people: Iterable[Staff]) -> set[UUID]:
    """Return who has not come yet; one query."""
    ids = [each.pk for each in people]
    rows = Invitation.objects.filter(Q(used_at=None), pk__in=ids)
    return set(rows.values_list("pk", flat=True))

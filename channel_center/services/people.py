"""Who works for a channel partner, or for the operator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, QuerySet

from channel_center.models import Channel
from kernel.access.models import SecondFactor, Staff


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person as a list shows it.

    Attributes:
        channel: the partner's name; empty for the operator's people.
    """

    person: Staff
    channel: str
    has_factor: bool


def colleagues(channel_id: UUID | None) -> QuerySet[Staff]:
    """Return whom somebody of a channel partner, or of the operator (None), looks after.

    The operator looks after the people of all partners: a partner's only person has
    nobody else to turn to.
    """
    found = Staff.objects.all()
    return found if channel_id is None else found.filter(channel_id=channel_id)


def people_of(channel_id: UUID | None) -> QuerySet[Staff]:
    """Return the same in the order of a list: the operator's own people first, then by name."""
    return colleagues(channel_id).order_by(F("channel_id").asc(nulls_first=True), "name", "pk")


def listed_people(people: Iterable[Staff]) -> list[ListedPerson]:
    """Add partners' names and whether a second factor is set up; two queries."""
    rows = list(people)
    factors = SecondFactor.objects.filter(staff__in=rows, confirmed_at__isnull=False)
    protected = set(factors.values_list("staff_id", flat=True))
    channels = {row.channel_id for row in rows if row.channel_id is not None}
    names = dict(Channel.objects.filter(pk__in=channels).values_list("pk", "name"))
    return [
        ListedPerson(
            person=row,
            channel=names.get(row.channel_id, "") if row.channel_id is not None else "",
            has_factor=row.pk in protected,
        )
        for row in rows
    ]

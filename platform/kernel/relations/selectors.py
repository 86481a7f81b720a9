"""What can be asked about relations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from kernel.members.models import Member
from kernel.relations.models import Closure, Relation, RelationChange


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands.

    Attributes:
        direct: how many he invited himself.
        team: how many are below him altogether.
    """

    sponsor: Member | None
    bound_at: datetime | None
    direct: int
    team: int


def standing_of(member_id: UUID) -> Standing:
    """Return a member's place; two queries."""
    relation = Relation.objects.select_related("sponsor").filter(member_id=member_id).first()
    counted = Closure.objects.filter(ancestor_id=member_id).aggregate(
        direct=Count("id", filter=Q(depth=1)), team=Count("id")
    )
    return Standing(
        sponsor=relation.sponsor if relation else None,
        bound_at=relation.bound_at if relation else None,
        direct=counted["direct"],
        team=counted["team"],
    )


def sponsors_of(member_id: UUID, *, most: int) -> list[UUID]:
    """Return who is above a member, nearest first; ``most`` levels of them."""
    rows = Closure.objects.filter(descendant_id=member_id, depth__lte=most).order_by("depth")
    return list(rows.values_list("ancestor_id", flat=True))


def team_of(member_id: UUID, *, deepest: int | None = None) -> QuerySet[Member]:
    """Return who is below a member, each with ``depth``; down to a level, or all."""
    below = Closure.objects.filter(ancestor_id=member_id)
    if deepest is not None:
        below = below.filter(depth__lte=deepest)
    depth = below.filter(descendant_id=OuterRef("pk")).values("depth")
    return Member.objects.filter(pk__in=below.values("descendant_id")).annotate(
        depth=Subquery(depth)
    )


def direct_team(member_id: UUID) -> QuerySet[Relation]:
    """Return whom a member invited himself, the latest first."""
    return (
        Relation.objects.select_related("member")
        .filter(sponsor_id=member_id)
        .order_by("-bound_at", "-id")
    )


def history_of(member_id: UUID) -> QuerySet[RelationChange]:
    """Return what happened to a member's relation, the latest first."""
    return RelationChange.objects.filter(member_id=member_id).order_by("-occurred_at", "-id")


def deepest_level() -> int:
    """Return how many levels the tree has."""
    found: int | None = Closure.objects.aggregate(deepest=Max(F("depth")))["deepest"]
    return found or 0

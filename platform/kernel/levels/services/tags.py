"""Tags of many members at once, renamed and taken away; all on the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Q

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.levels.models import Segment
from kernel.members.errors import InvalidMember
from kernel.members.models import MemberTag
from kernel.members.normal import shown_text
from kernel.members.services.staff import LONGEST_TAG, tag_members

__all__ = ["TagShown", "remove_tag", "rename_tag", "tag_members", "tags_in_use"]
_SEGMENTS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class TagShown:
    """A tag, how many bear it, and which segments give it."""

    name: str
    members: int
    by_rule: int
    segments: Sequence[Segment]


def tags_in_use() -> list[TagShown]:
    """Return every tag by its name; two queries."""
    rows = MemberTag.objects.order_by().values("name")
    counted = rows.annotate(members=Count("id"), ruled=Count("id", filter=Q(by_rule=True)))
    giving: dict[str, list[Segment]] = {}
    for segment in Segment.objects.exclude(tag="").order_by("name"):
        giving.setdefault(segment.tag, []).append(segment)
    found = {row["name"]: (row["members"], row["ruled"]) for row in counted}
    names = sorted({*found, *giving})
    return [
        TagShown(name, *found.get(name, (0, 0)), giving.get(name, [])[:_SEGMENTS_SHOWN])
        for name in names
    ]


@transaction.atomic
def rename_tag(name: str, wanted: str, *, actor: Actor, now: datetime) -> int:
    """Give a tag another name; where a member has both, one stays. Return how many had it.

    Price lists and promotions that name it keep the old name.

    Raises:
        InvalidMember: the new name is empty or too long.
    """
    text = shown_text(wanted, longest=LONGEST_TAG)
    if not text:
        raise InvalidMember(field="tags")
    rows = MemberTag.objects.filter(name=name)
    number = rows.count()
    if text == name:
        return number
    both = MemberTag.objects.filter(name=text).values("member_id")
    rows.filter(member__in=both).delete()
    MemberTag.objects.filter(name=name).update(name=text)
    Segment.objects.filter(tag=name).update(tag=text)
    _tell("renamed", actor, name, {"name": text, "members": number}, now=now)
    return number


@transaction.atomic
def remove_tag(name: str, *, actor: Actor, now: datetime) -> int:
    """Take a tag from everybody, and from the segments that give it; return how many had it."""
    number, _kinds = MemberTag.objects.filter(name=name).delete()
    Segment.objects.filter(tag=name).update(tag="")
    _tell("removed", actor, name, {"members": number}, now=now)
    return number


def _tell(change: str, actor: Actor, name: str, after: dict[str, object], *, now: datetime) -> None:
    record(
        action=f"tag.{change}",
        actor=actor,
        obj=("tag", name),
        before={"name": name},
        after=after,
        now=now,
    )

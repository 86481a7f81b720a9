"""Makes segments, and works out who belongs to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.levels.choices import Match
from kernel.levels.criteria import checked_conditions, drift, query_of
from kernel.levels.errors import (
    InvalidSegment,
    NotByHand,
    SegmentInUse,
    SegmentTaken,
    UnknownSegment,
)
from kernel.levels.events import SegmentChanged
from kernel.levels.facts import EVERYBODY, Scope
from kernel.levels.models import Segment, SegmentMember, Walk
from kernel.levels.services.walking import begin_segment, present_members
from kernel.members.models import Member, MemberTag
from kernel.members.normal import shown_text
from kernel.members.services.staff import LONGEST_TAG
from kernel.pricing.models import PriceList
from kernel.promotions.models import CouponTemplate, Promotion

GROUP: Final = "segment"
MOST_BY_HAND: Final = 10_000
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DAY: Final = timedelta(days=1)
_FIELDS: Final = ("name", "match", "conditions", "tag")


@transaction.atomic
def create_segment(
    *,
    code: str,
    name: str,
    is_dynamic: bool = True,
    match: str = Match.ALL.value,
    conditions: Sequence[Mapping[str, Any]] = (),
    tag: str = "",
    actor: Actor,
    now: datetime,
) -> Segment:
    """Make a segment; who belongs to it is worked out after the commit.

    Args:
        code: names it in price lists and promotions, ``segment:code``.
        name: for the people who run the shop.
        is_dynamic: conditions decide; otherwise staff do.
        match: ``all`` or ``any``.
        conditions: see `kernel.levels.criteria`.
        tag: what its members are tagged with.
        actor: who makes it.
        now: the moment.

    Raises:
        InvalidSegment: a value cannot be used; ``field`` names which.
        SegmentTaken: another one has the code.
    """
    if not _CODE.fullmatch(code):
        text = _("A code has small letters, digits, - and _.")
        raise InvalidSegment(text, field="code")
    told = {"name": name, "match": match, "conditions": conditions, "tag": tag}
    row = Segment(code=code, is_dynamic=is_dynamic, **_checked(told))
    _check_whole(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise SegmentTaken(code=code, field="code") from error
    _tell(row, "created", actor, now=now, after={"code": code, **_told(row)})
    if is_dynamic:
        begin_segment(row.pk, now=now)
    return row


@transaction.atomic
def change_segment(
    segment_id: UUID, told: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Segment:
    """Change some of ``name``, ``match``, ``conditions`` and ``tag``.

    Raises:
        UnknownSegment: there is none.
        InvalidSegment: a value cannot be used; ``field`` names which.
    """
    row = _locked(segment_id)
    before, tag = _told(row), row.tag
    for name, value in _checked(told).items():
        setattr(row, name, value)
    _check_whole(row)
    after = _told(row)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return row
    row.save(update_fields=changed)
    if tag != row.tag:
        _untag(tag)
        _retag(row)
    _tell(
        row,
        "changed",
        actor,
        now=now,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    if row.is_dynamic and {"match", "conditions"} & set(changed):
        begin_segment(row.pk, now=now)
    return Segment.objects.get(pk=row.pk)


@transaction.atomic
def delete_segment(segment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Delete a segment; tags that its members got by it go.

    Raises:
        UnknownSegment: there is none.
        SegmentInUse: a price list, a promotion or a coupon is for it.
    """
    row = _locked(segment_id)
    named = {"audience__groups__contains": f"{GROUP}:{row.code}"}
    kinds = (PriceList, Promotion, CouponTemplate)
    if any(kind.objects.filter(**named).exists() for kind in kinds):
        raise SegmentInUse
    tag = row.tag
    _tell(row, "deleted", actor, now=now, before={"code": row.code, **_told(row)})
    row.delete()
    _untag(tag)


@transaction.atomic
def refresh_segment(segment_id: UUID, *, now: datetime) -> None:
    """Have it worked out anew who belongs to a segment.

    Raises:
        UnknownSegment: there is none.
        NotByHand: staff decide who belongs to it.
    """
    row = _locked(segment_id)
    if not row.is_dynamic:
        raise NotByHand(_("Staff decide who belongs to this segment."))
    begin_segment(row.pk, now=now)


@transaction.atomic
def choose_members(
    segment_id: UUID,
    *,
    add: Sequence[UUID] = (),
    remove: Sequence[UUID] = (),
    actor: Actor,
    now: datetime,
) -> Segment:
    """Let members belong to a segment that staff decide about, or no longer.

    Raises:
        UnknownSegment: there is none.
        NotByHand: conditions decide.
        InvalidSegment: too many at once.
    """
    row = _locked(segment_id)
    if row.is_dynamic:
        raise NotByHand
    if len(add) + len(remove) > MOST_BY_HAND:
        raise InvalidSegment(field="members")
    known = list(present_members().filter(pk__in=add).values_list("pk", flat=True))
    _write(row, wanted=set(known), unwanted=set(remove))
    row.size = SegmentMember.objects.filter(segment=row).count()
    row.counted_at = now
    row.save(update_fields=["size", "counted_at"])
    after = {"added": len(known), "removed": len(remove), "size": row.size}
    _tell(row, "chosen", actor, now=now, after=after)
    return row


def work_batch(row: Walk, after: UUID | None, until: UUID, now: datetime) -> int:
    """Work out which of some members belong to a segment; only differences are written."""
    assert isinstance(row, Segment)  # noqa: S101  what `walking.step` hands over
    scope = Scope(after=after, until=until)
    members = scope.within(present_members(), "pk")
    found = query_of(row.conditions, row.match, scope, now=now)
    wanted = set(members.filter(found).values_list("pk", flat=True))
    rows = scope.within(SegmentMember.objects.filter(segment=row), "member_id")
    present = set(rows.values_list("member_id", flat=True))
    _write(row, wanted=wanted - present, unwanted=present - wanted)
    row.size = max(row.size + len(wanted) - len(present), 0)
    if drift(row.conditions):
        row.refresh_at = now + _DAY
    return members.count()


@transaction.atomic
def place_member(member_id: UUID, *, now: datetime) -> None:
    """Put somebody of whom something changed into the segments where he belongs.

    One statement for each segment that conditions decide about, one more for each
    that he comes into or leaves.
    """
    rows = list(Segment.objects.filter(is_dynamic=True).order_by("pk"))
    if not rows:
        return
    scope = Scope(ids=[member_id])
    own = SegmentMember.objects.filter(member_id=member_id, segment__in=rows)
    present = set(own.values_list("segment_id", flat=True))
    there = present_members().filter(pk=member_id)
    for row in rows:
        belongs = there.filter(query_of(row.conditions, row.match, scope, now=now)).exists()
        if belongs == (row.pk in present):
            continue
        change = 1 if belongs else -1
        # The row of the segment first, like a walk.
        Segment.objects.filter(pk=row.pk).update(size=F("size") + change)
        ids = {member_id}
        _write(row, wanted=ids if belongs else set(), unwanted=set() if belongs else ids)


def matching(conditions: object, match: str, *, now: datetime) -> QuerySet[Member]:
    """Return the members for whom conditions hold, before anything is saved.

    Raises:
        InvalidSegment: a condition cannot be read.
    """
    checked = checked_conditions(conditions)
    return present_members().filter(query_of(checked, match, EVERYBODY, now=now))


def _write(row: Segment, *, wanted: set[UUID], unwanted: set[UUID]) -> None:
    if unwanted:
        SegmentMember.objects.filter(segment=row, member__in=unwanted).delete()
    SegmentMember.objects.bulk_create(
        [SegmentMember(segment=row, member_id=key) for key in sorted(wanted)],
        ignore_conflicts=True,
        batch_size=5_000,
    )
    if row.tag:
        _tag(row.tag, wanted)
        kept = SegmentMember.objects.filter(segment__tag=row.tag).values("member_id")
        gone = MemberTag.objects.filter(name=row.tag, member__in=unwanted, by_rule=True)
        gone.exclude(member__in=kept).delete()


def _tag(name: str, member_ids: set[UUID]) -> None:
    MemberTag.objects.bulk_create(
        [MemberTag(member_id=key, name=name, by_rule=True) for key in sorted(member_ids)],
        ignore_conflicts=True,
        batch_size=5_000,
    )


def _retag(row: Segment) -> None:
    if row.tag:
        _tag(row.tag, set(_members_of(row)))


def _untag(name: str) -> None:
    """Take a tag from those who have it by rules alone, as far as no other segment gives it."""
    if not name:
        return
    kept = SegmentMember.objects.filter(segment__tag=name).values("member_id")
    MemberTag.objects.filter(name=name, by_rule=True).exclude(member__in=kept).delete()


def _members_of(row: Segment) -> QuerySet[SegmentMember, UUID]:
    return SegmentMember.objects.filter(segment=row).values_list("member_id", flat=True)


def _checked(told: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in told.items():
        if name not in _FIELDS:
            raise InvalidSegment(field=name[:80])
        if name == "conditions":
            found[name] = checked_conditions(value)
        elif name == "match":
            if value not in Match.values:
                raise InvalidSegment(field=name)
            found[name] = str(value)
        else:
            found[name] = _text(value, name)
    return found


def _text(value: object, name: str) -> str:
    longest = LONGEST_TAG if name == "tag" else 120
    text = shown_text(value, longest=longest) if isinstance(value, str) else None
    if text is None or (name == "name" and not text):
        raise InvalidSegment(_("This cannot be used."), field=name)
    return text


def _check_whole(row: Segment) -> None:
    if row.is_dynamic and not row.conditions:
        raise InvalidSegment(_("Name at least one condition."), field="conditions")
    if row.tag and any(each["kind"] == "tag" for each in row.conditions):
        # What follows from tags cannot lead to tags: there would be no end to it.
        text = _("A segment that asks for tags cannot give one.")
        raise InvalidSegment(text, field="tag")


def _told(row: Segment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FIELDS}


def _locked(segment_id: UUID) -> Segment:
    row = Segment.objects.select_for_update(no_key=True).filter(pk=segment_id).first()
    if row is None:
        raise UnknownSegment
    return row


def _tell(
    row: Segment,
    change: str,
    actor: Actor,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    publish(SegmentChanged(segment_id=row.pk, change=change), aggregate=f"segment:{row.pk.hex}")
    record(action=f"segment.{change}", actor=actor, obj=row, before=before, after=after, now=now)


def segments_of(member_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the codes of the segments of members, as groups of buyers; one query."""
    found: dict[UUID, list[str]] = {key: [] for key in member_ids}
    rows = SegmentMember.objects.filter(member__in=list(found))
    for key, code in rows.values_list("member_id", "segment__code"):
        found[key].append(code)
    return found


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Let an account belong where the one that it takes over was put by hand."""
    rows = SegmentMember.objects.filter(member_id=absorbed_id)
    by_hand = rows.filter(segment__is_dynamic=False).select_related("segment").order_by("segment")
    for row in list(by_hand):
        _made, is_new = SegmentMember.objects.get_or_create(segment=row.segment, member_id=kept_id)
        if is_new:
            Segment.objects.filter(pk=row.segment_id).update(size=F("size") + 1)
        if row.segment.tag:
            _tag(row.segment.tag, {kept_id})
    forget(absorbed_id, now)


def forget(member_id: UUID, now: datetime) -> None:
    """Take a person who goes out of all segments; joined to the erasing of members."""
    rows = SegmentMember.objects.filter(member_id=member_id)
    for key in list(rows.order_by("segment").values_list("segment_id", flat=True)):
        Segment.objects.filter(pk=key, size__gt=0).update(size=F("size") - 1)
    rows.delete()
    # What rules gave here is given anew where they hold.
    MemberTag.objects.filter(member_id=member_id, by_rule=True).delete()

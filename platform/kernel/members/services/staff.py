"""What staff do with members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from kernel.access.masks import sees_contacts
from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import InvalidId, parse_public_id, public_id
from kernel.common.outbox.publishing import publish
from kernel.members.choices import SignUp
from kernel.members.errors import (
    InvalidMember,
    LoginTaken,
    ReasonNeeded,
    UnknownAdvisor,
    UnknownMember,
)
from kernel.members.events import MemberRegistered, MemberTagged, aggregate_of
from kernel.members.locks import lock_names
from kernel.members.models import Identity, Member, MemberPolicy, MemberTag
from kernel.members.normal import checked_name, normal_login, proof_of, shown_text
from kernel.members.selectors import visible_members
from kernel.members.services.accounts import sign_up_policy
from kernel.members.services.sessions import revoke_sessions

State: TypeAlias = Literal["open", "disabled", "gone", ""]

_LONGEST_SEARCH: Final = 254
LONGEST_TAG: Final = 40
MOST_TAGS: Final = 30
_STATES = {
    "open": Q(is_active=True),
    "disabled": Q(is_active=False, anonymised_at=None, merged_into=None),
    "gone": Q(anonymised_at__isnull=False) | Q(merged_into__isnull=False),
    "": Q(),
}


def find_members(
    wanted: str = "",
    *,
    state: State = "",
    tag: str = "",
    advisor: UUID | None = None,
    permission: str = "members.view",
) -> QuerySet[Member]:
    """Return members by a part of the name, a login, an identity or a public id; latest first.

    Whoever acts must have the permission for each of them. Who does not see telephone
    numbers and e-mail addresses finds by whole ones alone: a part would tell the rest.

    Args:
        wanted: as somebody typed it; everybody when empty.
        state: ``open``, ``disabled``, ``gone`` for good, or all.
        tag: only those who bear it.
        advisor: only those whom this person looks after.
        permission: what whoever acts is about to do with them.
    """
    rows = visible_members(permission).filter(_STATES[state]).order_by("-created_at", "-id")
    rows = rows.select_related("advisor")
    if advisor is not None:
        rows = rows.filter(advisor_id=advisor)
    if tag:
        rows = rows.filter(pk__in=MemberTag.objects.filter(name=tag).values("member_id"))
    text = shown_text(wanted, longest=_LONGEST_SEARCH)
    if not text:
        return rows if text == "" else rows.none()
    match = Q(name__icontains=text)
    if sees_contacts():
        match |= Q(login__istartswith=text)
    with suppress(InvalidId):
        match |= Q(pk=parse_public_id("mem", text.lower()))
    with suppress(InvalidMember):
        known = Identity.objects.filter(subject=normal_login(text))
        match |= Q(pk__in=known.values("member_id"))
    return rows.filter(match)


@transaction.atomic
def disable_member(member_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Member:
    """Keep a member from signing in, and end all his sessions.

    Raises:
        ReasonNeeded: no reason was given.
        UnknownMember: there is no such member, or he is gone.
    """
    if not reason.strip():
        raise ReasonNeeded
    member = _present(member_id)
    if not member.is_active:
        return member
    member.is_active, member.disabled_reason = False, reason.strip()[:200]
    member.save(update_fields=["is_active", "disabled_reason"])
    revoke_sessions(member_id, now=now)
    record(action="members.disabled", actor=actor, obj=member, reason=reason.strip(), now=now)
    return member


@transaction.atomic
def enable_member(member_id: UUID, *, actor: Actor, now: datetime) -> Member:
    """Let a member sign in again.

    Raises:
        UnknownMember: there is no such member, or he is gone.
    """
    member = _present(member_id)
    if member.is_active:
        return member
    member.is_active, member.disabled_reason = True, ""
    member.save(update_fields=["is_active", "disabled_reason"])
    record(action="members.enabled", actor=actor, obj=member, now=now)
    return member


@transaction.atomic
def set_member_tags(
    member_id: UUID, names: Sequence[str], *, actor: Actor, now: datetime
) -> list[str]:
    """Give a member these tags and no others.

    Raises:
        InvalidMember: one is empty or too long, or there are too many.
        UnknownMember: there is no such member, or he is gone.
    """
    member = _present(member_id)
    wanted = sorted({shown_text(name, longest=LONGEST_TAG) or "" for name in names})
    if "" in wanted or len(wanted) > MOST_TAGS:
        raise InvalidMember(field="tags")
    before = tags_of([member_id])[member_id]
    if wanted == before:
        return wanted
    MemberTag.objects.filter(member=member).exclude(name__in=wanted).delete()
    MemberTag.objects.bulk_create(
        [MemberTag(member=member, name=name) for name in wanted if name not in before]
    )
    _note_tags(member, before, wanted, actor=actor, now=now)
    return wanted


@transaction.atomic
def tag_members(
    member_ids: Sequence[UUID],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> int:
    """Give tags to many members, and take others from them; return how many changed.

    Three statements and what changes, however many members there are. Who would bear
    more tags than one may stays as he is.

    Raises:
        InvalidMember: a tag is empty or too long, or none is named.
        UnknownMember: one of the members is not there.
    """
    wanted = {shown_text(name, longest=LONGEST_TAG) or "" for name in add}
    unwanted = {shown_text(name, longest=LONGEST_TAG) or "" for name in remove} - wanted
    if "" in wanted | unwanted or not wanted | unwanted:
        raise InvalidMember(field="tags")
    rows = Member.objects.filter(pk__in=member_ids, anonymised_at=None, merged_into=None)
    members = list(rows.select_for_update(no_key=True).order_by("pk"))
    if len(members) < len(set(member_ids)):
        raise UnknownMember
    before = tags_of([member.pk for member in members])
    after = {
        key: sorted((set(tags) | wanted) - unwanted)
        for key, tags in before.items()
        if len((set(tags) | wanted) - unwanted) <= MOST_TAGS
    }
    changed = [
        member for member in members if after.get(member.pk, before[member.pk]) != before[member.pk]
    ]
    MemberTag.objects.filter(member__in=changed, name__in=unwanted).delete()
    MemberTag.objects.bulk_create(
        [MemberTag(member=member, name=name) for member in changed for name in sorted(wanted)],
        ignore_conflicts=True,
    )
    for member in changed:
        _note_tags(member, before[member.pk], after[member.pk], actor=actor, now=now)
    return len(changed)


def _note_tags(
    member: Member, before: list[str], after: list[str], *, actor: Actor, now: datetime
) -> None:
    record(
        action="members.tagged",
        actor=actor,
        obj=member,
        before={"tags": before},
        after={"tags": after},
        now=now,
    )
    publish(MemberTagged(member_id=member.pk), aggregate=aggregate_of(member.pk))


@transaction.atomic
def assign_members(
    member_ids: Sequence[UUID], advisor_id: UUID | None, *, actor: Actor, now: datetime
) -> int:
    """Have somebody of the staff look after these members, or nobody; return how many changed.

    Raises:
        UnknownAdvisor: there is no such person, or he may not sign in.
        UnknownMember: one of the members is not there.
    """
    advisor = None
    if advisor_id is not None:
        advisor = Staff.objects.filter(pk=advisor_id, is_active=True).first()
        if advisor is None:
            raise UnknownAdvisor(field="advisor")
    rows = Member.objects.filter(pk__in=member_ids, anonymised_at=None, merged_into=None)
    members = list(rows.select_for_update(no_key=True).order_by("pk"))
    if len(members) < len(set(member_ids)):
        raise UnknownMember
    changed = [member for member in members if member.advisor_id != advisor_id]
    Member.objects.filter(pk__in=[member.pk for member in changed]).update(advisor_id=advisor_id)
    for member in changed:
        record(
            action="members.assigned",
            actor=actor,
            obj=member,
            before={"advisor": public_id("stf", member.advisor_id) if member.advisor_id else None},
            after={
                "advisor": advisor.public_id if advisor else None,
                "name": advisor.name if advisor else "",
            },
            now=now,
        )
    return len(changed)


@transaction.atomic
def open_member(
    logins: Sequence[str], *, name: str, advisor_id: UUID | None = None, actor: Actor, now: datetime
) -> Member:
    """Open an account for somebody whom the shop knows already, without a password.

    What he is known by counts as typed: whoever proves it later comes into this account.
    Nobody is greeted, and whoever invites members only may still bring its own along.

    Args:
        logins: telephone numbers and e-mail addresses; the first is what he is shown by.
        name: what he is called.
        advisor_id: who of the staff looks after him.
        actor: who opens it.
        now: the moment.

    Raises:
        InvalidMember: a login or the name cannot be used, or there is no login.
        LoginTaken: somebody has one of the logins.
    """
    known_as = checked_name(name)
    normal = list(dict.fromkeys(normal_login(each) for each in logins))
    if not normal:
        raise InvalidMember(field="login")
    lock_names(f"{proof_of(each).value}:{each}" for each in normal)
    try:
        with transaction.atomic():
            member = Member.objects.create(login=normal[0], name=known_as, advisor_id=advisor_id)
            Identity.objects.bulk_create(
                [Identity(member=member, provider=proof_of(each), subject=each) for each in normal]
            )
    except IntegrityError as error:
        raise LoginTaken from error
    record(action="members.opened", actor=actor, obj=member, after={"name": known_as}, now=now)
    publish(MemberRegistered(member_id=member.pk, by_staff=True), aggregate=aggregate_of(member.pk))
    return member


def tags_of(member_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the tags of members, in order; one query."""
    found: dict[UUID, list[str]] = {key: [] for key in member_ids}
    rows = MemberTag.objects.filter(member_id__in=list(found)).order_by("name")
    for key, name in rows.values_list("member_id", "name"):
        found[key].append(name)
    return found


@transaction.atomic
def set_sign_up(policy: SignUp, *, actor: Actor, now: datetime) -> None:
    """Choose who may open an account."""
    before = sign_up_policy()
    MemberPolicy.objects.update_or_create(pk=1, defaults={"sign_up": policy, "updated_at": now})
    record(
        action="members.sign_up_changed",
        actor=actor,
        before={"sign_up": before.value},
        after={"sign_up": policy.value},
        now=now,
    )


def _present(member_id: UUID) -> Member:
    member = Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()
    if member is None or member.anonymised_at or member.merged_into_id:
        raise UnknownMember
    return member

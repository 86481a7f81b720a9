"""People of partners: what they may do, for which shops, and how they are let in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from django.db import transaction

from channel_center.brands.selectors import brand_of
from channel_center.errors import UnknownChannel
from channel_center.models import Channel
from channel_center.partners.choices import ROLE_PERMISSIONS, PartnerRole
from channel_center.partners.errors import InvalidReach, InvitationOver
from channel_center.partners.models import Invitation, Reach
from channel_center.partners.services.letters import write_to
from channel_center.services.channels import add_staff
from kernel.access.arriving import invitation_text
from kernel.access.models import Role, RoleAssignment, Staff
from kernel.access.services import hash_password, set_own_password
from kernel.access.staffing import LastOwner, OwnAccount, UnknownStaff
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.branding.addresses import web_address
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.models import Tenant

GOOD_FOR: Final = timedelta(days=7)
MOST_SHOPS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """Who shall be let in.

    Attributes:
        shops: the only ones that the person sees; None for all of the partner's.
    """

    name: str
    email: str
    role: PartnerRole
    shops: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who may choose a first password, and the end of the link for it."""

    person: Staff
    token: str = field(repr=False)
    host: str


@public_context()
@transaction.atomic
def invite(channel_id: UUID, draft: PersonDraft, *, actor: Actor) -> Invited:
    """Let somebody work for a partner, once a first password was chosen by the link.

    Raises:
        UnknownChannel: there is no such partner.
        InvalidStaff, EmailTaken: the address cannot be used.
        InvalidReach: a shop is not the partner's.
    """
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None:
        raise UnknownChannel
    person = add_staff(
        channel_id=channel_id,
        email=draft.email,
        name=" ".join(draft.name.split())[:80] or draft.email,
        password_hash=hash_password(token_urlsafe(32)),
        must_change=True,
    )
    _give_role(person, draft.role)
    _limit(person, channel_id, draft.shops)
    token = _link(person, actor=actor)
    record(
        action="partners.person_invited",
        actor=actor,
        obj=("staff", person.public_id),
        after={"name": person.name, "role": str(draft.role)},
    )
    return _written(Invited(person, token, channel.host), channel)


@public_context()
@transaction.atomic
def invite_again(channel_id: UUID, staff_id: UUID, *, actor: Actor) -> Invited:
    """Make a new link for somebody who has not come yet; the old one is over.

    Raises:
        UnknownStaff: nobody of the partner waits for one.
    """
    channel = Channel.objects.get(pk=channel_id)
    person = _colleague(channel_id, staff_id)
    if not Invitation.objects.filter(pk=staff_id, used_at=None).exists():
        raise UnknownStaff
    token = _link(person, actor=actor)
    after = {"name": person.name}
    record(
        action="partners.person_invited", actor=actor, obj=("staff", person.public_id), after=after
    )
    return _written(Invited(person, token, channel.host), channel)


def _written(invited: Invited, channel: Channel) -> Invited:
    """Have the link sent to whom it lets in, once it holds; whoever invites sees it too."""
    brand, link = brand_of(channel), invitation_address(invited)

    def text() -> tuple[str, str]:
        return invitation_text(invited.person, place=brand.name, link=link)

    transaction.on_commit(lambda: write_to(invited.person, brand, text))
    return invited


def invitation_address(invited: Invited) -> str:
    """Return where somebody chooses a first password."""
    return f"{web_address(invited.host, 'channel')}invited/{invited.token}/"


@public_context()
def waiting_person(token: str, *, channel_id: UUID | None, now: datetime) -> Staff:
    """Return whom a link lets in.

    Raises:
        InvitationOver: it was used, has expired, or is none of this partner's.
    """
    row = Invitation.objects.filter(
        token_hash=_hash(token), used_at=None, expires_at__gt=now
    ).first()
    person = None
    if row is not None and channel_id is not None:
        people = Staff.objects.filter(pk=row.staff_id, channel_id=channel_id, is_active=True)
        person = people.first()
    if person is None:
        raise InvitationOver
    return person


@public_context()
@transaction.atomic
def accept(token: str, password: str, *, channel_id: UUID | None, now: datetime) -> Staff:
    """Choose a first password; the link is good no more.

    Raises:
        InvitationOver: see `waiting_person`.
        InvalidStaff: the password is too weak.
    """
    Invitation.objects.select_for_update().filter(token_hash=_hash(token)).first()
    person = waiting_person(token, channel_id=channel_id, now=now)
    set_own_password(person, password)
    Invitation.objects.filter(pk=person.pk).update(used_at=now)
    record(
        action="partners.invitation_accepted",
        actor=Actor("staff", person.public_id, person.name),
        obj=("staff", person.public_id),
        after={"name": person.name},
    )
    return person


@public_context()
@transaction.atomic
def change_person(
    channel_id: UUID,
    staff_id: UUID,
    *,
    role: PartnerRole,
    shops: Collection[UUID] | None,
    is_active: bool,
    by: Staff,
    actor: Actor,
) -> Staff:
    """Give somebody another role and reach; let in, or no more.

    Raises:
        UnknownStaff: nobody of the partner.
        OwnAccount: nobody changes what he may do himself.
        LastOwner: the partner would have no owner any more.
        InvalidReach: a shop is not the partner's.
    """
    person = _colleague(channel_id, staff_id)
    if person.pk == by.pk:
        raise OwnAccount
    before = role_of(person)
    if before == PartnerRole.OWNER and (role != PartnerRole.OWNER or not is_active):
        _refuse_last_owner(channel_id, person)
    RoleAssignment.objects.filter(staff=person).delete()
    _give_role(person, role)
    _limit(person, channel_id, shops)
    if person.is_active != is_active:
        person.is_active = is_active
        person.save(update_fields=["is_active"])
    record(
        action="partners.person_changed",
        actor=actor,
        obj=("staff", person.public_id),
        before={"role": before},
        after={"name": person.name, "role": str(role), "is_active": is_active},
    )
    return person


def role_of(person: Staff) -> str:
    """Return the role of a partner's person; empty for none that partners know."""
    codes = set(RoleAssignment.objects.filter(staff=person).values_list("role__code", flat=True))
    return next((str(role) for role in PartnerRole if role in codes), "")


def reach_of(person: Staff) -> list[UUID] | None:
    """Return the only shops that somebody sees; None for no limit."""
    row = Reach.objects.filter(pk=person.pk).first()
    return None if row is None else [UUID(each) for each in row.tenant_ids]


@public_context()
@transaction.atomic
def widen_reach(person: Staff, tenant_id: UUID) -> None:
    """Let somebody who sees some shops alone see one more: whoever opens a shop sees it."""
    row = Reach.objects.select_for_update().filter(pk=person.pk).first()
    if row is not None and str(tenant_id) not in row.tenant_ids:
        row.tenant_ids = [*row.tenant_ids, str(tenant_id)]
        row.save(update_fields=["tenant_ids"])


def _give_role(person: Staff, role: PartnerRole) -> None:
    if role == PartnerRole.OWNER:
        row = Role.objects.get(code=PartnerRole.OWNER)
    else:
        row, _made = Role.objects.update_or_create(
            code=str(role),
            defaults={"name": str(role), "permissions": list(ROLE_PERMISSIONS[role])},
        )
    RoleAssignment.objects.filter(staff=person).exclude(role=row).delete()
    RoleAssignment.objects.get_or_create(staff=person, role=row)


def _limit(person: Staff, channel_id: UUID, shops: Collection[UUID] | None) -> None:
    if shops is None:
        Reach.objects.filter(pk=person.pk).delete()
        return
    wanted = set(shops)
    known = set(
        Tenant.objects.filter(pk__in=wanted, channel_id=channel_id).values_list("pk", flat=True)
    )
    if wanted != known or len(wanted) > MOST_SHOPS:
        raise InvalidReach
    told = sorted(str(each) for each in wanted)
    Reach.objects.update_or_create(pk=person.pk, defaults={"tenant_ids": told})


def _link(person: Staff, *, actor: Actor) -> str:
    token = token_urlsafe(32)
    Invitation.objects.update_or_create(
        pk=person.pk,
        defaults={
            "token_hash": _hash(token),
            "made_by": actor.name[:200],
            "expires_at": utc_now() + GOOD_FOR,
            "used_at": None,
        },
    )
    return token


def _colleague(channel_id: UUID, staff_id: UUID) -> Staff:
    rows = Staff.objects.select_for_update(of=("self",)).filter(pk=staff_id)
    person = rows.filter(channel_id=channel_id).first()
    if person is None:
        raise UnknownStaff
    return person


def _refuse_last_owner(channel_id: UUID, person: Staff) -> None:
    owners = RoleAssignment.objects.filter(
        role__code=PartnerRole.OWNER, staff__channel_id=channel_id, staff__is_active=True
    )
    if not owners.exclude(staff=person).exists():
        raise LastOwner


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

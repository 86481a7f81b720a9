"""Roles, who holds them, and where: made and changed by staff, within what they may themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from secrets import token_hex, token_urlsafe
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kernel.access.factors import forget_factor, reset_factor
from kernel.access.metered import take_place
from kernel.access.models import Reach, Role, RoleAssignment, Staff
from kernel.access.permissions import ALL
from kernel.access.services import OWNER, EmailTaken, InvalidStaff, hash_password
from kernel.access.sessions import end_sessions
from kernel.access.tasks import announce_invitation
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.common.time import utc_now

LONGEST_NAME: Final = 80
_PASSWORD_BYTES: Final = 12


class InvalidRole(DomainError):
    """A role without a name, or with permissions that do not exist."""

    code = "access.invalid_role"
    status = 422
    title = _("The role cannot be like this.")


class RoleInUse(DomainError):
    """Somebody holds the role, or it is the owner's."""

    code = "access.role_in_use"
    status = 409
    title = _("Somebody holds this role, or it is the owner's. It stays.")


class BeyondOwnRights(DomainError):
    """Nobody gives what he does not have."""

    code = "access.beyond_own_rights"
    status = 403
    title = _("You cannot give more rights than you have yourself.")


class LastOwner(DomainError):
    """Somebody has to be able to do everything."""

    code = "access.last_owner"
    status = 409
    title = _("One active person has to stay owner.")


class OwnAccount(DomainError):
    """Nobody does this to himself."""

    code = "access.own_account"
    status = 409
    title = _("This cannot be done to one's own account.")


class UnknownStaff(DomainError):
    """There is no such person or role."""

    code = "access.unknown"
    status = 404
    title = _("There is no such person or role.")


@transaction.atomic
def save_role(
    role_id: UUID | None,
    *,
    name: str,
    permissions: Collection[str],
    reach: str,
    known: Collection[str],
    by: Staff,
    actor: Actor,
) -> Role:
    """Make a role, or change it; whoever holds it is held to it from the next request on.

    Args:
        role_id: None for a new one.
        name: for people.
        permissions: ``resource.action``.
        reach: one of `Reach`.
        known: every permission that there is.
        by: whose rights bound what is given.
        actor: the same, for the audit log.

    Raises:
        InvalidRole: no name, or a permission that does not exist.
        RoleInUse: it is the owner's role.
        BeyondOwnRights: it would hold more than the person has, or holds it already.
        UnknownStaff: there is no such role.
    """
    title = name.replace("\x00", "").strip()
    if not 0 < len(title) <= LONGEST_NAME or reach not in Reach.values:
        raise InvalidRole
    if not set(permissions) <= set(known):
        raise InvalidRole
    row = _role(role_id) if role_id else Role(code=f"role-{token_hex(8)}", permissions=[])
    if row.code == OWNER:
        raise RoleInUse
    before = None if role_id is None else _described(row)
    _within(by, row.permissions, row.reach)
    _within(by, permissions, reach)
    row.name, row.permissions, row.reach = title, sorted(set(permissions)), reach
    row.save(force_insert=role_id is None)
    action = "access.role_made" if role_id is None else "access.role_changed"
    record(action=action, actor=actor, obj=row, before=before, after=_described(row))
    return row


@transaction.atomic
def delete_role(role_id: UUID, *, by: Staff, actor: Actor) -> None:
    """Delete a role that nobody holds.

    Raises:
        RoleInUse: somebody holds it, or it is the owner's.
        BeyondOwnRights: it holds more than the person has.
        UnknownStaff: there is no such role.
    """
    row = _role(role_id)
    if row.code == OWNER or RoleAssignment.objects.filter(role=row).exists():
        raise RoleInUse
    _within(by, row.permissions, row.reach)
    record(action="access.role_deleted", actor=actor, obj=row, before=_described(row))
    row.delete()


@transaction.atomic
def invite_staff(
    *,
    email: str,
    name: str,
    role_ids: Sequence[UUID],
    stores: Sequence[UUID],
    by: Staff,
    actor: Actor,
) -> tuple[Staff, str]:
    """Let somebody sign in; return the person and a password that has to be changed at once.

    Raises:
        InvalidStaff: the address or the name cannot be used.
        EmailTaken: somebody here has it.
        QuotaReached: the plan allows nobody more.
        BeyondOwnRights: the roles hold more than the person who invites has.
        UnknownStaff: there is no such role.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidStaff(" ".join(error.messages)) from error
    roles = granted_roles(role_ids, by)
    _within_stores(by, (), stores)
    take_place(now=utc_now())
    password = token_urlsafe(_PASSWORD_BYTES)
    try:
        with transaction.atomic():
            person = Staff.objects.create(
                email=email.lower(),
                name=_name(name),
                password=hash_password(password),
                must_change_password=True,
                stores=[str(key) for key in stores],
            )
    except IntegrityError as error:
        raise EmailTaken from error
    RoleAssignment.objects.bulk_create([RoleAssignment(staff=person, role=role) for role in roles])
    after = {"name": person.name, **_held(person)}
    record(action="access.staff_invited", actor=actor, obj=person, after=after)
    announce_invitation(person)
    return person, password


@transaction.atomic
def invite_again(staff_id: UUID, *, by: Staff, actor: Actor) -> Staff:
    """Write once more to somebody who has not chosen a password yet.

    Raises:
        UnknownStaff: there is nobody like it who was invited and has not come.
        BeyondOwnRights: the person holds more than who invites.
    """
    person = Staff.objects.filter(pk=staff_id, must_change_password=True, is_active=True).first()
    if person is None:
        raise UnknownStaff
    granted_roles(
        list(RoleAssignment.objects.filter(staff=person).values_list("role_id", flat=True)), by
    )
    record(action="access.staff_invited", actor=actor, obj=person, after={"name": person.name})
    announce_invitation(person)
    return person


@transaction.atomic
def change_staff(
    staff_id: UUID,
    *,
    name: str,
    role_ids: Sequence[UUID],
    stores: Sequence[UUID],
    is_active: bool,
    by: Staff,
    actor: Actor,
) -> Staff:
    """Give somebody these roles and stores and no others; let in, or no more.

    Raises:
        BeyondOwnRights: the roles, new or old, hold more than who changes them has.
        LastOwner: nobody would be owner any more.
        InvalidStaff: the name cannot be used.
        QuotaReached: somebody is let in again whom the plan has no place for.
        UnknownStaff: there is no such person or role.
    """
    person = _subordinate(staff_id, by)
    roles = granted_roles(role_ids, by)
    _within_stores(by, person.stores, stores)
    before = {"name": person.name, "active": person.is_active, **_held(person)}
    if is_active and not person.is_active:
        take_place(now=utc_now())
    person.name, person.is_active = _name(name), is_active
    person.stores = [str(key) for key in stores]
    person.save(update_fields=["name", "is_active", "stores"])
    RoleAssignment.objects.filter(staff=person).exclude(role__in=roles).delete()
    held = set(RoleAssignment.objects.filter(staff=person).values_list("role_id", flat=True))
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(staff=person, role=role) for role in roles if role.pk not in held]
    )
    if not _has_owner():
        raise LastOwner
    after = {"name": person.name, "active": person.is_active, **_held(person)}
    if before != after:
        record(action="access.staff_changed", actor=actor, obj=person, before=before, after=after)
    return person


@transaction.atomic
def remove_staff(staff_id: UUID, *, by: Staff, actor: Actor, now: datetime) -> None:
    """Take somebody off the staff; what he did stays on record, the members he had are nobody's.

    Raises:
        BeyondOwnRights: the person holds more than who removes him has.
        LastOwner: nobody would be owner any more.
        OwnAccount: it is one's own account.
        UnknownStaff: there is no such person.
    """
    person = _subordinate(staff_id, by)
    if person.pk == by.pk:
        raise OwnAccount
    end_sessions(person, actor=actor, now=now)
    before = {"name": person.name, **_held(person)}
    record(action="access.staff_removed", actor=actor, obj=person, before=before, now=now)
    forget_factor(person)
    person.delete()
    if not _has_owner():
        raise LastOwner


@transaction.atomic
def reset_second_factor(staff_id: UUID, *, by: Staff, actor: Actor, now: datetime) -> None:
    """Take away the app of somebody who lost it, and sign him out everywhere.

    Raises:
        BeyondOwnRights: the person holds more than who helps him has.
        FactorMissing: there is none.
        OwnAccount: one's own is taken away with a password, on another page.
        UnknownStaff: there is no such person.
    """
    person = _subordinate(staff_id, by)
    if person.pk == by.pk:
        raise OwnAccount
    reset_factor(person, actor=actor, now=now)
    end_sessions(person, actor=actor, now=now)


@transaction.atomic
def reset_lost_factor(email: str, *, actor: Actor, now: datetime) -> Staff:
    """Take away the app of somebody whom nobody in a console can help, by who runs the machine.

    Raises:
        FactorMissing: there is none.
        UnknownStaff: nobody signs in with this address.
    """
    people = Staff.objects.select_for_update()
    person = people.filter(email=email.strip().lower()).first()
    if person is None:
        raise UnknownStaff
    reset_factor(person, actor=actor, now=now)
    end_sessions(person, actor=actor, now=now)
    return person


def _subordinate(staff_id: UUID, by: Staff) -> Staff:
    person = Staff.objects.select_for_update().filter(pk=staff_id).first()
    if person is None:
        raise UnknownStaff
    for role in Role.objects.filter(assignments__staff=person):
        _within(by, role.permissions, role.reach)
    return person


def _has_owner() -> bool:
    roles = Role.objects.filter(code=OWNER)
    return RoleAssignment.objects.filter(role__in=roles, staff__is_active=True).exists()


def granted_roles(role_ids: Iterable[UUID], by: Staff) -> list[Role]:
    """Return roles that somebody may give, locked.

    Raises:
        BeyondOwnRights: one holds more than who gives it has.
        UnknownStaff: there is no such role.
    """
    wanted = set(role_ids)
    rows = list(Role.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    if len(rows) < len(wanted):
        raise UnknownStaff
    for row in rows:
        _within(by, row.permissions, row.reach)
    return rows


def _within(by: Staff, permissions: Iterable[str], reach: str) -> None:
    own = by.permission_codes()
    for permission in permissions:
        if ALL not in own and permission not in own:
            raise BeyondOwnRights
        if not {Reach.ALL, reach} & by.reaches(permission):
            raise BeyondOwnRights


def _within_stores(by: Staff, before: Iterable[str], after: Iterable[UUID]) -> None:
    own = by.stores_for("staff.manage")
    if own is not None and not {UUID(key) for key in before} ^ set(after) <= own:
        raise BeyondOwnRights


def _role(role_id: UUID) -> Role:
    row = Role.objects.select_for_update().filter(pk=role_id).first()
    if row is None:
        raise UnknownStaff
    return row


def _name(text: str) -> str:
    name = text.replace("\x00", "").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidStaff(_("A name has 1 to 80 characters."))
    return name


def _described(row: Role) -> dict[str, object]:
    return {"name": row.name, "permissions": list(row.permissions), "reach": str(row.reach)}


def _held(person: Staff) -> dict[str, object]:
    names = Role.objects.filter(assignments__staff=person).order_by("name")
    return {"roles": list(names.values_list("name", flat=True)), "stores": list(person.stores)}

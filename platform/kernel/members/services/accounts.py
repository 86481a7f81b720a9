"""Opens accounts, and lets members in by password."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.common.outbox.publishing import publish
from kernel.common.time import utc_now
from kernel.members import joining
from kernel.members.choices import CodePurpose, SignUp
from kernel.members.errors import InvalidMember, InvitationNeeded, LoginTaken, SignInRefused
from kernel.members.events import MemberRegistered, aggregate_of
from kernel.members.joining import Arrival
from kernel.members.locks import lock_names
from kernel.members.models import Identity, Member, MemberPolicy
from kernel.members.normal import checked_name, invalid, normal_login, proof_of
from kernel.members.services.codes import use_code
from kernel.members.services.sessions import SignedIn, open_session, revoke_sessions
from kernel.members.whereabouts import current_request
from kernel.tenancy.simulation import is_simulation

_LONGEST_PASSWORD: Final = 256
NOT_INVITED: Final = Arrival()


@transaction.atomic
def register_member(
    *,
    login: str,
    name: str,
    password: str,
    arrival: Arrival = NOT_INVITED,
    now: datetime | None = None,
) -> Member:
    """Open an account with a password. The login counts as typed, not as proved.

    Raises:
        InvalidMember: login, name or password cannot be used.
        LoginTaken: somebody has the login.
        InvitationNeeded: the shop takes invited members only.
    """
    known_as = checked_name(name)
    normal = normal_login(login)
    stored = hashed_password(password)
    moment = now or utc_now()
    lock_names([f"{proof_of(normal).value}:{normal}"])
    try:
        with transaction.atomic():
            member = Member.objects.create(login=normal, name=known_as, password=stored)
            Identity.objects.create(member=member, provider=proof_of(normal), subject=normal)
    except IntegrityError as error:
        raise LoginTaken from error
    greet(member, arrival, now=moment)
    return member


def greet(member: Member, arrival: Arrival, *, now: datetime) -> None:
    """Do what follows the opening of an account, in its transaction.

    Raises:
        InvitationNeeded: the shop takes invited members only, and nobody invited him.
    """
    invited = joining.welcome(member, arrival, now=now)
    if not invited and sign_up_policy() is SignUp.INVITED:
        raise InvitationNeeded
    publish(MemberRegistered(member_id=member.id), aggregate=aggregate_of(member.id))


def sign_up_policy() -> SignUp:
    """Return who may open an account in the current tenant."""
    if is_simulation() and current_request() is not None:
        return SignUp.INVITED  # No stranger opens an account where nothing has value.
    chosen = MemberPolicy.objects.values_list("sign_up", flat=True).first()
    return SignUp(chosen) if chosen else SignUp.OPEN


@transaction.atomic
def sign_in(*, login: str, password: str, device: str, now: datetime) -> SignedIn:
    """Check a password and open a session.

    Takes as long for an unknown login as for a wrong password. The caller
    limits how often it may be tried.

    Raises:
        SignInRefused: unknown, wrong, or closed.
    """
    member = _member_with(login)
    offered = password[:_LONGEST_PASSWORD]
    if member is None or not member.password:
        make_password(offered)
        raise SignInRefused
    if not check_password(offered, member.password) or not member.is_active:
        raise SignInRefused
    return open_session(member, device=device, now=now)


@transaction.atomic
def set_password(member_id: UUID, *, old: str, new: str, keep: str, now: datetime) -> None:
    """Choose a password; all other devices are signed out.

    The old one is not asked for while there is none. The device whose token is
    to ``keep`` stays signed in.

    Raises:
        InvalidMember: the old one is wrong, or the new one cannot be used.
    """
    member = Member.objects.select_for_update(no_key=True).get(pk=member_id)
    if member.password and not check_password(old[:_LONGEST_PASSWORD], member.password):
        raise invalid("old", _("The present password is another one."))
    member.password = hashed_password(new)
    member.save(update_fields=["password"])
    revoke_sessions(member_id, now=now, but=keep)


def reset_password(*, login: str, code: str, new: str, device: str, now: datetime) -> SignedIn:
    """Choose a password by a code that was sent, and sign in; all devices are signed out.

    Raises:
        InvalidMember: the new password cannot be used; the code stays good.
        CodeRefused: the code, or there is no such account.
    """
    normal = normal_login(login)
    stored = hashed_password(new)
    use_code(target=normal, purpose=CodePurpose.PASSWORD, code=code, now=now)
    with transaction.atomic():
        member = _member_with(normal)
        if member is None or not member.is_active:
            raise SignInRefused
        Member.objects.filter(pk=member.pk).update(password=stored)
        Identity.objects.filter(subject=normal, verified_at=None).update(verified_at=now)
        revoke_sessions(member.pk, now=now)
        return open_session(member, device=device, now=now)


@transaction.atomic
def rename(member_id: UUID, *, name: str) -> Member:
    """Change what a member is called.

    Raises:
        InvalidMember: the name cannot be used.
    """
    known_as = checked_name(name)
    member = Member.objects.select_for_update(no_key=True).get(pk=member_id)
    member.name = known_as
    member.save(update_fields=["name"])
    return member


def hashed_password(password: str) -> str:
    """Return what is stored of a password.

    Raises:
        InvalidMember: too long, too short, or too common.
    """
    if len(password) > _LONGEST_PASSWORD:
        raise invalid("password", _("The password is too long."))
    try:
        validate_password(password)
    except ValidationError as error:
        raise invalid("password", " ".join(error.messages)) from error
    return make_password(password)


def _member_with(login: str) -> Member | None:
    try:
        normal = normal_login(login)
    except InvalidMember:
        return None
    identity = (
        Identity.objects.select_related("member")
        .filter(provider=proof_of(normal), subject=normal)
        .first()
    )
    if identity is None:
        return None
    member: Member = identity.member
    return member

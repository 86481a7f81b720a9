"""Registers members, and signs them in and out.

Tokens are random, live in the member's cookie or app, and are stored hashed: who
reads the table cannot sign in with it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.members.errors import InvalidMember, LoginTaken, SignInRefused
from kernel.members.models import Member, MemberSession

SESSION_LIFETIME: Final = timedelta(days=30)
_SEEN_EVERY: Final = timedelta(minutes=5)
_TOKEN_BYTES: Final = 32
_LONGEST_TOKEN: Final = 128
_LONGEST_NAME: Final = 80
_LONGEST_LOGIN: Final = 254
_LONGEST_PASSWORD: Final = 256
_MAINLAND_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_INTERNATIONAL: Final = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member and the secret with which requests prove to come from him."""

    member: Member
    token: str


def normal_login(text: str) -> str:
    """Return an e-mail address or telephone number in the one form that is stored.

    Eleven digits of a mainland mobile number get ``+86``.

    Raises:
        InvalidMember: neither of the two.
    """
    login = unicodedata.normalize("NFKC", text).strip()
    if "@" in login:
        try:
            validate_email(login)
        except ValidationError as error:
            raise _invalid("login", _("This is no e-mail address.")) from error
        if len(login) > _LONGEST_LOGIN:
            raise _invalid("login", _("This is no e-mail address."))
        return login.lower()
    number = re.sub(r"[\s().-]", "", login)
    if _MAINLAND_MOBILE.fullmatch(number):
        return f"+86{number}"
    if _INTERNATIONAL.fullmatch(number):
        return number
    raise _invalid("login", _("An e-mail address or a telephone number is expected."))


@transaction.atomic
def register_member(*, login: str, name: str, password: str) -> Member:
    """Open an account.

    Raises:
        InvalidMember: login, name or password cannot be used.
        LoginTaken: somebody has the login.
    """
    known_as = _checked_name(name)
    normal = normal_login(login)
    stored = _hashed_password(password)
    try:
        with transaction.atomic():
            return Member.objects.create(login=normal, name=known_as, password=stored)
    except IntegrityError as error:
        raise LoginTaken from error


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


def open_session(member: Member, *, device: str, now: datetime) -> SignedIn:
    """Sign a member in who has proved by some means to be himself."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    MemberSession.objects.create(
        member=member,
        token_hash=_hash(token),
        device=device[:120],
        last_seen_at=now,
        expires_at=now + SESSION_LIFETIME,
    )
    return SignedIn(member, token)


def current_member(token: str, *, now: datetime) -> Member | None:
    """Return whom a token belongs to, or None when it is unknown or over; one query."""
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    session = (
        MemberSession.objects.select_related("member")
        .filter(
            token_hash=_hash(token), revoked_at=None, expires_at__gt=now, member__is_active=True
        )
        .first()
    )
    if session is None:
        return None
    if now - session.last_seen_at > _SEEN_EVERY:
        MemberSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    member: Member = session.member
    return member


def sign_out(token: str, *, now: datetime) -> None:
    """End the session of a token; an unknown one ends nothing."""
    MemberSession.objects.filter(token_hash=_hash(token), revoked_at=None).update(revoked_at=now)


def _member_with(login: str) -> Member | None:
    try:
        return Member.objects.filter(login=normal_login(login)).first()
    except InvalidMember:
        return None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _checked_name(text: str) -> str:
    name = unicodedata.normalize("NFC", text).strip()
    hidden = any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co"} for letter in name)
    if not 1 <= len(name) <= _LONGEST_NAME or hidden:
        raise _invalid("name", _("A name has 1 to 80 characters that can be shown."))
    return name


def _hashed_password(password: str) -> str:
    if len(password) > _LONGEST_PASSWORD:
        raise _invalid("password", _("The password is too long."))
    try:
        validate_password(password)
    except ValidationError as error:
        raise _invalid("password", " ".join(error.messages)) from error
    return make_password(password)


def _invalid(field: str, text: str) -> InvalidMember:
    return InvalidMember(text, field=field)

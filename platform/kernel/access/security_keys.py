"""Security keys of staff (WebAuthn), as a second factor beside or instead of an app.

A key is made for one host: at another it is not asked for. What a browser answers holds
for the challenge of one page, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kernel.access.factors import GUESSED, FactorNeeded, forget_factor, needs_factor, stand_in
from kernel.access.models import SecondFactor, SecurityKey, Staff
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError

MOST_KEYS: Final = 10
_LONGEST_NAME: Final = 60
_MALFORMED: Final = (ValueError, KeyError, TypeError, AttributeError, AssertionError)
"""What the library raises at answers that are none."""


class KeyRefused(DomainError):
    """Not an answer of one of the person's keys to this challenge."""

    code = "access.security_key_refused"
    status = 422
    title = _("The security key was not recognised. Please try again.")


class TooManyKeys(DomainError):
    """The person has as many keys as anybody may have."""

    code = "access.too_many_keys"
    status = 409
    title = _("There are too many security keys already. Remove one first.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody uses a key.

    Attributes:
        host: the name that keys are made for.
        origin: scheme, host and port, as browsers name it.
        name: how the place is called where a browser asks.
    """

    host: str
    origin: str
    name: str

    def server(self) -> Fido2Server:
        """Return what makes challenges, and checks answers to them."""
        party = PublicKeyCredentialRpEntity(name=self.name, id=self.host)
        return Fido2Server(party, verify_origin=lambda origin: origin == self.origin)


def keys_of(person: Staff) -> list[SecurityKey]:
    """Return a person's keys, in the order in which they were added."""
    return list(SecurityKey.objects.filter(staff=person).order_by("created_at", "pk"))


def begin_key(person: Staff, place: Place) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a browser needs to make a key, and what `finish_key` needs afterwards.

    Raises:
        TooManyKeys: there are as many as anybody may have.
    """
    keys = keys_of(person)
    if len(keys) >= MOST_KEYS:
        raise TooManyKeys
    user = PublicKeyCredentialUserEntity(
        id=person.pk.bytes, name=person.email, display_name=person.name
    )
    options, state = place.server().register_begin(
        user,
        [_credential(key) for key in keys if key.host == place.host],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.DISCOURAGED,
    )
    return dict(options)["publicKey"], dict(state)


@transaction.atomic
def finish_key(
    person: Staff,
    place: Place,
    *,
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    name: str,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Keep a new key; return codes to be kept on paper when it is the first second factor.

    Raises:
        KeyRefused: the answer does not fit the challenge, or another has the key.
    """
    try:
        made = place.server().register_complete(dict(state), dict(answer))
    except _MALFORMED as error:
        raise KeyRefused(field="answer") from error
    credential = made.credential_data
    if credential is None:
        raise KeyRefused(field="answer")
    title = " ".join(name.replace("\x00", "").split())[:_LONGEST_NAME]
    try:
        with transaction.atomic():
            row = SecurityKey.objects.create(
                staff=person,
                name=title or str(_("Security key")),
                credential=websafe_encode(credential.credential_id),
                data=bytes(credential),
                host=place.host,
                counter=made.counter,
                created_at=now,
            )
    except IntegrityError as error:
        raise KeyRefused(field="answer") from error
    record(action="access.key_added", actor=actor, obj=person, after={"name": row.name}, now=now)
    return stand_in(person, now=now)


def ask_for_key(person: Staff, place: Place) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return what a browser needs to answer with a key, and what `check_key` needs then.

    None where the person has no key for the place.
    """
    keys = [_credential(key) for key in keys_of(person) if key.host == place.host]
    if not keys:
        return None
    options, state = place.server().authenticate_begin(
        keys, user_verification=UserVerificationRequirement.DISCOURAGED
    )
    return dict(options)["publicKey"], dict(state)


def check_key(
    person: Staff,
    place: Place,
    *,
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    now: datetime,
) -> None:
    """Take the answer of one of a person's keys.

    Raises:
        KeyRefused: it is none, or a copy of the key has answered before.
        RateLimited, RateLimitUnavailable: too many were tried, or nobody can count.
    """
    GUESSED.check(person.public_id)
    with transaction.atomic():
        rows = SecurityKey.objects.select_for_update().filter(staff=person, host=place.host)
        keys = {each.credential: each for each in rows.order_by("pk")}
        try:
            told = AuthenticationResponse.from_dict(dict(answer))
            found = place.server().authenticate_complete(
                dict(state), [_credential(each) for each in keys.values()], told
            )
            counter = told.response.authenticator_data.counter
        except _MALFORMED as error:
            raise KeyRefused(field="answer") from error
        row = keys[websafe_encode(found.credential_id)]
        if counter <= row.counter and (counter or row.counter):
            raise KeyRefused(field="answer")
        row.counter, row.last_used_at = counter, now
        row.save(update_fields=["counter", "last_used_at"])


@transaction.atomic
def drop_key(person: Staff, key_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take a key away; with the last one, and without an app, the second factor goes.

    Raises:
        KeyRefused: the person has none like it.
        FactorNeeded: everybody has to have a second factor, and it is the last.
    """
    rows = SecurityKey.objects.select_for_update().filter(staff=person)
    row = rows.filter(pk=key_id).first()
    if row is None:
        raise KeyRefused
    is_last = not rows.exclude(pk=key_id).exists()
    by_app = SecondFactor.objects.filter(staff=person, by_app=True, confirmed_at__isnull=False)
    is_over = is_last and not by_app.exists()
    if is_over and needs_factor():
        raise FactorNeeded
    row.delete()
    if is_over:
        forget_factor(person)
    record(action="access.key_dropped", actor=actor, obj=person, after={"name": row.name}, now=now)


def _credential(key: SecurityKey) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(key.data))

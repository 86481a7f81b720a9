"""The second factor of staff: an authenticator app, and codes on paper in its place.

Security keys stand in `kernel.access.security_keys`; the same codes stand in for them.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from secrets import choice
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel.access.models import AccessPolicy, SecondFactor, SecurityKey, Staff
from kernel.access.totp import new_secret, step_that_fits
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.secrets.services import drop_secret, get_secret, put_secret

RECOVERY_CODES: Final = 10
GUESSED: Final = Limit("staff_second_factor", "8/5minute;40/day", WhenDown.REFUSE)
# Without letters and digits that are taken for each other.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _IN_GROUP = 4, 4
_LONGEST: Final = 40


class FactorRefused(DomainError):
    """Not a code of the app, one that was used, or none of those on paper."""

    code = "access.factor_refused"
    status = 422
    title = _("This code is not right, or was used already. Please wait for the next one.")


class FactorThere(DomainError):
    """An app is set up already; it has to be taken away first."""

    code = "access.factor_there"
    status = 409
    title = _("An authenticator app is set up already.")


class FactorNeeded(DomainError):
    """Everybody has to have one."""

    code = "access.factor_needed"
    status = 409
    title = _("Everybody here needs a second factor. It stays.")


class FactorMissing(DomainError):
    """There is none."""

    code = "access.factor_missing"
    status = 404
    title = _("No authenticator app is set up.")


def factor_of(person: Staff) -> SecondFactor | None:
    """Return a person's second factor that is in force, or None."""
    return SecondFactor.objects.filter(staff=person, confirmed_at__isnull=False).first()


@transaction.atomic
def begin_factor(person: Staff) -> str:
    """Return the secret for a person's app; the same until a code has proven that it is there.

    Raises:
        FactorThere: one is in force.
    """
    row, is_new = SecondFactor.objects.get_or_create(staff=person)
    if row.confirmed_at is not None and row.by_app:
        raise FactorThere
    if is_new:
        put_secret(_purpose(person.pk), {"secret": new_secret()})
    return str(get_secret(_purpose(person.pk))["secret"])


@transaction.atomic
def confirm_factor(person: Staff, code: str, *, actor: Actor, now: datetime) -> list[str]:
    """Put the app into force by a first code; return the codes to be kept on paper.

    Raises:
        FactorRefused: the code is not right.
        FactorMissing: nothing was begun.
        FactorThere: one is in force.
        RateLimited, RateLimitUnavailable: too many were tried, or nobody can count.
    """
    GUESSED.check(person.public_id)
    row = SecondFactor.objects.select_for_update().filter(staff=person).first()
    if row is None:
        raise FactorMissing
    if row.confirmed_at is not None and row.by_app:
        raise FactorThere
    secret = str(get_secret(_purpose(person.pk))["secret"])
    step = step_that_fits(secret, _plain(code), after=row.last_step, now=now)
    if step is None:
        raise FactorRefused(field="code")
    codes = _new_codes()
    row.confirmed_at, row.last_step, row.by_app = now, step, True
    row.recovery = [_hash(each) for each in codes]
    row.save(update_fields=["confirmed_at", "last_step", "by_app", "recovery"])
    record(action="access.factor_set", actor=actor, obj=person, now=now)
    return codes


def stand_in(person: Staff, *, now: datetime) -> list[str]:
    """Let codes on paper stand in for a first security key; return them, or none.

    In the caller's transaction. Whoever has an app in force has codes already; an app that
    was never put into force is as if nothing had been begun.
    """
    row, is_new = SecondFactor.objects.select_for_update().get_or_create(
        staff=person, defaults={"by_app": False}
    )
    if row.confirmed_at is not None:
        return []
    if is_new:
        put_secret(_purpose(person.pk), {"secret": new_secret()})
    codes = _new_codes()
    row.confirmed_at, row.by_app = now, False
    row.recovery = [_hash(each) for each in codes]
    row.save(update_fields=["confirmed_at", "by_app", "recovery"])
    return codes


@transaction.atomic
def renew_recovery(person: Staff, *, actor: Actor, now: datetime) -> list[str]:
    """Return new codes to be kept on paper; those before work no more.

    Raises:
        FactorMissing: there is no app that they could stand in for.
    """
    row = SecondFactor.objects.select_for_update().filter(staff=person).first()
    if row is None or row.confirmed_at is None:
        raise FactorMissing
    codes = _new_codes()
    row.recovery = [_hash(each) for each in codes]
    row.save(update_fields=["recovery"])
    record(action="access.recovery_renewed", actor=actor, obj=person, now=now)
    return codes


def check_factor(person: Staff, code: str, *, actor: Actor, now: datetime) -> None:
    """Take a code of the app, or one from paper; each works once.

    Raises:
        FactorRefused: it is neither.
        RateLimited, RateLimitUnavailable: too many were tried, or nobody can count.
    """
    GUESSED.check(person.public_id)
    with transaction.atomic():
        row = SecondFactor.objects.select_for_update().filter(staff=person).first()
        if row is None or row.confirmed_at is None:
            raise FactorRefused(field="code")
        given = _plain(code)
        secret = str(get_secret(_purpose(person.pk))["secret"])
        step = step_that_fits(secret, given, after=row.last_step, now=now)
        if step is not None and row.by_app:
            row.last_step = step
            row.save(update_fields=["last_step"])
            return
        if _hash(given) not in row.recovery:
            raise FactorRefused(field="code")
        row.recovery = [each for each in row.recovery if each != _hash(given)]
        row.save(update_fields=["recovery"])
        left = {"left": len(row.recovery)}
        record(action="access.recovery_used", actor=actor, obj=person, after=left, now=now)


@transaction.atomic
def drop_factor(person: Staff, *, actor: Actor, now: datetime) -> None:
    """Take a person's own app away.

    Raises:
        FactorNeeded: everybody has to have one.
        FactorMissing: there is none.
    """
    row = factor_of(person)
    if row is None or not row.by_app:
        raise FactorMissing
    has_keys = SecurityKey.objects.filter(staff=person).exists()
    if needs_factor() and not has_keys:
        raise FactorNeeded
    if has_keys:
        put_secret(_purpose(person.pk), {"secret": new_secret()})
        SecondFactor.objects.filter(pk=row.pk).update(by_app=False)
    else:
        forget_factor(person)
    record(action="access.factor_dropped", actor=actor, obj=person, now=now)


@transaction.atomic
def reset_factor(person: Staff, *, actor: Actor, now: datetime) -> None:
    """Take away the app of somebody who lost it; whoever asks has shown that he may.

    Raises:
        FactorMissing: there is none.
    """
    if factor_of(person) is None:
        raise FactorMissing
    forget_factor(person)
    name = {"name": person.name}
    record(action="access.factor_reset", actor=actor, obj=person, after=name, now=now)


def needs_factor() -> bool:
    """Tell whether everybody here has to have a second factor."""
    return AccessPolicy.objects.filter(needs_factor=True).exists()


@transaction.atomic
def require_factor(is_needed: bool, *, actor: Actor, now: datetime) -> None:
    """Want a second factor of everybody from the next click on, or leave it to each."""
    before = needs_factor()
    AccessPolicy.objects.update_or_create(pk=1, defaults={"needs_factor": is_needed})
    if before != is_needed:
        record(
            action="access.policy_changed",
            actor=actor,
            before={"needs_factor": before},
            after={"needs_factor": is_needed},
            now=now,
        )


def forget_factor(person: Staff) -> None:
    """Delete what there is of a person's app, in force or not, its secret, and all keys."""
    SecurityKey.objects.filter(staff=person).delete()
    removed, _by_model = SecondFactor.objects.filter(staff=person).delete()
    if removed:
        drop_secret(_purpose(person.pk))


def _new_codes() -> list[str]:
    def group() -> str:
        return "".join(choice(_ALPHABET) for _place in range(_IN_GROUP))

    return ["-".join(group() for _place in range(_GROUPS)) for _each in range(RECOVERY_CODES)]


def _plain(code: str) -> str:
    return "".join(each for each in code[:_LONGEST].lower() if each.isascii() and each.isalnum())


def _hash(code: str) -> str:
    # Nearly eighty random bits need no slow hash.
    return sha256(code.replace("-", "").encode()).hexdigest()


def _purpose(person_id: UUID) -> str:
    return f"access.second_factor.{person_id.hex}"

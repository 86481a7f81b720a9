"""Payment passwords: chosen by a code, asked for when a balance pays, locked after wrong tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.members.choices import CodePurpose, Proof
from kernel.members.limits import Caller
from kernel.members.models import Identity, Member
from kernel.members.proven import CONTACTS
from kernel.members.services.codes import SentCode, send_code, use_code
from kernel.payments.errors import (
    NowhereToSend,
    PasswordLocked,
    PasswordNeeded,
    PasswordUnfit,
    PasswordUnset,
    PasswordWrong,
)
from kernel.payments.models import PaymentPassword, PaymentPolicy

DIGITS: Final = 6
MOST_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=30)
_SETTLED_AFTER: Final = timedelta(days=1)
_UP: Final = "01234567890"


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to know of a member's payment password.

    Attributes:
        is_needed: nothing can be paid with a balance without one.
        locked_until: None while it may be tried.
    """

    is_set: bool
    is_needed: bool
    locked_until: datetime | None = None

    @property
    def is_asked(self) -> bool:
        """Whether a balance pays only with it."""
        return self.is_set or self.is_needed


def standing_of(member_id: UUID, *, now: datetime) -> Standing:
    """Return where a member's payment password stands; two queries."""
    row = PaymentPassword.objects.filter(member_id=member_id).first()
    needed = current_policy().needs_password
    if row is None:
        return Standing(is_set=False, is_needed=needed)
    locked = row.locked_until if row.locked_until and row.locked_until > now else None
    return Standing(is_set=True, is_needed=needed, locked_until=locked)


def prove(member_id: UUID, offered: str, *, now: datetime) -> None:
    """Check the payment password of a member who pays with a balance.

    Not to be called inside a transaction: each try is counted before it is looked at,
    so that many at the same moment are counted too.

    Raises:
        PasswordUnset: there is none, and the shop wants one.
        PasswordNeeded: there is one, and nothing was offered.
        PasswordWrong: another one; ``left`` says how many tries are left.
        PasswordLocked: tried too often; ``until`` says for how long.
    """
    standing = standing_of(member_id, now=now)
    if not standing.is_set:
        if standing.is_needed:
            raise PasswordUnset
        return
    if not offered and standing.locked_until is None:
        raise PasswordNeeded
    row = _counted(member_id, now=now)
    if check_password(offered, row.hash):
        PaymentPassword.objects.filter(pk=row.pk).update(failures=0, locked_until=None)
        return
    if row.locked_until is not None:
        raise PasswordLocked(until=row.locked_until.isoformat())
    raise PasswordWrong(left=MOST_FAILURES - row.failures)


@transaction.atomic(durable=True)
def _counted(member_id: UUID, *, now: datetime) -> PaymentPassword:
    row = PaymentPassword.objects.select_for_update(no_key=True).get(member_id=member_id)
    if row.locked_until is not None:
        if row.locked_until > now:
            raise PasswordLocked(until=row.locked_until.isoformat())
        row.failures, row.locked_until = 0, None
    row.failures += 1
    if row.failures >= MOST_FAILURES:
        row.locked_until = now + LOCKED_FOR
    row.save(update_fields=["failures", "locked_until"])
    return row


def contacts_of(member_id: UUID, *, now: datetime) -> list[Identity]:
    """Return where a code can go with which a member chooses a password, numbers first.

    A contact that was added a moment ago does not unlock a password that is older:
    whoever holds somebody's telephone for a minute could add his own.
    """
    rows = Identity.objects.filter(member_id=member_id, provider__in=CONTACTS)
    known = PaymentPassword.objects.filter(member_id=member_id).first()
    if known is not None:
        rows = rows.filter(created_at__lte=max(known.set_at, now - _SETTLED_AFTER))
    return sorted(rows.order_by("created_at", "id"), key=lambda row: row.provider != Proof.PHONE)


def hint_of(contact: Identity) -> str:
    """Return a number or an address so that its owner knows it, and nobody else."""
    text = contact.subject
    if contact.provider == Proof.EMAIL:
        name, _at, host = text.partition("@")
        return f"{name[:1]}***@{host}"
    return f"{text[:-8]}****{text[-4:]}"


def send_password_code(
    member_id: UUID, *, contact_id: UUID | None, caller: Caller, now: datetime
) -> tuple[Identity, SentCode]:
    """Send a member a code with which he chooses a payment password.

    Runs outside a transaction: what was sent cannot be rolled back.

    Args:
        member_id: who.
        contact_id: to which of `contacts_of`; the first when left out.
        caller: counted.
        now: the moment.

    Raises:
        NowhereToSend: there is no such contact, or none.
        As `kernel.members.services.codes.send_code`.
    """
    contact = _contact(member_id, contact_id, now=now)
    sent = send_code(target=contact.subject, purpose=CodePurpose.PAYMENT, caller=caller, now=now)
    return contact, sent


def choose_by_code(
    member_id: UUID, *, contact_id: UUID | None, code: str, new: str, now: datetime
) -> None:
    """Choose a payment password, the first or another one; a lock ends with it.

    Not to be called inside a transaction.

    Raises:
        PasswordUnfit: not six digits, or ones that everybody would try first.
        NowhereToSend: there is no such contact.
        CodeRefused: another code.
    """
    _check_fit(new)
    contact = _contact(member_id, contact_id, now=now)
    use_code(target=contact.subject, purpose=CodePurpose.PAYMENT, code=code, now=now)
    _keep(member_id, new, now=now)


def change_password(member_id: UUID, *, old: str, new: str, now: datetime) -> None:
    """Put another payment password in the place of the present one.

    Not to be called inside a transaction.

    Raises:
        PasswordUnfit: as `choose_by_code`.
        PasswordUnset: there is none to change.
        PasswordNeeded, PasswordWrong, PasswordLocked: as `prove`.
    """
    _check_fit(new)
    if not standing_of(member_id, now=now).is_set:
        raise PasswordUnset
    prove(member_id, old, now=now)
    _keep(member_id, new, now=now)


def current_policy() -> PaymentPolicy:
    """Return what the tenant decided; what nobody decided is the default."""
    return PaymentPolicy.objects.first() or PaymentPolicy()


@transaction.atomic
def set_policy(*, needs_password: bool, actor: Actor, now: datetime) -> PaymentPolicy:
    """Decide whether every member needs a payment password to pay with a balance."""
    before = current_policy().needs_password
    policy, _created = PaymentPolicy.objects.update_or_create(
        pk=1, defaults={"needs_password": needs_password, "updated_at": now}
    )
    if before != needs_password:
        record(
            action="payments.policy_changed",
            actor=actor,
            obj=policy,
            before={"needs_password": before},
            after={"needs_password": needs_password},
            now=now,
        )
    return policy


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Keep a password where one account takes over another; joined to the merging of members."""
    if PaymentPassword.objects.filter(member_id=kept_id).exists():
        PaymentPassword.objects.filter(member_id=absorbed_id).delete()
        return
    PaymentPassword.objects.filter(member_id=absorbed_id).update(member_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Forget a person's password; joined to the erasing of members."""
    PaymentPassword.objects.filter(member_id=member_id).delete()


def _contact(member_id: UUID, contact_id: UUID | None, *, now: datetime) -> Identity:
    for contact in contacts_of(member_id, now=now):
        if contact_id in (None, contact.pk):
            return contact
    raise NowhereToSend


@transaction.atomic
def _keep(member_id: UUID, new: str, *, now: datetime) -> None:
    Member.objects.select_for_update(no_key=True).get(pk=member_id)
    PaymentPassword.objects.update_or_create(
        member_id=member_id,
        defaults={"hash": make_password(new), "failures": 0, "locked_until": None, "set_at": now},
    )


def _check_fit(new: str) -> None:
    if len(new) != DIGITS or not (new.isascii() and new.isdigit()):
        raise PasswordUnfit(_("A payment password has six digits."), field="new")
    if len(set(new)) == 1 or new in _UP or new in _UP[::-1]:
        raise PasswordUnfit(_("These digits are tried first. Choose others."), field="new")

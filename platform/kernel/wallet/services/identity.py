"""Members show who they are; staff verify it. Name and number are sealed and stay so."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.common.time import local_date
from kernel.members.locks import lock_names
from kernel.tenancy.context import current_tenant
from kernel.tenancy.signing import tenant_salt
from kernel.wallet.choices import COUNTED_STATES, DocumentKind, IdentityState
from kernel.wallet.errors import (
    DocumentTaken,
    HolderDiffers,
    IdentityNeeded,
    InvalidWallet,
    UnknownIdentity,
    WrongState,
)
from kernel.wallet.events import IdentityChanged
from kernel.wallet.models import IdentityCheck, PayoutAccount, Withdrawal, WithdrawalRule
from kernel.wallet.providers import opener_for
from kernel.wallet.services.accounts import details_of

LONGEST_NAME: Final = 80
_CARD: Final = re.compile(r"[0-9]{17}[0-9X]")
_NUMBER: Final = re.compile(r"[0-9A-Z-]{5,24}")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_SHOWN: Final = 4


@transaction.atomic
def submit_identity(
    member_id: UUID, *, document: str, name: str, number: str, actor: Actor, now: datetime
) -> IdentityCheck:
    """Keep who a member says that he is, for staff to verify; a refused one can be sent anew.

    Raises:
        InvalidWallet: name or number cannot be used; ``field`` names which.
        WrongState: it is being checked, or was verified.
        DocumentTaken: another member has the document.
    """
    name, number = _checked(document, name, number)
    digest = _digest(document, number)
    # Two who send the same document at once wait for each other.
    lock_names(sorted([f"wallet:{member_id}", f"wallet.identity:{digest}"]))
    row = identity_of(member_id)
    if row is not None and row.state != IdentityState.REFUSED:
        raise WrongState(_("What you sent is being checked, or was verified."), state=row.state)
    taken = IdentityCheck.objects.filter(digest=digest).exclude(state=IdentityState.REFUSED)
    if taken.exists():
        raise DocumentTaken(field="number")
    row = row or IdentityCheck(member_id=member_id)
    row.document, row.digest, row.state = document, digest, IdentityState.SUBMITTED
    row.name_hint, row.number_hint = f"{name[:1]}**", masked(number)
    row.reason, row.submitted_at, row.decided_at, row.decided_by = "", now, None, ""
    row.save()
    put_secret(row.purpose, {"name": name, "number": number})
    _record("submitted", row, "", actor, now=now)
    _tell(row)
    return row


@transaction.atomic
def verify_identity(check_id: UUID, *, actor: Actor, now: datetime) -> IdentityCheck:
    """Say that a member is who he says.

    Raises:
        UnknownIdentity: there is none.
        WrongState: it was decided already.
    """
    return _decided(check_id, IdentityState.VERIFIED, "", actor=actor, now=now)


@transaction.atomic
def refuse_identity(check_id: UUID, *, reason: str, actor: Actor, now: datetime) -> IdentityCheck:
    """Refuse a proof of identity, also one that was verified by mistake; he can send another.

    Raises:
        UnknownIdentity: there is none.
        WrongState: it was refused already.
        InvalidWallet: no reason.
    """
    text = reason.strip()
    if not text:
        raise InvalidWallet(_("A reason is needed."), field="reason")
    return _decided(check_id, IdentityState.REFUSED, text[:200], actor=actor, now=now)


@transaction.atomic
def compare_identity(
    check_id: UUID, *, name: str, number: str, actor: Actor, now: datetime
) -> bool:
    """Tell whether a name and a number are those that were sealed; asking is on the record.

    So staff check what stands on a document without being shown what the member wrote.

    Raises:
        UnknownIdentity: there is none, or it cannot be read any more.
    """
    row = _locked(check_id)
    try:
        kept = get_secret(row.purpose)
    except (SecretMissing, SecretsUnreadable) as error:
        raise UnknownIdentity from error
    told = f"{_plain(name)}\n{_compact(number)}"
    is_same = constant_time_compare(told, f"{_plain(str(kept['name']))}\n{kept['number']}")
    _record("compared", row, row.state, actor, now=now, more={"is_same": is_same})
    return is_same


def identity_of(member_id: UUID) -> IdentityCheck | None:
    """Return what a member showed, if he did."""
    return IdentityCheck.objects.filter(member_id=member_id).first()


def is_identity_needed(rule: WithdrawalRule, member_id: UUID, minor: int, *, now: datetime) -> bool:
    """Tell whether a member must have shown who he is to take out so much.

    What he took out in the same year counts too, so that nobody stays below by asking often.
    """
    if rule.identity_from_minor is None:
        return False
    year = local_date(now, current_tenant().zone).year
    rows = Withdrawal.objects.filter(
        member_id=member_id,
        asset_id=rule.asset_id,
        state__in=COUNTED_STATES,
        tax_on__year=year,
    )
    earlier = rows.aggregate(minor=Sum("minor"))["minor"]
    return int(earlier or 0) + minor >= rule.identity_from_minor


def is_identity_missing(
    rule: WithdrawalRule, member_id: UUID, minor: int, *, now: datetime
) -> bool:
    """Tell whether a member must show who he is before he can take out so much."""
    row = identity_of(member_id)
    is_known = row is not None and row.state == IdentityState.VERIFIED
    return not is_known and is_identity_needed(rule, member_id, minor, now=now)


def check_identity(
    rule: WithdrawalRule,
    account: PayoutAccount,
    minor: int,
    *,
    now: datetime,
) -> None:
    """Check that the owner of an account has shown who he is, and that it is in his name.

    Raises:
        IdentityNeeded: he has not.
        HolderDiffers: the account is somebody else's.
    """
    if not is_identity_needed(rule, account.member_id, minor, now=now):
        return
    row = identity_of(account.member_id)
    if row is None or row.state != IdentityState.VERIFIED:
        raise IdentityNeeded(state=row.state if row else "none")
    # A service that opens accounts has asked who he is itself, and keeps the name.
    if opener_for(account.channel) is not None:
        return
    name = str(get_secret(row.purpose)["name"])
    if _plain(details_of(account).get("holder", "")) != _plain(name):
        raise HolderDiffers(field="account")


def masked(number: str) -> str:
    """Return a number with all but its ends hidden."""
    if len(number) <= 2 * _SHOWN:
        return f"{'*' * (len(number) - 2)}{number[-2:]}"
    return f"{number[0]}{'*' * (len(number) - _SHOWN)}{number[-(_SHOWN - 1) :]}"


def forget_identity(member_id: UUID) -> None:
    """Forget what a member showed."""
    for row in IdentityCheck.objects.filter(member_id=member_id):
        drop_secret(row.purpose)
        row.delete()


def hand_over_identity(kept_id: UUID, absorbed_id: UUID) -> None:
    """Keep the better proof of two accounts that are one person."""
    kept, other = identity_of(kept_id), identity_of(absorbed_id)
    if other is None:
        return
    if kept is not None and (
        kept.state == IdentityState.VERIFIED or other.state != IdentityState.VERIFIED
    ):
        forget_identity(absorbed_id)
        return
    forget_identity(kept_id)
    other.member_id = kept_id
    other.save(update_fields=["member"])


def _decided(
    check_id: UUID, state: IdentityState, reason: str, *, actor: Actor, now: datetime
) -> IdentityCheck:
    row = _locked(check_id)
    before = row.state
    refusable = (IdentityState.SUBMITTED.value, IdentityState.VERIFIED.value)
    may = refusable if state == IdentityState.REFUSED else (IdentityState.SUBMITTED.value,)
    if before not in may:
        raise WrongState(_("It was decided already."), state=before)
    row.state, row.reason, row.decided_at, row.decided_by = state, reason, now, str(actor)[:120]
    row.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    _record(str(state.value), row, before, actor, now=now, reason=reason)
    _tell(row)
    return row


def _checked(document: str, name: str, number: str) -> tuple[str, str]:
    if document not in DocumentKind.values:
        raise InvalidWallet(field="document")
    name, number = " ".join(name.split()), _compact(number)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidWallet(_("This is needed."), field="name")
    is_card = document == DocumentKind.ID_CARD
    if is_card and not (_CARD.fullmatch(number) and _check_digit(number) == number[-1]):
        raise InvalidWallet(_("This is no identity number."), field="number")
    if not _NUMBER.fullmatch(number):
        raise InvalidWallet(_("This is no identity number."), field="number")
    return name, number


def _check_digit(number: str) -> str:
    """Return the last character that a number of a Chinese identity card must have (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11]


def _compact(number: str) -> str:
    return "".join(number.split()).upper()


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _digest(document: str, number: str) -> str:
    salt = tenant_salt("wallet.identity")
    return salted_hmac(salt, f"{document}:{number}", algorithm="sha256").hexdigest()


def _locked(check_id: UUID) -> IdentityCheck:
    row = IdentityCheck.objects.select_for_update(no_key=True).filter(pk=check_id).first()
    if row is None:
        raise UnknownIdentity
    return row


def _tell(row: IdentityCheck) -> None:
    publish(
        IdentityChanged(
            check_id=row.pk, member_id=row.member_id, state=str(row.state), reason=row.reason
        ),
        aggregate=f"identity:{row.member_id.hex}",
    )


def _record(
    change: str,
    row: IdentityCheck,
    before: str,
    actor: Actor,
    *,
    now: datetime,
    reason: str = "",
    more: dict[str, object] | None = None,
) -> None:
    record(
        action=f"identity.{change}",
        actor=actor,
        obj=row,
        before={"state": before} if before else None,
        after={"state": str(row.state), **(more or {})},
        reason=reason,
        now=now,
    )

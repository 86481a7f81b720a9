"""Where members get money: accounts whose particulars are sealed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.members.locks import lock_names
from kernel.members.models import Member
from kernel.wallet.choices import OPEN_STATES, Channel
from kernel.wallet.errors import (
    AccountUnreadable,
    InvalidWallet,
    NotWithdrawable,
    PayoutServiceSilent,
    UnknownAccount,
)
from kernel.wallet.models import PayoutAccount, Withdrawal
from kernel.wallet.providers import Opened, Opening, PayoutUnsure, opener_for

MOST_ACCOUNTS: Final = 10
LONGEST: Final = 80
_SHOWN: Final = 4
_NUMBER: Final = re.compile(r"[0-9A-Za-z]{6,34}")
_PERSON: Final = re.compile(r"[0-9A-Za-z-]{5,24}")


@dataclass(frozen=True, slots=True)
class Particular:
    """One thing that must be known to pay by a channel."""

    name: str
    label: str | Promise
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class Started:
    """An account that a service opened.

    Attributes:
        url: where the member goes on: the service asks him who he is.
    """

    account: PayoutAccount
    url: str


_HOLDER: Final = Particular("holder", gettext_lazy("Name of the holder"))
_ID_NUMBER: Final = Particular("id_number", gettext_lazy("Identity number"), is_needed=False)
PARTICULARS: Final[Mapping[str, Sequence[Particular]]] = {
    Channel.BANK.value: (
        _HOLDER,
        Particular("number", gettext_lazy("Account number")),
        Particular("bank", gettext_lazy("Bank and branch")),
        _ID_NUMBER,
    ),
    Channel.ALIPAY.value: (_HOLDER, Particular("number", gettext_lazy("Alipay account"))),
    Channel.WECHAT.value: (_HOLDER, Particular("number", gettext_lazy("WeChat ID"))),
    Channel.PAYROLL.value: (
        _HOLDER,
        Particular("number", gettext_lazy("Account number")),
        Particular("id_number", gettext_lazy("Identity number")),
    ),
}


@transaction.atomic
def add_account(
    member_id: UUID, channel: str, details: Mapping[str, str], *, now: datetime
) -> PayoutAccount:
    """Keep where a member gets money; nobody reads it but who pays.

    Args:
        member_id: whose.
        channel: see `Channel`.
        details: see `PARTICULARS`.
        now: the moment.

    Raises:
        InvalidWallet: something is missing, cannot be used, or there are too many.
    """
    if channel not in PARTICULARS:
        raise InvalidWallet(field="channel")
    kept = {each.name: _checked(each, details.get(each.name, "")) for each in PARTICULARS[channel]}
    if channel == Channel.BANK and not _NUMBER.fullmatch(kept["number"]):
        raise InvalidWallet(_("This is no account number."), field="number")
    if len(accounts_of(member_id)) >= MOST_ACCOUNTS:
        text = _("At most %(number)s accounts can be kept.") % {"number": MOST_ACCOUNTS}
        raise InvalidWallet(text, field="channel")
    row = PayoutAccount.objects.create(
        member_id=member_id, channel=channel, hint=hint_of(channel, kept), created_at=now
    )
    put_secret(row.purpose, {name: text for name, text in kept.items() if text})
    return row


def open_account(member: Member, channel: str, *, back: str, now: datetime) -> Started:
    """Open an account at the service that pays by a channel, or go on with the one there is.

    Not to be called in a transaction.

    Args:
        member: whose.
        channel: one of those whose accounts are opened at a service.
        back: address to which the service sends the member afterwards.
        now: the moment.

    Raises:
        InvalidWallet: nobody opens such accounts.
        NotWithdrawable: the service cannot pay in this shop.
        PayoutServiceSilent: it did not answer.
    """
    provider = opener_for(channel)
    if provider is None:
        raise InvalidWallet(field="channel")
    if provider.fault():
        raise NotWithdrawable(_("This way of paying out does not work at the moment."))
    known = next((row for row in accounts_of(member.pk) if row.channel == channel), None)
    try:
        if known is not None:
            return Started(known, provider.go_on(details_of(known), back=back))
        earlier = PayoutAccount.objects.filter(member_id=member.pk, channel=channel).count()
        key = f"payout-account:{member.pk.hex}:{earlier + 1}"
        login = member.login or ""
        email = login if "@" in login else ""
        opened = provider.open_account(Opening(key=key, email=email, back=back))
    except PayoutUnsure as unsure:
        raise PayoutServiceSilent from unsure
    return Started(_keep_opened(member, channel, opened, now=now), opened.url)


@transaction.atomic
def _keep_opened(member: Member, channel: str, opened: Opened, *, now: datetime) -> PayoutAccount:
    # Whoever asked twice at once has one account at the service, and one here.
    lock_names([f"wallet:{member.pk}"])
    known = next((row for row in accounts_of(member.pk) if row.channel == channel), None)
    if known is not None:
        return known
    kept = {"holder": member.name, **opened.details}
    row = PayoutAccount.objects.create(
        member=member, channel=channel, hint=hint_of(channel, kept), created_at=now
    )
    put_secret(row.purpose, kept)
    return row


@transaction.atomic
def remove_account(member_id: UUID, account_id: UUID, *, now: datetime) -> None:
    """Take an account away; withdrawals that are under way are still paid to it.

    Raises:
        UnknownAccount: the member has no such account.
    """
    row = own_account(member_id, account_id)
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    forget_unused([row.pk])


def own_account(member_id: UUID, account_id: UUID) -> PayoutAccount:
    """Return an account of a member.

    Raises:
        UnknownAccount: he has no such account.
    """
    rows = PayoutAccount.objects.filter(pk=account_id, member_id=member_id, removed_at=None)
    row = rows.first()
    if row is None:
        raise UnknownAccount(field="account")
    return row


def accounts_of(member_id: UUID) -> list[PayoutAccount]:
    """Return the accounts of a member, the newest first."""
    rows = PayoutAccount.objects.filter(member_id=member_id, removed_at=None)
    return list(rows.order_by("-id"))


def details_of(account: PayoutAccount) -> dict[str, str]:
    """Return the particulars of an account in the clear, for who pays.

    Raises:
        AccountUnreadable: they are gone.
    """
    try:
        opened = get_secret(account.purpose)
    except (SecretMissing, SecretsUnreadable) as error:
        raise AccountUnreadable from error
    return {name: str(value) for name, value in opened.items()}


def forget_unused(account_ids: Sequence[UUID]) -> None:
    """Forget the particulars of accounts that were taken away and that nothing is paid to."""
    gone = PayoutAccount.objects.filter(pk__in=account_ids, removed_at__isnull=False)
    used = Withdrawal.objects.filter(account__in=account_ids, state__in=OPEN_STATES)
    for row in gone.exclude(pk__in=used.values("account_id")):
        drop_secret(row.purpose)


def hint_of(channel: str, details: Mapping[str, str]) -> str:
    """Return so much of an account that its owner knows it."""
    number, holder = details["number"], details["holder"]
    tail = number[-_SHOWN:] if len(number) > _SHOWN * 2 else number[-2:]
    bank = f"{details['bank'][:30]} " if channel == Channel.BANK else ""
    return f"{bank}****{tail} ({holder[:1]}**)"


def _checked(particular: Particular, value: str) -> str:
    text = " ".join(str(value).split())
    if particular.name in {"number", "id_number"}:
        text = text.replace(" ", "")
    is_missing = particular.is_needed and not text
    if is_missing or len(text) > LONGEST or not text.isprintable():
        raise InvalidWallet(_("This is needed."), field=particular.name)
    if particular.name == "id_number" and text and not _PERSON.fullmatch(text):
        raise InvalidWallet(_("This is no identity number."), field=particular.name)
    return text

"""What a shop decided about paying out and passing on balances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import BASIS_POINTS, LARGEST_MINOR
from kernel.common.time import local_date
from kernel.ledger.errors import UnknownAsset
from kernel.ledger.models import Asset
from kernel.pricing.audience import checked_audience
from kernel.pricing.errors import InvalidPriceList
from kernel.tenancy.context import current_tenant
from kernel.wallet.choices import EARNED, GIVEN, Channel
from kernel.wallet.errors import InvalidWallet
from kernel.wallet.models import Rule, TransferRule, WithdrawalRule
from kernel.wallet.providers import known_provider, opener_for
from kernel.wallet.tax.catalogue import category, fits

LONGEST_STATEMENT: Final = 2_000
_LONGEST_CATEGORY: Final = 40
_MOST_TIMES: Final = 10_000
_AMOUNTS: Final = frozenset(
    {
        *("min_minor", "max_minor", "daily_minor", "fee_minor", "four_eyes_minor"),
        "identity_from_minor",
    }
)
_OPTIONAL: Final = frozenset(
    {"max_minor", "daily_minor", "daily_count", "four_eyes_minor", "identity_from_minor"}
)
_SHARES: Final = frozenset({"fee_bp", "tax_bp"})

R = TypeVar("R", WithdrawalRule, TransferRule)


def may_be_withdrawn(asset: Asset) -> bool:
    """Tell whether an asset is one that can be paid out at all: earned, and worth money."""
    return (
        asset.is_active
        and asset.is_withdrawable
        and asset.kind in EARNED
        and bool(asset.currency)
        and bool(asset.rate_units)
    )


def may_be_given(asset: Asset) -> bool:
    """Tell whether an asset is one that members can pass on at all.

    What expires is not: it would get a new date on its way.
    """
    return asset.is_active and asset.is_transferable and asset.kind in GIVEN and not asset.expires


@transaction.atomic
def set_withdrawal_rule(
    asset_code: str, told: Mapping[str, Any], *, actor: Actor, now: datetime
) -> WithdrawalRule:
    """Decide how an asset is paid out, on the record; requests that were made keep their terms.

    Raises:
        UnknownAsset: no asset has the code.
        InvalidWallet: a value cannot be used; ``field`` names which.
    """
    asset = _asset(asset_code)
    if told.get("is_on") and not may_be_withdrawn(asset):
        text = _("Only what members earn and what is worth money can be paid out.")
        raise InvalidWallet(text, field="is_on")
    row = _set(WithdrawalRule, asset, told, actor=actor, now=now)
    if row.is_on and not row.channels:
        raise InvalidWallet(_("Choose at least one way to pay out."), field="channels")
    if any(opener_for(each) and not row.providers.get(each) for each in row.channels):
        raise InvalidWallet(_("Choose the service that pays this way."), field="providers")
    _check_tax(row, asset, now=now)
    return row


def _check_tax(row: WithdrawalRule, asset: Asset, *, now: datetime) -> None:
    if not row.tax_category:
        return
    found = category(row.tax_category, on=local_date(now, current_tenant().zone))
    if found is None or not fits(found, asset):
        text = _("This tax does not fit the balance: it is for money of its place, one to one.")
        raise InvalidWallet(text, field="tax_category")
    if found.method != "none" and row.identity_from_minor is None:
        text = _("Tax is declared by name: say from which amount members show who they are.")
        raise InvalidWallet(text, field="identity_from_minor")


@transaction.atomic
def set_transfer_rule(
    asset_code: str, told: Mapping[str, Any], *, actor: Actor, now: datetime
) -> TransferRule:
    """Decide how members give an asset to others, on the record.

    Raises:
        UnknownAsset: no asset has the code.
        InvalidWallet: a value cannot be used; ``field`` names which.
    """
    asset = _asset(asset_code)
    if told.get("is_on") and not may_be_given(asset):
        text = _("What was paid in, what expires, and what is not to be passed on stays.")
        raise InvalidWallet(text, field="is_on")
    return _set(TransferRule, asset, told, actor=actor, now=now)


def _asset(code: str) -> Asset:
    asset = Asset.objects.filter(code=code).first()
    if asset is None:
        raise UnknownAsset(asset=code[:32])
    return asset


def _set(kind: type[R], asset: Asset, told: Mapping[str, Any], *, actor: Actor, now: datetime) -> R:
    values = {name: _value(kind, name, value) for name, value in told.items()}
    kind.objects.bulk_create([kind(asset=asset)], ignore_conflicts=True)
    row = kind.objects.select_for_update().get(asset=asset)
    before = {name: getattr(row, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    for name in changed:
        setattr(row, name, values[name])
    if row.max_minor is not None and row.max_minor < row.min_minor:
        raise InvalidWallet(_("This is less than the least amount."), field="max_minor")
    if changed:
        row.updated_at = now
        row.save()
        record(
            action="wallet.rule_changed",
            actor=actor,
            obj=asset,
            before={name: before[name] for name in changed},
            after={"kind": kind.__name__, **{name: values[name] for name in changed}},
            now=now,
        )
    return row


def _value(kind: type[Rule], name: str, value: object) -> object:
    if name not in {field.name for field in kind._meta.get_fields()} - {"asset", "updated_at"}:
        raise InvalidWallet(_("Not known."), field=name[:80])
    if value is None and name in _OPTIONAL:
        return None
    if name in _AMOUNTS:
        return _whole(value, 0 if name == "fee_minor" else 1, LARGEST_MINOR, name)
    if name == "daily_count":
        return _whole(value, 1, _MOST_TIMES, name)
    if name in _SHARES:
        return _whole(value, 0, BASIS_POINTS - 1, name)
    return _other(name, value)


def _other(name: str, value: object) -> object:
    if name == "is_on":
        if not isinstance(value, bool):
            raise InvalidWallet(field=name)
        return value
    if name == "audience":
        try:
            return checked_audience(value)
        except InvalidPriceList as refusal:
            raise InvalidWallet(field=name) from refusal
    if name == "tax_category":
        if not isinstance(value, str) or len(value) > _LONGEST_CATEGORY:
            raise InvalidWallet(field=name)
        return value
    if name == "channels":
        if not isinstance(value, (list, tuple)) or not set(value) <= set(Channel.values):
            raise InvalidWallet(field=name)
        return [each for each in Channel.values if each in value]
    if name == "providers":
        return _providers(value)
    return _statement(value)


def _providers(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InvalidWallet(field="providers")
    found = {}
    for channel, code in value.items():
        provider = known_provider(str(code))
        if code and (provider is None or channel not in provider.channels):
            raise InvalidWallet(_("There is no such payout service."), field="providers")
        if code:
            found[str(channel)] = str(code)
    return found


def _statement(value: object) -> dict[str, str]:
    known = {code for code, _label in settings.LANGUAGES}
    if not isinstance(value, Mapping) or not set(value) <= known:
        raise InvalidWallet(field="statement")
    texts = {str(code): text for code, text in value.items() if text}
    if any(
        not isinstance(x, str) or len(x) > LONGEST_STATEMENT or "\x00" in x for x in texts.values()
    ):
        raise InvalidWallet(field="statement")
    return texts


def _whole(value: object, least: int, most: int, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        text = _("A whole number from %(least)d to %(most)d is expected.")
        raise InvalidWallet(text % {"least": least, "most": most}, field=field)
    return value

"""Defines assets, and lets a tenant name and regulate them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import DECIMALS
from kernel.ledger.choices import AssetKind
from kernel.ledger.errors import AssetDiffers, InvalidAsset, UnknownAsset
from kernel.ledger.models import Asset
from kernel.reference.currencies import CURRENCIES

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,31}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_LARGEST_SCALE: Final = 8
_LONGEST_NAME: Final = 40
_FIXED: Final = ("kind", "scale", "currency", "expires")
_CHANGEABLE: Final = frozenset(
    {
        "names", "rate_units", "rate_minor", "is_spendable", "is_withdrawable",
        "is_transferable", "expiry_days", "jurisdictions", "is_active",
    }
)  # fmt: skip


def ensure_asset(
    code: str,
    kind: str,
    names: Mapping[str, str],
    scale: int,
    *,
    currency: str = "",
    rate: tuple[int, int] | None = None,
    is_spendable: bool = False,
    is_withdrawable: bool = False,
    is_transferable: bool = False,
    expires: bool = False,
    expiry_days: int | None = None,
    jurisdictions: Sequence[str] = (),
) -> Asset:
    """Return the asset with this code; define it when it is not there.

    What the tenant may change, names and rules, stays as he left it.

    Args:
        code: 2 to 32 small letters, digits and underscores.
        kind: one of `AssetKind`.
        names: what it is called, in each language of the platform.
        scale: decimal places, 0 to 8.
        currency: what it is worth is told in this one.
        rate: so many minor units are worth so many minor units of the currency.
        is_spendable: it pays for orders.
        is_withdrawable: it can be paid out.
        is_transferable: its owner may give it to somebody else.
        expires: what comes in expires, oldest first.
        expiry_days: after so many days, unless a booking says otherwise.
        jurisdictions: ISO 3166 codes where it may be offered; everywhere without.

    Raises:
        InvalidAsset: something about it is not possible.
        AssetDiffers: there is one of another kind, scale, currency or expiry.
    """
    asset = Asset(
        code=code,
        kind=kind,
        names=dict(names),
        scale=scale,
        currency=currency,
        rate_units=rate[0] if rate else None,
        rate_minor=rate[1] if rate else None,
        is_spendable=is_spendable,
        is_withdrawable=is_withdrawable,
        is_transferable=is_transferable,
        expires=expires,
        expiry_days=expiry_days,
        jurisdictions=list(jurisdictions),
    )
    found = Asset.objects.filter(code=code).first()
    if found is None:
        _check(asset)
        Asset.objects.bulk_create([asset], ignore_conflicts=True)
        found = Asset.objects.get(code=code)
    different = [name for name in _FIXED if getattr(found, name) != getattr(asset, name)]
    if different:
        raise AssetDiffers(asset=code, fields=different)
    return found


def cash_asset(currency: str) -> Asset:
    """Return the asset of a currency, whose code is the currency's in small letters.

    Raises:
        InvalidAsset: no shop keeps its prices in it.
    """
    for code, decimals, chinese, english in CURRENCIES:
        if code == currency:
            return ensure_asset(
                code.lower(),
                AssetKind.CASH,
                {"zh-hans": chinese, "en": english},
                decimals,
                currency=code,
                rate=(1, 1),
                is_spendable=True,
            )
    raise _invalid("currency", _("This currency is not known."))


@transaction.atomic
def define_asset(
    code: str, kind: str, names: Mapping[str, str], scale: int, *, actor: Actor, **rules: Any
) -> Asset:
    """Define an asset that is not there yet, on the record; rules as `ensure_asset` takes them.

    Raises:
        AssetDiffers: there is one with this code.
        InvalidAsset: something about it is not possible.
    """
    if Asset.objects.filter(code=code).exists() or is_currency_code(code):
        raise AssetDiffers(asset=code, field="code")
    asset = ensure_asset(code, kind, names, scale, **rules)
    record(
        action="ledger.asset_defined",
        actor=actor,
        obj=asset,
        after={"code": code, "kind": kind, "names": dict(names), **rules},
    )
    return asset


@transaction.atomic
def change_asset(code: str, *, actor: Actor, **changes: Any) -> Asset:
    """Change what a tenant may decide about an asset, on the record.

    Args:
        code: which asset.
        actor: who decides.
        changes: ``names``, ``rate_units`` with ``rate_minor``, ``is_spendable``,
            ``is_withdrawable``, ``is_transferable``, ``expiry_days``,
            ``jurisdictions``, ``is_active``.

    Raises:
        UnknownAsset: no asset has the code.
        InvalidAsset: it cannot be so, or cannot be changed.
    """
    for name in changes.keys() - _CHANGEABLE:
        raise _invalid(name, _("This cannot be changed."))
    asset = Asset.objects.select_for_update(no_key=True).filter(code=code).first()
    if asset is None:
        raise UnknownAsset(asset=code)
    changed = {name: value for name, value in changes.items() if getattr(asset, name) != value}
    if not changed:
        return asset
    before = {name: getattr(asset, name) for name in changed}
    for name, value in changed.items():
        setattr(asset, name, value)
    _check(asset)
    asset.save(update_fields=list(changed))
    record(action="ledger.asset_changed", actor=actor, obj=asset, before=before, after=changed)
    return asset


def is_currency_code(asset_code: str) -> bool:
    """Tell whether an asset's code is that of a currency's cash."""
    return asset_code.islower() and asset_code.upper() in DECIMALS


def _check(asset: Asset) -> None:
    if _CODE.fullmatch(asset.code) is None:
        raise _invalid("code", _("A code has 2 to 32 small letters, digits and underscores."))
    if asset.kind not in AssetKind.values:
        raise _invalid("kind", _("This kind of asset is not known."))
    if not 0 <= asset.scale <= _LARGEST_SCALE:
        raise _invalid("scale", _("An asset has 0 to 8 decimal places."))
    if asset.currency and asset.currency not in DECIMALS:
        raise _invalid("currency", _("This currency is not known."))
    _check_names(asset.names)
    _check_rules(asset)


def _check_names(names: object) -> None:
    languages = {language for language, _name in settings.LANGUAGES}
    if not isinstance(names, dict) or set(names) != languages:
        raise _invalid("names", _("An asset has a name in each language."))
    for name in names.values():
        if not isinstance(name, str) or not 1 <= len(name.strip()) <= _LONGEST_NAME:
            raise _invalid("names", _("A name has 1 to 40 characters."))


def _check_rules(asset: Asset) -> None:
    units, minor = asset.rate_units, asset.rate_minor
    if (units is None) != (minor is None):
        raise _invalid("rate", _("A rate has two sides."))
    if units is not None and minor is not None and (units <= 0 or minor < 0 or not asset.currency):
        raise _invalid("rate", _("A rate is a positive number of units, worth some currency."))
    if asset.expiry_days is not None and (not asset.expires or asset.expiry_days < 1):
        raise _invalid("expiry_days", _("Only an asset that expires has a number of days."))
    if any(_COUNTRY.fullmatch(str(country)) is None for country in asset.jurisdictions):
        raise _invalid("jurisdictions", _("Countries are named by two capital letters."))


def _invalid(field: str, text: str) -> InvalidAsset:
    return InvalidAsset(text, field=field)

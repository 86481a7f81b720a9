"""Lets a shop of the demo take cards, through the double of Stripe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from config.dev.demo.shelving import ACTOR
from kernel.payments.models import BindingVersion, PaymentBinding
from kernel.payments.selectors import hook_path
from kernel.payments.services import bind, rebind, set_enabled
from kernel.tenancy.context import current_tenant

_TIMEOUT: Final = 10


def take_cards(label: str, *, store_url: str, stripe_url: str, now: datetime) -> PaymentBinding:
    """Bind an account at the double, as a merchant does at Stripe; done again, nothing changes.

    The address of the storefront may be another at each start: the double is told.

    Args:
        label: of the shop, part of its keys.
        store_url: the storefront as browsers reach it.
        stripe_url: the double.
        now: the moment.
    """
    key = f"sk_test_demo{label}shop"
    row = _known(label) or _bound(label, key, now=now)
    hook = f"{store_url}{hook_path(row)}"
    known = _ask(f"{stripe_url}/v1/webhook_endpoints?limit=100", key)["data"]
    endpoint = next((each for each in known if each["url"] == hook), None) or _ask(
        f"{stripe_url}/v1/webhook_endpoints", key, {"url": hook}
    )
    hints = BindingVersion.objects.get(binding=row, version=row.version).hints
    if not endpoint["secret"].endswith(hints["webhook_secret"]):
        told = {"publishable_key": _public_key(label), "webhook_secret": endpoint["secret"]}
        rebind(row.pk, values=told, actor=ACTOR, now=now)
    return row


def _known(label: str) -> PaymentBinding | None:
    own = BindingVersion.objects.filter(public__publishable_key=_public_key(label))
    rows = PaymentBinding.objects.filter(pk__in=own.values("binding"), removed_at=None)
    return rows.first()


def _public_key(label: str) -> str:
    return f"pk_test_demo{label}shop"


def _bound(label: str, key: str, *, now: datetime) -> PaymentBinding:
    is_chinese = current_tenant().locale.startswith("zh")
    values: dict[str, object] = {
        "restricted_key": key,
        "publishable_key": _public_key(label),
        # Another takes its place as soon as the double knows the address.
        "webhook_secret": "whsec_untiltheaddressisknown",
    }
    row = bind(
        gateway="stripe",
        is_live=False,
        title="银行卡" if is_chinese else "Card",
        values=values,
        actor=ACTOR,
        now=now,
    )
    return set_enabled(row.pk, enabled=True, actor=ACTOR)


def _ask(url: str, key: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    body = urlencode(form).encode() if form else None
    asked = Request(url, data=body, headers={"Authorization": f"Bearer {key}"})  # noqa: S310
    with urlopen(asked, timeout=_TIMEOUT) as answer:  # noqa: S310  the double, on this machine
        found: dict[str, Any] = json.load(answer)
    return found

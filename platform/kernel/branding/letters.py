"""Who a letter comes from: in the brand's name, and where it is proven at its address."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr
from secrets import token_hex
from typing import Any

from django.conf import settings

from kernel.tenancy.context import BrandRef


def sender_of(brand: BrandRef) -> str:
    """Return the From line of a brand's letters.

    Without an address of its own it is the installation's: only that passes SPF and DKIM.
    """
    name = " ".join((brand.mail_name or brand.name).split())
    return str(Address(display_name=name, addr_spec=address_of(brand)))


def envelope(brand: BrandRef, *, key: str = "") -> dict[str, Any]:
    """Return sender, answers and headers of a letter, as Django's messages take them.

    Args:
        brand: in whose name it goes out.
        key: what tells it from all others; drawn by chance when left out.
    """
    host = address_of(brand).rpartition("@")[2]
    return {
        "from_email": sender_of(brand),
        "reply_to": [brand.support_email] if brand.support_email else [],
        # Django's own would name this machine.
        "headers": {"Message-ID": f"<{key or token_hex(16)}@{host}>"},
    }


def address_of(brand: BrandRef) -> str:
    """Return the address that a brand's letters come from."""
    return brand.mail_from or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

"""Who issues the invoices that members ask for: staff by hand, or a service.

A module joins a provider with `register_provider`. A provider is asked outside of any
transaction, after the request is stored, and answers with what the tax office gave. One
that issues by hand answers nothing: staff note the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.documents.models import InvoiceRequest, RedInvoice

MANUAL: Final = "manual"


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """What was issued.

    Attributes:
        content: the file; empty when it is fetched elsewhere.
    """

    number: str
    code: str = ""
    content: bytes = b""


class InvoiceIssuer(Protocol):
    """Issues invoices and takes them back. The same request asked again issues nothing twice."""

    def issue(self, request: InvoiceRequest) -> IssuedInvoice | None:
        """Return the invoice, or None while nobody has issued it."""

    def red_flush(self, red: RedInvoice, request: InvoiceRequest) -> IssuedInvoice | None:
        """Return the red invoice, or None while nobody has issued it."""


class ByHand:
    """Staff issue invoices in the tax office's own program and note them here."""

    def issue(self, request: InvoiceRequest) -> IssuedInvoice | None:
        """Leave it to staff."""
        return None

    def red_flush(self, red: RedInvoice, request: InvoiceRequest) -> IssuedInvoice | None:
        """Leave it to staff."""
        return None


_issuers: Final[dict[str, tuple[str | Promise, InvoiceIssuer]]] = {}


def register_provider(code: str, label: str | Promise, issuer: InvoiceIssuer) -> None:
    """Add a provider; the same code again replaces the earlier."""
    _issuers[code] = label, issuer


def issuer_named(code: str) -> InvoiceIssuer:
    """Return a provider; staff, where it is not there any more."""
    return _issuers.get(code, _issuers[MANUAL])[1]


def provider_choices() -> list[tuple[str, str | Promise]]:
    """Return what an entity may choose."""
    return [(code, label) for code, (label, _issuer) in _issuers.items()]


register_provider(MANUAL, _("Noted by staff"), ByHand())

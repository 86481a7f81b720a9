"""What concerns documents and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidEntity(DomainError):
    """A particular of a legal entity that cannot be kept; ``field`` names which."""

    code: ClassVar[str] = "documents.invalid_entity"
    status: ClassVar[int] = 422
    title = _("The legal entity cannot be kept like this.")


class InvalidLayout(DomainError):
    """A value that a layout cannot have; ``field`` names which."""

    code: ClassVar[str] = "documents.invalid_layout"
    status: ClassVar[int] = 422
    title = _("The layout cannot be kept like this.")


class UnknownEntity(DomainError):
    """There is no such legal entity."""

    code: ClassVar[str] = "documents.unknown_entity"
    status: ClassVar[int] = 404
    title = _("There is no such legal entity.")


class NoEntity(DomainError):
    """Nobody has said in whose name documents are issued."""

    code: ClassVar[str] = "documents.no_entity"
    status: ClassVar[int] = 409
    title = _("Say first in whose name documents are issued.")


class NotInvoiceable(DomainError):
    """The order is unpaid or cancelled."""

    code: ClassVar[str] = "documents.not_invoiceable"
    status: ClassVar[int] = 409
    title = _("An invoice is issued for orders that are paid.")


class NothingToDeliver(DomainError):
    """Nothing of the order is brought or fetched."""

    code: ClassVar[str] = "documents.nothing_to_deliver"
    status: ClassVar[int] = 409
    title = _("Nothing of this order is handed over as goods.")


class UnknownDocument(DomainError):
    """There is no such document, or whoever asks may not see it."""

    code: ClassVar[str] = "documents.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such document.")


class RequestsClosed(DomainError):
    """The shop takes no requests for invoices."""

    code: ClassVar[str] = "documents.requests_closed"
    status: ClassVar[int] = 409
    title = _("This shop takes no requests for invoices here.")


class InvalidRequest(DomainError):
    """A particular of a request that cannot be used; ``field`` names which."""

    code: ClassVar[str] = "documents.invalid_request"
    status: ClassVar[int] = 422
    title = _("No invoice can be asked for like this.")


class RequestedBefore(DomainError):
    """An invoice was asked for already."""

    code: ClassVar[str] = "documents.requested_before"
    status: ClassVar[int] = 409
    title = _("An invoice was asked for already.")


class UnknownRequest(DomainError):
    """There is no such request, or it is another's."""

    code: ClassVar[str] = "documents.unknown_request"
    status: ClassVar[int] = 404
    title = _("There is no such request.")


class RequestMoved(DomainError):
    """The request is not in a state for that."""

    code: ClassVar[str] = "documents.request_moved"
    status: ClassVar[int] = 409
    title = _("The request has moved on meanwhile.")


class InvoiceFileRefused(DomainError):
    """A file that is no PDF, OFD or picture, or too large."""

    code: ClassVar[str] = "documents.file_refused"
    status: ClassVar[int] = 422
    title = _("A PDF, OFD, PNG or JPEG of at most 10 MB is expected.")


class NothingToPrint(DomainError):
    """No order was chosen, or too many."""

    code: ClassVar[str] = "documents.nothing_to_print"
    status: ClassVar[int] = 422
    title = _("Choose from one to 1,000 orders.")


class UnknownPrintRun(DomainError):
    """There is no such run."""

    code: ClassVar[str] = "documents.unknown_run"
    status: ClassVar[int] = 404
    title = _("There is no such run.")

"""Printers of a shop: set up, changed, removed, and what they print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.members.errors import MessageNotSent
from kernel.notifications.errors import InvalidChoice, UnknownPrinter
from kernel.notifications.models import Message, Printer
from kernel.notifications.printing.drivers import Driver, Ticket, driver_of

MOST_PRINTERS: Final = 20
MOST_COPIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterDraft:
    """What a printer shall be; secrets that are left out stay as they are kept."""

    name: str
    driver: str
    copies: int = 1
    is_on: bool = True
    values: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def save_printer(
    draft: PrinterDraft, *, actor: Actor, now: datetime, printer_id: UUID | None = None
) -> Printer:
    """Set a printer up, or change one.

    Raises:
        UnknownPrinter: there is none.
        InvalidChoice: a value it cannot have, or too many of them.
    """
    row = Printer() if printer_id is None else printer_with(printer_id)
    driver = _checked(draft, row)
    if printer_id is None and Printer.objects.count() >= MOST_PRINTERS:
        text = _("At most %(number)s printers.") % {"number": MOST_PRINTERS}
        raise InvalidChoice(text, field="name")
    kept = {} if printer_id is None else _kept(row)
    secret = {
        each.name: draft.values.get(each.name) or kept.get(each.name, "")
        for each in driver.fields
        if each.is_secret
    }
    plain = {
        each.name: draft.values.get(each.name, "").strip()
        for each in driver.fields
        if not each.is_secret
    }
    driver.check({**plain, **secret})
    before = _told(row) if printer_id else None
    row.name, row.driver, row.copies = draft.name.strip(), driver.code, draft.copies
    row.is_on, row.values = draft.is_on, plain
    row.save()
    put_secret(_purpose(row.pk), secret)
    after = _told(row)
    record(
        action="notifications.printer_saved",
        actor=actor,
        obj=row,
        before=before,
        after=after,
        now=now,
    )
    return row


@transaction.atomic
def remove_printer(printer_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Forget a printer.

    Raises:
        UnknownPrinter: there is none.
    """
    row = printer_with(printer_id)
    record(action="notifications.printer_removed", actor=actor, obj=row, before=_told(row), now=now)
    drop_secret(_purpose(row.pk))
    row.delete()


def printer_with(printer_id: UUID) -> Printer:
    """Return a printer.

    Raises:
        UnknownPrinter: there is none.
    """
    row = Printer.objects.filter(pk=printer_id).first()
    if row is None:
        raise UnknownPrinter
    return row


def print_test(row: Printer) -> None:
    """Print a line, to see.

    Raises:
        MessageNotSent: nobody took it.
    """
    _print(row, Ticket(_("Test"), _("This printer works."), 1))


def print_message(message: Message) -> None:
    """Print a message at the printer that it is for; nothing where that is gone or off.

    Raises:
        MessageNotSent: nobody took it; later somebody may.
    """
    row = Printer.objects.filter(pk=UUID(message.recipient), is_on=True).first()
    if row is not None:
        _print(row, Ticket(message.subject, message.body, row.copies))


def _print(row: Printer, ticket: Ticket) -> None:
    driver = driver_of(row.driver)
    try:
        secret = _secrets(row)
    except (SecretMissing, SecretsUnreadable) as error:
        raise MessageNotSent from error
    if driver is None:
        raise MessageNotSent
    driver.print({**row.values, **secret}, ticket)


def _checked(draft: PrinterDraft, row: Printer) -> Driver:
    driver = driver_of(draft.driver)
    if driver is None or (row.driver and row.driver != draft.driver):
        raise InvalidChoice(field="driver")
    if not draft.name.strip() or "\x00" in draft.name:
        raise InvalidChoice(_("A name is needed."), field="name")
    if not 1 <= draft.copies <= MOST_COPIES:
        bounds = {"lowest": 1, "highest": MOST_COPIES}
        text = _("From %(lowest)s to %(highest)s is expected.") % bounds
        raise InvalidChoice(text, field="copies")
    return driver


def _kept(row: Printer) -> dict[str, str]:
    try:
        return _secrets(row)
    except (SecretMissing, SecretsUnreadable):
        # A copied shop has the printer without its key, which is typed in again.
        return {}


def _secrets(row: Printer) -> dict[str, str]:
    return {name: str(value) for name, value in get_secret(_purpose(row.pk)).items()}


def _told(row: Printer) -> dict[str, object]:
    return {
        "name": row.name,
        "driver": row.driver,
        "copies": row.copies,
        "is_on": row.is_on,
        **row.values,
    }


def _purpose(printer_id: UUID) -> str:
    return f"notifications.printer.{printer_id.hex}"

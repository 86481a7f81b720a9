"""Printers: set up, changed, tried, removed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.notices.views import MANAGE, VIEW
from kernel.backoffice.pieces import found, identified
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.errors import MessageNotSent
from kernel.notifications.models import Printer
from kernel.notifications.printing.drivers import Driver, all_drivers, driver_of
from kernel.notifications.services.printers import (
    MOST_COPIES,
    PrinterDraft,
    print_test,
    remove_printer,
    save_printer,
)

HOME = "/notifications/printers/"


class PrinterForm(forms.Form):
    """What every printer has; its make adds what it has to be told."""

    title = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    copies = forms.IntegerField(
        label=gettext_lazy("Copies"), min_value=1, max_value=MOST_COPIES, initial=1, localize=False
    )
    is_on = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, driver: Driver, row: Printer | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = [each.name for each in driver.fields]
        kept = gettext_lazy("Empty keeps the one that is kept.")
        for each in driver.fields:
            widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            self.fields[f"value_{each.name}"] = forms.CharField(
                label=str(each.label),
                max_length=500,
                required=not (each.is_secret and row is not None),
                widget=widget if each.is_secret else forms.TextInput(),
                help_text=kept if each.is_secret and row is not None else "",
            )

    def draft(self, driver: Driver) -> PrinterDraft:
        """Return what was told."""
        told = self.cleaned_data
        values = {name: told[f"value_{name}"] for name in self._names}
        return PrinterDraft(
            name=told["title"],
            driver=driver.code,
            copies=told["copies"],
            is_on=told["is_on"],
            values=values,
        )

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at the field that it is about."""
        about = str(refusal.fields.get("field", ""))
        field = {"name": "title"}.get(about, about)
        known = next((each for each in (field, f"value_{field}") if each in self.fields), None)
        self.add_error(known, str(refusal))


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the printers."""
    rows = [(row, driver_of(row.driver)) for row in Printer.objects.order_by("name", "id")]
    context = {"rows": rows, "drivers": all_drivers()}
    return render(request, "backoffice/notices/printers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest, driver: str) -> HttpResponseBase:
    """Set a printer of a make up."""
    known = driver_of(driver)
    if known is None:
        raise Http404
    return _edit(request, known, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, printer: str) -> HttpResponseBase:
    """Change a printer."""
    row = _row(printer)
    driver = driver_of(row.driver)
    if driver is None:
        raise Http404
    return _edit(request, driver, row)


def _edit(request: StaffRequest, driver: Driver, row: Printer | None) -> HttpResponseBase:
    initial: dict[str, object] = {}
    if row is not None:
        values = {f"value_{name}": value for name, value in row.values.items()}
        initial = {"title": row.name, "copies": row.copies, "is_on": row.is_on, **values}
    data = request.POST if request.method == "POST" else None
    form = PrinterForm(driver, row, data, initial=initial)
    if data is not None and form.is_valid():
        try:
            save_printer(
                form.draft(driver),
                actor=request.actor,
                now=utc_now(),
                printer_id=row.pk if row is not None else None,
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The printer was saved. Try whether it prints."))
            return redirect(HOME)
    context = {"form": form, "driver": driver, "printer": row}
    status = 422 if form.errors else 200
    return render(request, "backoffice/notices/printer.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def attempt(request: StaffRequest, printer: str) -> HttpResponseBase:
    """Print a line, to see."""
    try:
        print_test(_row(printer))
    except MessageNotSent:
        messages.error(request, _("The printer did not take it. Look at its number and key."))
    else:
        messages.success(request, _("The printer has taken it."))
    return redirect(HOME)


@require_POST
@staff_page(MANAGE)
def remove(request: StaffRequest, printer: str) -> HttpResponseBase:
    """Forget a printer."""
    remove_printer(_row(printer).pk, actor=request.actor, now=utc_now())
    messages.success(request, _("The printer was removed."))
    return redirect(HOME)


def _row(text: str) -> Printer:
    row: Printer = found(Printer.objects.filter(pk=identified("prn", text)).first())
    return row

"""Payout services: connect them with the shop's own credentials, and take these away."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.payments.forms import BindingForm
from kernel.backoffice.wallet.rules import MANAGE
from kernel.common.errors import DomainError
from kernel.payments.gateways.contract import Json
from kernel.payments.gateways.forms import fields_of, secret_names
from kernel.wallet.providers import PayoutProvider, services
from kernel.wallet.services import connect_service, connected_of, disconnect_service

_LONG: Final = 300


class ServiceForm(BindingForm):
    """The credentials of a payout service; they have no name and no test mode."""

    def __init__(self, schema: Json, *args: Any, **kwargs: Any) -> None:
        super().__init__(schema, *args, **kwargs)
        del self.fields["title"]
        self.fields.pop("live", None)
        for name, field in fields_of(schema).items():
            if field.get("maxLength", 0) > _LONG and name not in secret_names(schema):
                widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
                widget.is_required = self.fields[f"value_{name}"].required
                self.fields[f"value_{name}"].widget = widget


@require_safe
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the services that can be connected."""
    rows = [(each, connected_of(each.code) is not None) for each in services()]
    return render(request, "backoffice/wallet/services.html", {"rows": rows})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def edit(request: StaffRequest, code: str) -> HttpResponseBase:
    """Connect a service after a live call with its credentials has worked."""
    service, schema = _service(code)
    known = connected_of(code)
    form = ServiceForm(
        schema,
        request.POST if request.method == "POST" else None,
        hints=known.hints if known else None,
        is_new=known is None,
        initial={f"value_{name}": text for name, text in (known.public if known else {}).items()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            connect_service(code, form.values(), actor=request.actor)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The service works with these particulars."))
            return redirect("/withdrawals/services/")
    context = {"form": form, "service": service, "known": known}
    status = 422 if form.errors else 200
    return render(request, "backoffice/wallet/service.html", context, status=status)


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def remove(request: StaffRequest, code: str) -> HttpResponseBase:
    """Forget the credentials of a service."""
    _service(code)
    try:
        disconnect_service(code, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The credentials were forgotten."))
    return redirect("/withdrawals/services/")


def _service(code: str) -> tuple[PayoutProvider, Json]:
    found = next((each for each in services() if each.code == code), None)
    schema = found.schema() if found else None
    if found is None or schema is None:
        raise Http404
    return found, schema

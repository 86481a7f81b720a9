"""The brand of a partner, in its own console."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channel_center.brands.console.menu import MANAGE_BRAND
from channel_center.brands.selectors import FROM_ABOVE, brand_of, brand_values
from channel_center.brands.services import prove_domain, set_partner_brand, wanted_domains
from channel_center.models import Channel
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.looks.forms import LookForm
from kernel.backoffice.looks.proofs import Proof
from kernel.branding.fields import PROVEN
from kernel.branding.letters import address_of
from kernel.common.errors import DomainError
from tenants.services.brands import sender_proof


def _own(request: StaffRequest) -> Channel:
    """Return the partner whose brand somebody edits: his own."""
    if request.person.channel_id is None:
        raise PermissionDenied
    return Channel.objects.select_related("parent").get(pk=request.person.channel_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_BRAND)
def editor(request: StaffRequest) -> HttpResponseBase:
    """Change any field; all shops follow at once."""
    channel = _own(request)
    takes = bool(channel.brand.get(FROM_ABOVE))
    above = channel.parent
    inherited = brand_values(above) if above is not None and takes else {}
    own = {"name": channel.name, **channel.brand}
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = LookForm(*data, own=own, inherited=inherited, is_partner=True)

    def save(values: Mapping[str, str]) -> None:
        wishes = "from_above" in request.POST if above is not None else None
        set_partner_brand(channel.pk, values, actor=request.actor, takes_from_above=wishes)

    if request.method == "POST" and form.kept_by(save):
        messages.success(request, _("The look was changed, also in your shops."))
        return redirect("/brand/")
    shown = brand_of(channel)
    context = {
        "form": form,
        "lead": _(
            "What you, your shops' staff and, where a shop has none of its own, visitors see."
        ),
        "proofs": _proofs(channel),
        "shown": shown,
        "staff": shown,
        "sender": address_of(shown),
        "is_partner": True,
        "above": above,
        "takes_from_above": takes,
    }
    return render(
        request, "backoffice/looks/editor.html", context, status=422 if form.errors else 200
    )


def _proofs(channel: Channel) -> list[Proof]:
    proven = channel.brand.get(PROVEN) or ()
    return [
        Proof(each, *sender_proof(UUID(str(channel.pk)), each), each in proven)
        for each in wanted_domains(channel.brand)
    ]


@require_POST
@staff_page(MANAGE_BRAND)
def prove(request: StaffRequest) -> HttpResponseBase:
    """Look for the proof of a domain."""
    channel = _own(request)
    domain = request.POST.get("domain", "")[:253]
    try:
        prove_domain(channel.pk, domain, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The domain is proven and in use from now on."))
    return redirect("/brand/")

"""What the shop looks like: each field its own, or its partner's."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.looks.forms import LookForm
from kernel.backoffice.looks.proofs import Proof
from kernel.branding.fields import INHERITED, PROVEN, domain_of
from kernel.branding.letters import address_of
from kernel.branding.library import note_pictures
from kernel.common.errors import DomainError
from kernel.tenancy.context import current_tenant
from tenants.console.pages import MANAGE_BRAND
from tenants.console.selectors import kept_brand
from tenants.services.brands import prove_sender, sender_proof, set_brand


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_BRAND)
def editor(request: StaffRequest) -> HttpResponseBase:
    """Change any field; what is left empty is inherited."""
    tenant = current_tenant()
    kept = kept_brand(tenant.id)
    own = {"name": tenant.brand.name, **kept}
    inherited = kept.get(INHERITED) or {}
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = LookForm(
        *data,
        own=own,
        inherited=inherited,
        is_partner=False,
        has_library=request.person.may("media.view"),
    )

    def save(values: Mapping[str, str]) -> None:
        note_pictures(form.chosen)
        set_brand(tenant.id, values, actor=request.actor)

    if request.method == "POST" and form.kept_by(save):
        messages.success(request, _("The look was changed."))
        return redirect("/brand/")
    context = {
        "form": form,
        "lead": _("What visitors and your staff see. A field left empty is inherited."),
        "proofs": _proofs(kept),
        "shown": tenant.brand,
        "staff": tenant.console_brand,
        "sender": address_of(tenant.brand),
    }
    return render(
        request, "backoffice/looks/editor.html", context, status=422 if form.errors else 200
    )


def _proofs(kept: Mapping[str, object]) -> list[Proof]:
    domain = domain_of("mail_from", str(kept.get("mail_from") or ""))
    if not domain:
        return []
    proven = kept.get(PROVEN)
    is_proven = isinstance(proven, list) and domain in proven
    return [Proof(domain, *sender_proof(current_tenant().id, domain), is_proven)]


@require_POST
@staff_page(MANAGE_BRAND)
def prove(request: StaffRequest) -> HttpResponseBase:
    """Look for the proof of the sender's domain."""
    try:
        prove_sender(current_tenant().id, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The domain is proven and in use from now on."))
    return redirect("/brand/")

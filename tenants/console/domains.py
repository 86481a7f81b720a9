"""The pages on which host names are bound to the shop."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.tenancy.context import current_tenant
from tenants.choices import DomainKind
from tenants.console.forms import DomainForm
from tenants.console.pages import MANAGE_DOMAINS
from tenants.console.selectors import ListedDomain, domains_of
from tenants.errors import DomainNotProven
from tenants.services.domains import add_domain, make_primary, remove_domain, verify_domain

_FIELDS = {
    "tenants.invalid_domain": "domain",
    "tenants.reserved_domain": "domain",
    "tenants.domain_taken": "domain",
    "tenants.confusable_domain": "domain",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_DOMAINS)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the host names, and add one."""
    tenant = current_tenant()
    form = DomainForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_domain(
                tenant.id,
                form.cleaned_data["domain"],
                kind=DomainKind(form.cleaned_data["kind"]),
                actor=request.actor,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
        else:
            messages.success(request, _("The host name was added."))
            return redirect(f"/domains/{added.domain}/")
    context = {"form": form, "domains": domains_of(tenant.id)}
    return render(request, "tenants/domains.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
@staff_page(MANAGE_DOMAINS)
def show(request: StaffRequest, name: str) -> HttpResponseBase:
    """Show what the DNS must hold, and what can be done with the name."""
    return render(request, "tenants/domain.html", {"listed": _listed(name)})


@require_POST
@staff_page(MANAGE_DOMAINS)
def verify(request: StaffRequest, name: str) -> HttpResponseBase:
    """Look into the DNS now."""
    listed = _listed(name)
    try:
        verify_domain(current_tenant().id, listed.domain.domain, actor=request.actor)
    except DomainNotProven as refusal:
        messages.warning(
            request,
            _("%(reason)s A new record can take some minutes to be seen.")
            % {"reason": refusal.title},
        )
    else:
        messages.success(request, _("The name is proven. It answers from now on."))
    return redirect(f"/domains/{listed.domain.domain}/")


@require_POST
@staff_page(MANAGE_DOMAINS)
def primary(request: StaffRequest, name: str) -> HttpResponseBase:
    """Make a name the one that the others may lead to."""
    listed = _listed(name)
    make_primary(
        current_tenant().id,
        listed.domain.domain,
        actor=request.actor,
        redirect_others=request.POST.get("redirect_others") == "on",
    )
    messages.success(request, _("This is the primary name now."))
    return redirect("/domains/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_DOMAINS)
def remove(request: StaffRequest, name: str) -> HttpResponseBase:
    """Ask, then unbind a name."""
    listed = _listed(name)
    if listed.domain.is_primary:
        messages.error(request, _("Make another name the primary one first."))
        return redirect(f"/domains/{listed.domain.domain}/")
    if request.method != "POST":
        return render(request, "tenants/domain_remove.html", {"listed": listed})
    remove_domain(current_tenant().id, listed.domain.domain, actor=request.actor)
    messages.success(request, _("The host name was removed."))
    return redirect("/domains/")


def _listed(name: str) -> ListedDomain:
    for listed in domains_of(current_tenant().id):
        if listed.domain.domain == name:
            return listed
    raise Http404

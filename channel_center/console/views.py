"""Overview and shops, for channel partners and the operator."""

from __future__ import annotations

import secrets
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from channel_center.brands.selectors import domains_for_shops, first_hosts
from channel_center.bulk.console.forms import actions_for
from channel_center.console.csv_export import csv_lines
from channel_center.console.forms import HoldForm, OpenTenantForm, TenantFilter
from channel_center.console.menu import MANAGE_TENANTS, VIEW_TENANTS
from channel_center.console.selectors import (
    channel_list,
    find_tenants,
    in_pieces,
    listed,
    module_use,
    open_jobs,
    opened_by_week,
    state_counts,
    tenant_by_public_id,
    tenant_page,
)
from channel_center.figures.balances import standing_for
from channel_center.figures.fleet import health
from channel_center.figures.over_time import charts_for
from channel_center.figures.selectors import figures_for
from channel_center.figures.views import SEES_MONEY
from channel_center.partners.selectors import open_holds, views_of
from channel_center.partners.services.people import widen_reach
from channel_center.services.channels import open_tenant_for_channel
from channel_center.snapshots.services.bringing import begin_with
from channel_center.snapshots.services.templates import usable_templates
from kernel.access.services import hash_password
from kernel.backoffice.figures.charts import Chart
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import query_without_page
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.tenancy.errors import UnknownTenant
from tenants.choices import LIVING, HoldKind, TenantState
from tenants.models import Hold
from tenants.services.lifecycle import Opening, request_tenant
from tenants.services.states import place_hold, release_hold

_PAGE: Final = 25
_NEWEST: Final = 5
_PASSWORD_BYTES: Final = 12
_OPEN_FIELDS: Final = {
    "tenants.invalid_name": "name",
    "tenants.invalid_domain": "label",
    "tenants.reserved_domain": "label",
    "tenants.domain_taken": "label",
    "tenants.confusable_domain": "label",
    "access.invalid_staff": "owner_password",
}


@require_GET
@staff_page()
def overview(request: StaffRequest) -> HttpResponseBase:
    """Show numbers and the newest shops."""
    channel_id = request.person.channel_id
    counts = state_counts(request.person)
    context = {
        "total": sum(counts[state] for state in LIVING),
        "active": counts[TenantState.ACTIVE],
        "trial": counts[TenantState.TRIAL],
        "suspended": counts[TenantState.SUSPENDED],
        "newest": listed(find_tenants(request.person)[:_NEWEST]),
        "is_operator": channel_id is None,
        "weeks": opened_by_week(request.person, now=utc_now()),
        "use": module_use(request.person),
        "figures": figures_for(request.person, now=utc_now()),
        "standing": standing_for(request.person),
        "charts": _charts(request),
    }
    if channel_id is None:
        context |= {"partners": len(channel_list()), "jobs": len(open_jobs())}
        context["health"] = health(now=utc_now())
    else:
        context["holds"] = open_holds(channel_id)
    return render(request, "channel_center/overview.html", context)


def _charts(request: StaffRequest) -> list[Chart]:
    """Return what is drawn of shops, functions and money, by what the person may see."""
    person = request.person
    if not person.may(VIEW_TENANTS):
        return []
    return charts_for(person, now=utc_now(), money=person.may(SEES_MONEY))


@require_GET
@staff_page(VIEW_TENANTS)
def shops(request: StaffRequest) -> HttpResponseBase:
    """List shops: searched, filtered, in pages, or whole as CSV."""
    form = TenantFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = find_tenants(
        request.person,
        text=wanted.get("q", ""),
        state=wanted.get("state", ""),
        kind=wanted.get("kind", ""),
        currency=wanted.get("currency", ""),
    )
    if request.GET.get("form") == "csv":
        rows = (
            (row.tenant.name, row.store, row.tenant.get_state_display(), row.tenant.legal_entity,
             row.tenant.currency, row.tenant.created_at.date().isoformat(), row.channel)
            for row in in_pieces(found)
        )  # fmt: skip
        heading = [_("Name"), _("Storefront"), _("State"), _("Legal entity"), _("Currency"),
                   _("Opened"), _("Channel partner")]  # fmt: skip
        response = StreamingHttpResponse(csv_lines(heading, rows), content_type="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="shops.csv"'
        return response
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": listed(page.object_list),
        "is_filtered": any(wanted.values()),
        "views": views_of(request.person, "shops"),
        "query": query_without_page(request.GET),
        "is_operator": request.person.channel_id is None,
        "kept": [(name, value) for name, value in wanted.items() if value],
    }
    if request.person.may(MANAGE_TENANTS):
        context["bulk_actions"] = actions_for(request.person.channel_id)
    return render(request, "channel_center/shops.html", context)


@sensitive_post_parameters("owner_password")
@staff_page(MANAGE_TENANTS)
def open_shop(request: StaffRequest) -> HttpResponseBase:
    """Open a shop; the answer shows where it is, and a password that was made, once."""
    usable = usable_templates(request.person.channel_id)
    form = OpenTenantForm(
        request.POST if request.method == "POST" else None,
        templates=[(row.public_id, row.name) for row in usable],
    )
    if request.method == "POST" and form.is_valid():
        made = "" if form.cleaned_data["owner_password"] else secrets.token_urlsafe(_PASSWORD_BYTES)
        try:
            with transaction.atomic():
                tenant_id = _open(request, form, made or form.cleaned_data["owner_password"])
                _begin(request, form, tenant_id)
                tenant = find_tenants(request.person).get(pk=tenant_id)
        except DomainError as refusal:
            field = "owner_email" if refusal.code == "access.invalid_staff" and made else None
            names = _OPEN_FIELDS | ({"access.invalid_staff": field} if field else {})
            add_refusal(form, refusal, names)
        else:
            context = {"page": tenant_page(tenant, now=utc_now()), "made_password": made,
                       "owner_email": form.cleaned_data["owner_email"]}  # fmt: skip
            return render(request, "channel_center/shop_opened.html", context, status=201)
    store, _console = domains_for_shops(request.person.channel_id, settings.STOA_BASE_DOMAIN)
    context = {"form": form, "base_domain": store}
    return render(
        request, "channel_center/open_shop.html", context, status=422 if form.errors else 200
    )


def _open(request: StaffRequest, form: OpenTenantForm, password: str) -> UUID:
    values = form.cleaned_data
    opening = Opening(
        name=values["name"],
        hosts=first_hosts(request.person.channel_id, values["label"]),
        owner_email=values["owner_email"],
        owner_name=values["owner_name"],
        owner_password_hash=hash_password(password),
        owner_must_change_password=True,
        legal_entity=values["legal_entity"],
        locale=values["locale"],
        zone=values["zone"],
        currency=values["currency"],
        brand={"name": values["name"].strip(), "colour": values["colour"]},
    )
    if request.person.channel_id is None:
        return request_tenant(opening, actor=request.actor)[0]
    channel_id = request.person.channel_id
    tenant_id = open_tenant_for_channel(channel_id, opening, actor=request.actor)[0]
    widen_reach(request.person, tenant_id)
    return tenant_id


def _begin(request: StaffRequest, form: OpenTenantForm, tenant_id: UUID) -> None:
    if form.cleaned_data["template"]:
        template = parse_public_id("tpl", form.cleaned_data["template"])
        begin_with(template, tenant_id, channel_id=request.person.channel_id, actor=request.actor)


@require_GET
@staff_page(VIEW_TENANTS)
def shop(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show one shop: state, holds, domains, functions."""
    tenant = tenant_by_public_id(request.person, public_id)
    return render(
        request,
        "channel_center/shop.html",
        {"page": tenant_page(tenant, now=utc_now()), "living": LIVING, "form": HoldForm()},
    )


@staff_page(MANAGE_TENANTS)
def hold_shop(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Ask why and how far, then hold a shop back."""
    tenant = tenant_by_public_id(request.person, public_id)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by_operator = request.person.channel_id is None
        try:
            place_hold(
                tenant.pk,
                kind=HoldKind.MANUAL if by_operator else HoldKind.CHANNEL,
                level=form.cleaned_data["level"],
                reason=form.cleaned_data["reason"],
                actor=request.actor,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, {})
        else:
            messages.success(request, _("The shop is held back."))
            return redirect(f"/shops/{tenant.public_id}/")
    context = {"form": form, "tenant": tenant}
    return render(request, "channel_center/hold.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(MANAGE_TENANTS)
def release_shop(request: StaffRequest, public_id: str, hold: str) -> HttpResponseBase:
    """Lift one hold; a partner lifts the partner's own alone."""
    tenant = tenant_by_public_id(request.person, public_id)
    holds = Hold.objects.filter(tenant=tenant)
    if request.person.channel_id is not None:
        holds = holds.filter(kind=HoldKind.CHANNEL)
    found = holds.filter(pk=parse_public_id("hld", hold)).first()
    if found is None:
        raise UnknownTenant
    release_hold(found.pk, actor=request.actor)
    messages.success(request, _("The hold was lifted."))
    return redirect(f"/shops/{tenant.public_id}/")

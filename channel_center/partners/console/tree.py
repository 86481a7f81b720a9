"""Sub-partners, for partners and for the operator."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channel_center.console.menu import MANAGE_CHANNELS, VIEW_CHANNELS
from channel_center.console.operator import for_operator
from channel_center.models import Channel
from channel_center.partners.choices import PartnerHoldKind
from channel_center.partners.console.forms import ApplicationForm, PartnerHoldForm, TermsForm
from channel_center.partners.errors import UnknownPartnerHold
from channel_center.partners.models import PartnerHold
from channel_center.partners.selectors import applications, partner_page, partners_below
from channel_center.partners.services.people import invitation_address
from channel_center.partners.services.standing import hold_partner, release_partner
from channel_center.partners.services.tree import (
    PartnerDraft,
    apply_below,
    approve,
    move_partner,
    refuse,
    set_terms,
    terms_of,
)
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.common.errors import DomainError
from kernel.common.money import Money

_FIELDS: Final = {
    "tenants.invalid_name": "name",
    "tenants.invalid_domain": "host",
    "tenants.domain_taken": "host",
    "channel_center.taken": "slug",
    "partners.application_waits": "slug",
    "partners.too_deep": "levels_below",
    "access.email_taken": "person_email",
    "access.invalid_staff": "person_email",
}


@require_GET
@staff_page(VIEW_CHANNELS)
def below(request: StaffRequest) -> HttpResponseBase:
    """List the partners right below, and what was asked for."""
    channel_id = request.person.channel_id
    if channel_id is None:
        return redirect("/partners/")
    context = {
        "rows": partners_below(channel_id),
        "page": paged(request, applications(parent_id=channel_id), size=20),
        "terms": terms_of(channel_id),
        "may_apply": request.person.may(MANAGE_CHANNELS),
    }
    return render(request, "partners/below.html", context)


@staff_page(MANAGE_CHANNELS)
def apply(request: StaffRequest) -> HttpResponseBase:
    """Ask for a sub-partner."""
    channel_id = request.person.channel_id
    if channel_id is None:
        raise PermissionDenied
    form = ApplicationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        draft = PartnerDraft(
            name=values["name"],
            slug=values["slug"],
            host=values["host"],
            person_name=values["person_name"],
            person_email=values["person_email"],
            levels_below=values["levels_below"],
            brand={
                "name": values["name"].strip(),
                "colour": values["colour"],
                "support_email": values["support_email"],
            },
        )
        try:
            row, invited = apply_below(channel_id, draft, actor=request.actor)
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
        else:
            if invited is None:
                messages.success(request, _("Sent. You see here when it is approved."))
                return redirect("/sub-partners/")
            context = {"row": row, "address": invitation_address(invited)}
            return render(request, "partners/approved.html", context, status=201)
    status = 422 if form.errors else 200
    return render(request, "partners/apply.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_CHANNELS)
@for_operator
def one(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show a partner, and change its terms."""
    channel = _channel(public_id)
    terms = terms_of(channel.pk)
    initial = {
        "levels_below": terms.levels_below,
        "approves_below": terms.approves_below,
        "credit_limit": Money(terms.credit_limit_minor, terms.currency).decimal(),
        "currency": terms.currency,
    }
    form = TermsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            limit = Money.parse(_plain(values["credit_limit"]), values["currency"])
            set_terms(
                channel.pk,
                levels_below=values["levels_below"],
                approves_below=values["approves_below"],
                credit_limit_minor=limit.minor,
                currency=values["currency"],
                actor=request.actor,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
        else:
            messages.success(request, _("Saved. It holds from the next click on."))
            return redirect(_page_of(channel))
    others = Channel.objects.exclude(pk=channel.pk).order_by("name")
    context = {
        "shown": partner_page(channel),
        "form": form,
        "hold_form": PartnerHoldForm(),
        "others": [(row.public_id, row.name, row.pk == channel.parent_id) for row in others],
    }
    return render(request, "partners/one.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(MANAGE_CHANNELS)
@for_operator
def move(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Put a partner under another one."""
    channel = _channel(public_id)
    text = request.POST.get("parent", "")
    parent_id = identified("chn", text) if text else None
    try:
        move_partner(channel.pk, parent_id=parent_id, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The partner was moved."))
    return redirect(_page_of(channel))


@require_POST
@staff_page(MANAGE_CHANNELS)
@for_operator
def hold(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Hold a partner back; its shops go on."""
    channel = _channel(public_id)
    form = PartnerHoldForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        hold_partner(
            channel.pk,
            kind=PartnerHoldKind(values["kind"]),
            level=values["level"],
            reason=values["reason"],
            actor=request.actor,
        )
        messages.success(request, _("The partner is held back. Its shops go on."))
    else:
        messages.error(request, _("Say why."))
    return redirect(_page_of(channel))


@require_POST
@staff_page(MANAGE_CHANNELS)
@for_operator
def lift(request: StaffRequest, public_id: str, hold: str) -> HttpResponseBase:
    """Lift one hold of a partner; the others stay."""
    channel = _channel(public_id)
    row = PartnerHold.objects.filter(pk=identified("hld", hold), channel=channel).first()
    if row is None:
        raise UnknownPartnerHold
    release_partner(row.pk, actor=request.actor)
    messages.success(request, _("The hold was lifted."))
    return redirect(_page_of(channel))


@require_POST
@staff_page(MANAGE_CHANNELS)
@for_operator
def decide(request: StaffRequest, application: str) -> HttpResponseBase:
    """Approve or refuse what a partner asked for."""
    key = identified("apl", application)
    try:
        if request.POST.get("verdict") != "approve":
            refuse(key, reason=request.POST.get("reason", ""), actor=request.actor)
            messages.success(request, _("Refused. The partner reads why."))
            return redirect("/partners/")
        row, invited = approve(key, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("/partners/")
    context = {"row": row, "address": invitation_address(invited), "is_operator": True}
    return render(request, "partners/approved.html", context, status=201)


def _channel(public_id: str) -> Channel:
    channel: Channel = found(Channel.objects.filter(pk=identified("chn", public_id)).first())
    return channel


def _page_of(channel: Channel) -> str:
    return f"/partners/{channel.public_id}/"


def _plain(amount: Decimal) -> str:
    return format(amount.normalize() if amount else Decimal(0), "f")

"""A shop's provider: leaving for another one, and archives, in the shop's own console."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channel_center.moves.choices import DECIDABLE, OPEN_MOVES, AskedBy, MoveState
from channel_center.moves.console.forms import ArchiveForm, ConfirmForm, OwnerAskForm
from channel_center.moves.console.menu import MANAGE_PROVIDER, OWNER
from channel_center.moves.console.serving import archive_response
from channel_center.moves.console.views import FIELDS
from channel_center.moves.selectors import (
    changes_by,
    listed,
    move_of_tenant,
    moves_of_tenant,
    said_of,
)
from channel_center.moves.services import archives, asking
from channel_center.moves.services.reissuing import ended_keys, issue_keys
from kernel.access.factors import factor_of
from kernel.backoffice.account.second import check_second, key_options
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant, public_context
from kernel.tenancy.middleware import serves_held_tenants
from tenants.services.requests import export

_HOME = "/provider/"
_HISTORY = 20


@serves_held_tenants
@require_safe
@staff_page(MANAGE_PROVIDER)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show who looks after the shop, a move that is under way, and how to leave."""
    return _page(request, OwnerAskForm(), ConfirmForm())


def _page(request: StaffRequest, form: OwnerAskForm, confirming: ConfirmForm) -> HttpResponseBase:
    tenant, now = current_tenant(), utc_now()
    with public_context():
        rows = listed(list(moves_of_tenant(tenant.id)[:_HISTORY]))
    opened = next((row for row in rows if row.move.state in OPEN_MOVES), None)
    last = rows[0] if rows else None
    context = {
        "form": form,
        "is_shop": True,
        "confirming": confirming,
        "is_owner": request.person.may(OWNER),
        "has_factor": factor_of(request.person) is not None,
        "key_options": key_options(request, request.person),
        "provider": tenant.console_brand.name,
        "opened": opened,
        "said": said_of(opened.move, sides={"shop"}) if opened is not None else [],
        "is_decidable": opened is not None and opened.move.state in DECIDABLE,
        "changes": changes_by(opened.move, now=now) if opened is not None else None,
        "history": [row for row in rows if row is not opened],
        "keys_to_issue": len(ended_keys(last.move)) if last is not None else 0,
        "last": last,
    }
    status = 422 if form.errors or confirming.errors else 200
    return render(request, "tenant_moves/provider.html", context, status=status)


@serves_held_tenants
@sensitive_post_parameters("code")
@require_POST
@staff_page(OWNER, is_confirmed=True)
def ask(request: StaffRequest) -> HttpResponseBase:
    """Ask to go to another provider; the second factor is the owner's word at once."""
    form = OwnerAskForm(request.POST)
    if form.is_valid():
        now = utc_now()
        try:
            asking.receiver_at(form.cleaned_data["address"])
            check_second(request, request.person, form, now=now)
            asking.ask(
                current_tenant().id,
                address=form.cleaned_data["address"],
                reason=form.cleaned_data["reason"],
                asked_side=AskedBy.SHOP,
                actor=request.actor,
                now=now,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, FIELDS)
        else:
            messages.success(request, _("Sent. The new provider has to agree now."))
            return redirect(_HOME)
    return _page(request, form, ConfirmForm())


@serves_held_tenants
@sensitive_post_parameters("code")
@require_POST
@staff_page(OWNER, is_confirmed=True)
def confirm(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Say the owner's word to a move that somebody else asked for."""
    form = ConfirmForm(request.POST)
    if form.is_valid():
        now = utc_now()
        try:
            check_second(request, request.person, form, now=now)
            asking.confirm(
                identified("mov", public_id),
                tenant_id=current_tenant().id,
                actor=request.actor,
                now=now,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, FIELDS)
        else:
            messages.success(request, _("You have agreed. The new provider decides now."))
            return redirect(_HOME)
    return _page(request, OwnerAskForm(), form)


@serves_held_tenants
@require_POST
@staff_page(OWNER)
def call_off(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Decline a move, or withdraw one's own wish for it."""
    try:
        asking.end(
            identified("mov", public_id),
            state=MoveState.WITHDRAWN,
            tenant_id=current_tenant().id,
            actor=request.actor,
            now=utc_now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The move is off. Everything stays as it is."))
    return redirect(_HOME)


@serves_held_tenants
@require_POST
@staff_page(MANAGE_PROVIDER, is_confirmed=True)
def keys(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Issue the keys anew that a move ended; their texts are shown this once."""
    tenant_id = current_tenant().id
    with public_context():
        move = move_of_tenant(tenant_id, public_id)
    try:
        made = issue_keys(
            move.pk, tenant_id=tenant_id, by=request.person, actor=request.actor, now=utc_now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(_HOME)
    return render(request, "tenant_moves/keys.html", {"made": made}, status=201)


@serves_held_tenants
@sensitive_post_parameters("passphrase", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_PROVIDER, is_confirmed=True)
def archive(request: StaffRequest) -> HttpResponseBase:
    """Have an archive of everything made, to keep or to leave with."""
    tenant_id = current_tenant().id
    form = ArchiveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            export(tenant_id, actor=request.actor, passphrase=form.cleaned_data["passphrase"])
        except DomainError as refusal:
            add_refusal(form, refusal, FIELDS)
        else:
            messages.success(request, _("The archive is being made. It can be fetched here."))
            return redirect("/provider/archive/")
    jobs = archives.exports_of(tenant_id)
    context = {
        "form": form,
        "jobs": jobs,
        "is_busy": any(job.finished_at is None for job in jobs),
        "consent": archives.consent_of(tenant_id),
        "provider": current_tenant().console_brand.name,
        "folder": "/provider/archive/",
    }
    status = 422 if form.errors else 200
    return render(request, "tenant_moves/archive.html", context, status=status)


@serves_held_tenants
@require_safe
@staff_page(MANAGE_PROVIDER, is_confirmed=True)
def fetch(request: StaffRequest, job: str) -> HttpResponseBase:
    """Hand an archive over."""
    tenant = current_tenant()
    key = identified("job", job)
    return archive_response(tenant.id, key, name=tenant.name, actor=request.actor)


@serves_held_tenants
@require_POST
@staff_page(OWNER, is_confirmed=True)
def consent(request: StaffRequest) -> HttpResponseBase:
    """Let the provider make archives of the shop, or no more."""
    is_given = request.POST.get("allow") == "1"
    archives.set_consent(current_tenant().id, is_given=is_given, actor=request.actor)
    messages.success(request, _("Saved."))
    return redirect("/provider/archive/")

"""Moves, in the consoles of channel partners and the operator."""

from __future__ import annotations

import json
from typing import Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channel_center.console.selectors import tenant_by_public_id
from channel_center.moves.choices import DECIDABLE, AskedBy, MoveState
from channel_center.moves.console.forms import ArchiveForm, AskForm, ReasonForm
from channel_center.moves.console.menu import APPROVE_MOVES, MAKE_MOVES, VIEW_MOVES
from channel_center.moves.console.serving import archive_response
from channel_center.moves.errors import UnknownMove
from channel_center.moves.money import told
from channel_center.moves.policy import set_policy, wants_approval
from channel_center.moves.selectors import (
    acts_on,
    changes_by,
    listed,
    may_withdraw,
    money_of,
    said_of,
    side_of,
    sides_known_to,
    visible_move,
    visible_moves,
)
from channel_center.moves.services import archives, asking
from kernel.backoffice.account.second import REFUSED
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.common.errors import DomainError
from kernel.common.time import utc_now

_SIZE: Final = 25


@require_safe
@staff_page(VIEW_MOVES)
def index(request: StaffRequest) -> HttpResponseBase:
    """List moves from here, to here, and those that wait for an approval."""
    channel_id = request.person.channel_id
    page = paged(request, visible_moves(request.person), size=_SIZE)
    rows = [
        (each, acts_on(each.move, channel_id))
        for each in listed(list(page.object_list), by_operator=channel_id is None)
    ]
    context = {
        "page": page,
        "rows": rows,
        "channel_id": channel_id,
        "wants_approval": wants_approval(channel_id),
        "may_decide": request.person.may(APPROVE_MOVES),
    }
    return render(request, "tenant_moves/index.html", context)


@require_safe
@staff_page(VIEW_MOVES)
def show(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show a move: who said what, what it costs, and what is to be decided."""
    return _page(request, public_id, ReasonForm())


def _page(request: StaffRequest, public_id: str, form: ReasonForm) -> HttpResponseBase:
    move, now = visible_move(request.person, public_id), utc_now()
    channel_id = request.person.channel_id
    side = side_of(move, channel_id)
    lines = money_of(move, side, now=now)
    is_running = move.state == MoveState.RUNNING
    context = {
        "row": listed([move], by_operator=channel_id is None)[0],
        "said": said_of(move, sides=sides_known_to(move, channel_id)),
        "acts": acts_on(move, channel_id),
        "changes": changes_by(move, now=now) if move.state in DECIDABLE else None,
        "lines": lines,
        "is_giving": side == "giving",
        "agreed": json.dumps(told(lines)),
        "form": form,
        "is_running": is_running,
        "is_operator": channel_id is None,
    }
    status = 422 if form.errors else 200
    return render(request, "tenant_moves/show.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MAKE_MOVES)
def ask(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Ask that one of the own shops goes to another partner; its owner decides."""
    tenant = tenant_by_public_id(request.person, public_id)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by_operator = request.person.channel_id is None
        try:
            move = asking.ask(
                tenant.pk,
                address=form.cleaned_data["address"],
                reason=form.cleaned_data["reason"],
                asked_side=AskedBy.OPERATOR if by_operator else AskedBy.GIVING,
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal, FIELDS)
        else:
            messages.success(request, _("Asked. The shop's owner has to agree first."))
            return redirect(f"/moves/{move.public_id}/")
    context = {"form": form, "tenant": tenant}
    status = 422 if form.errors else 200
    return render(request, "tenant_moves/ask.html", context, status=status)


FIELDS: Final = {
    "moves.unknown_receiver": "address",
    "moves.same_provider": "address",
    "moves.receiver_closed": "address",
    **REFUSED,
    "tenants.weak_passphrase": "passphrase",
}


@require_POST
@staff_page(MAKE_MOVES, is_confirmed=True)
def accept(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Take the shop in, at the amounts that were shown."""
    move = visible_move(request.person, public_id)
    try:
        agreed = json.loads(request.POST.get("agreed", "[]"))
        asking.accept(
            move.pk,
            receiving_id=request.person.channel_id,
            agreed=agreed if isinstance(agreed, list) else [],
            actor=request.actor,
            now=utc_now(),
        )
    except (DomainError, ValueError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You take the shop in. It goes on by itself."))
    return redirect(f"/moves/{public_id}/")


@require_POST
@staff_page(APPROVE_MOVES, is_confirmed=True)
def approve(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Approve a move between two partners below."""
    move = visible_move(request.person, public_id)
    try:
        asking.approve(
            move.pk, by_channel=request.person.channel_id, actor=request.actor, now=utc_now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Approved. It goes on by itself."))
    return redirect(f"/moves/{public_id}/")


@require_POST
@staff_page(MAKE_MOVES)
def refuse(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Refuse a move, as who should take the shop in or approve."""
    move = visible_move(request.person, public_id)
    form = ReasonForm(request.POST)
    if not acts_on(move, request.person.channel_id).refuse:
        raise UnknownMove
    if not form.is_valid():
        return _page(request, public_id, form)
    return _ended(request, public_id, MoveState.REFUSED, form.cleaned_data["reason"])


@require_POST
@staff_page(MAKE_MOVES)
def withdraw(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Call off a move that was asked for here."""
    move = visible_move(request.person, public_id)
    if not may_withdraw(move, request.person.channel_id):
        raise UnknownMove
    return _ended(request, public_id, MoveState.WITHDRAWN, "")


def _ended(
    request: StaffRequest, public_id: str, state: MoveState, reason: str
) -> HttpResponseBase:
    move = visible_move(request.person, public_id)
    try:
        asking.end(move.pk, state=state, reason=reason, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The move is off."))
    return redirect(f"/moves/{public_id}/")


@require_POST
@staff_page(MAKE_MOVES, is_confirmed=True)
def again(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Begin a move anew that failed."""
    move = visible_move(request.person, public_id)
    try:
        asking.try_again(move.pk, by_channel=request.person.channel_id, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"/moves/{public_id}/")


@require_POST
@staff_page(APPROVE_MOVES)
def policy(request: StaffRequest) -> HttpResponseBase:
    """Want to approve moves between those below, or not."""
    wants = request.POST.get("needs_approval") == "1"
    set_policy(request.person.channel_id, needs_approval=wants, actor=request.actor)
    messages.success(request, _("Saved. It holds for moves that are asked for from now on."))
    return redirect("/moves/")


@sensitive_post_parameters("passphrase", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MAKE_MOVES, is_confirmed=True)
def archive(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Have an archive of a shop made, where its owner agreed, and fetch it."""
    tenant = tenant_by_public_id(request.person, public_id)
    form = ArchiveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            archives.export_for_provider(
                tenant.pk, passphrase=form.cleaned_data["passphrase"], actor=request.actor
            )
        except DomainError as refusal:
            add_refusal(form, refusal, FIELDS)
        else:
            return redirect(f"/shops/{public_id}/archive/")
    consent = archives.consent_of(tenant.pk)
    context = {
        "form": form,
        "tenant": tenant,
        "consent": consent,
        "jobs": archives.provider_exports_of(tenant.pk) if consent is not None else [],
        "folder": f"/shops/{public_id}/archive/",
    }
    status = 422 if form.errors else 200
    return render(request, "tenant_moves/archive_above.html", context, status=status)


@require_safe
@staff_page(MAKE_MOVES, is_confirmed=True)
def fetch(request: StaffRequest, public_id: str, job: str) -> HttpResponseBase:
    """Hand an archive over."""
    tenant = tenant_by_public_id(request.person, public_id)
    if archives.consent_of(tenant.pk) is None:
        raise UnknownMove
    key = identified("job", job)
    if not any(each.pk == key for each in archives.provider_exports_of(tenant.pk)):
        raise UnknownMove
    return archive_response(tenant.pk, key, name=tenant.name, actor=request.actor)

"""What runs and what it owes: modes switched on and off, liabilities, statements."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.common.errors import DomainError
from kernel.common.ids import public_id
from kernel.common.time import utc_now
from kernel.ledger.choices import State
from kernel.ledger.models import Account, Asset
from kernel.ledger.selectors import asset_name
from kernel.members.models import Member
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.engine.numbers import text
from kernel.rewards.models import Programme
from kernel.rewards.policy.choices import ActivationState
from kernel.rewards.policy.models import Activation
from kernel.rewards.ranks import holders, ranks_by_staff
from kernel.rewards.services.liabilities import MONEY, liabilities, open_liabilities, statement_of
from kernel.rewards.services.switching import close, running_with, start, switch
from kernel.tenancy.context import current_tenant

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"
KINDS: Final = {
    "waiting": _("Earned, not released yet"),
    "promised": _("Promised"),
    "aside": _("Set aside for members"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def running(request: StaffRequest) -> HttpResponseBase:
    """Show what runs and what was approved; switch modes on, off and over."""
    if request.method == "POST" and request.person.may(MANAGE):
        try:
            messages.success(request, _act(request))
        except DomainError as refusal:
            messages.error(request, _refused(refusal))
        return redirect(request.path)
    held = (ActivationState.ACTIVE, ActivationState.SHOWN)
    approved = [
        row for row in Activation.objects.filter(state__in=held).order_by("-id")
        if running_with(row.packs, row.parameters) is None
    ]  # fmt: skip
    rows = []
    for one in Programme.objects.order_by("state", "-id")[:50]:
        left = open_liabilities(one) if one.state == ProgrammeState.LIVE else []
        owes = [(KINDS[each.kind], each.amount, _called(each.what)) for each in left]
        rows.append((one, owes, one.state == ProgrammeState.LIVE and _lacks_ranks(one)))
    context = {"rows": rows, "approved": approved, "may": request.person.may(MANAGE)}
    return render(request, "backoffice/rewards/running.html", context)


def _lacks_ranks(row: Programme) -> bool:
    """Tell whether a mode pays by ranks that staff give and nobody has one."""
    ranks = ranks_by_staff(row.packs, row.parameters)
    return bool(ranks) and not holders(row, ranks)


@require_safe
@staff_page(VIEW)
def owed(request: StaffRequest) -> HttpResponseBase:
    """Show what rewards owe, by asset and state, and what covers it."""
    seen = liabilities()
    rows = [
        (asset_name(one.asset), one, [(State(state).label, amount) for state, amount in one.shown])
        for one in seen.held
    ]
    context = {"seen": seen, "rows": rows, "currency": current_tenant().currency}
    return render(request, "backoffice/rewards/owed.html", context)


@require_safe
@staff_page(VIEW)
def statements(request: StaffRequest) -> HttpResponseBase:
    """List who has something of rewards."""
    codes = _codes()
    accounts = Account.objects.filter(owner_kind="member", asset__code__in=codes)
    page = paged(request, Member.objects.filter(id__in=accounts.values("owner_id")).order_by("-id"))
    sums: dict[Any, list[str]] = {}
    rows = accounts.filter(owner_id__in=[one.pk for one in page]).exclude(balance_minor=0)
    for row in rows.select_related("asset").order_by("asset__code", "state"):
        told = f"{asset_name(row.asset)} {text(row.balance_minor, row.asset.scale)}"
        if row.state != "available":
            told += f" ({row.get_state_display()})"
        sums.setdefault(row.owner_id, []).append(told)
    context = {"page": page, "rows": [(one, sums.get(one.pk, [])) for one in page]}
    return render(request, "backoffice/rewards/statements.html", context)


@require_safe
@staff_page(VIEW)
def member_statement(request: StaffRequest, member: str) -> HttpResponseBase:
    """Show what a member earned, with the rule behind each line."""
    row = found(Member.objects.filter(pk=identified("mem", member)).first())
    parts = []
    for part in statement_of(row.pk):
        scale = part.asset.scale
        shown = [
            (line, text(line.minor, scale), text(line.balance_after, scale)) for line in part.lines
        ]
        told = (asset_name(part.asset), State(part.state).label, text(part.minor, scale), shown)
        parts.append(told)
    context = {"member": row, "member_id": public_id("mem", row.pk), "parts": parts}
    return render(request, "backoffice/rewards/statement.html", context)


def _codes() -> list[str]:
    kept = {str(code) for one in Programme.objects.all() for code in one.assets.values()}
    return list(Asset.objects.filter(code__in=kept).values_list("code", flat=True))


def _act(request: StaffRequest) -> str:
    act, now, actor = request.POST.get("act", ""), utc_now(), request.actor
    reason = request.POST.get("reason", "").strip()
    if act == "close":
        close(identified("prg", request.POST.get("programme", "")),
              reason=reason, actor=actor, now=now)  # fmt: skip
        return translate("The mode was switched off.")
    held = (ActivationState.ACTIVE, ActivationState.SHOWN)
    rows = Activation.objects.filter(pk=identified("act", request.POST.get("activation", "")))
    row = found(rows.filter(state__in=held).first())
    if act == "switch":
        switch(identified("prg", request.POST.get("programme", "")), row.packs, row.parameters,
               reason=reason, actor=actor, now=now)  # fmt: skip
        return translate("One mode was switched off, the other on.")
    start("", row.packs, row.parameters, actor=actor, now=now)
    return translate("The mode was switched on.")


def _refused(refusal: DomainError) -> str:
    left: Any = refusal.fields.get("open", [])
    told = [f"{KINDS[kind]}: {amount} {_called(what)}" for kind, what, amount in left]
    return " ".join([str(refusal.title), *told])


def _called(what: str) -> str:
    """Return an asset as the shop calls it; the money of packs is the shop's own."""
    return current_tenant().currency if what == MONEY else what

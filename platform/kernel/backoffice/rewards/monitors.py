"""Monitors in the console: how they stand, what they saw, and what they have halted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.audit.models import AuditEntry
from kernel.backoffice.figures.charts import Chart, Line
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.backoffice.sentences import SENTENCES
from kernel.common.errors import DomainError
from kernel.common.ids import public_id
from kernel.common.time import local_date, utc_now
from kernel.members.models import Member
from kernel.rewards.monitors.catalogue import Monitor, monitors, own_monitors
from kernel.rewards.monitors.choices import Level
from kernel.rewards.monitors.models import Alarm, Halt, Limit, Loosening, Reading
from kernel.rewards.monitors.selectors import loosenings, readings_of, standings
from kernel.rewards.monitors.services import (
    ask_to_lift,
    ask_to_loosen,
    confirm,
    lift,
    loosen,
    refuse_loosening,
    tighten,
    watch,
)
from kernel.rewards.monitors.standing import by_hand
from kernel.rewards.policy.texts import worded
from kernel.tenancy.context import current_tenant

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"
APPROVE: Final = "rewards.approve"
_TONES: Final = {Level.OK: "good", Level.WARN: "warn", Level.ACT: "bad"}
_DAYS: Final = 90
_ALARMS: Final = 20
_UNITS: Final = {
    "share": "",
    "count": "",
    "days": gettext_lazy("days"),
    "weeks": gettext_lazy("weeks"),
    "levels": gettext_lazy("levels"),
}
_FACTS: Final = {
    "levels": gettext_lazy("Levels"),
    "people": gettext_lazy("People that hang together"),
    "margin": gettext_lazy("Gross margin"),
    "orders": gettext_lazy("Orders"),
    "without_cost": gettext_lazy("Orders with goods of unknown cost"),
    "sales": gettext_lazy("Sales that bear rewards"),
    "to_others": gettext_lazy("Of them, to people who promote nothing"),
    "own": gettext_lazy("Bought by promoters themselves"),
    "sold": gettext_lazy("Sold by them to others"),
    "from_new_members": gettext_lazy("From new members to older ones"),
    "to_ancestors": gettext_lazy("To people two or more levels above the buyer"),
    "agents": gettext_lazy("Agents with stock"),
    "units": gettext_lazy("Units of the agent with the most"),
    "draws": gettext_lazy("Draws"),
    "refunded": gettext_lazy("Orders with refunds"),
    "complaints": gettext_lazy("Orders with after-sales cases"),
    "waiting": gettext_lazy("Withdrawals that wait"),
    "failed": gettext_lazy("Withdrawals that failed, 30 days"),
    "changes": gettext_lazy("Changes by hand"),
}
_MONEY: Final = frozenset(
    {"margin", "sales", "to_others", "own", "sold", "from_new_members", "to_ancestors"}
)


class LimitForm(forms.Form):
    """A shop's own limits."""

    warn = forms.DecimalField(label=gettext_lazy("Warn at"), decimal_places=4, required=False)
    act = forms.DecimalField(label=gettext_lazy("Act at"), decimal_places=4, required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show all monitors, what is halted, and what waits for a second person."""
    rows = [
        {
            "code": each.monitor.code,
            "name": worded(each.monitor.names),
            "what": worded(each.monitor.what),
            "figure": text_of(each.monitor, each.latest.figure if each.latest else None),
            "limit": limits_text(each.monitor),
            "measure": each.monitor.measure.label,
            "tone": _TONES.get(Level(each.latest.level), "") if each.latest else "",
            "level": Level(each.latest.level).label if each.latest else Level.NONE.label,
            "halt": each.halt,
        }
        for each in standings()
    ]
    latest = Reading.objects.order_by("-read_at").first()
    halts = [
        (row, worded(monitors()[row.monitor].names), row.asked_by == request.actor.id)
        for row in Halt.objects.filter(lifted_at=None).order_by("since")
    ]
    context = {
        "rows": rows,
        "halts": halts,
        "read_at": latest.read_at if latest else None,
        "loosenings": [
            (row, worded(monitors()[row.monitor].names)) for row in loosenings(is_open=True)
        ],
        "waiting": by_hand(since=utc_now() - timedelta(days=365)).count(),
        "is_sandbox": current_tenant().kind == "sandbox",
    }
    return render(request, "backoffice/rewards/monitors.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def monitor(request: StaffRequest, code: str) -> HttpResponseBase:
    """Show what a monitor saw over the days; tighten its limits, or ask for looser ones."""
    one: Monitor = found(own_monitors().get(code))  # type: ignore[arg-type]
    form = LimitForm(request.POST or None, initial={"warn": one.warn, "act": one.act})
    if request.method == "POST" and request.person.may(MANAGE) and form.is_valid():
        try:
            messages.success(request, _limited(one, form.cleaned_data, request))
        except DomainError as refusal:
            form.add_error(None, str(refusal.title))
        else:
            return redirect(request.path)
    since = local_date(utc_now(), current_tenant().zone) - timedelta(days=_DAYS)
    readings = readings_of(code, since=since)
    alarms = Alarm.objects.filter(monitor=code).order_by("-id")[:_ALARMS]
    asked = loosenings(monitor=code, is_open=True).first()
    context = {
        "code": code,
        "name": worded(one.names),
        "what": worded(one.what),
        "measure": one.measure.label,
        "limit": limits_text(one),
        "asked": asked,
        "asked_limit": limits_text(replace(one, warn=asked.warn, act=asked.act)) if asked else "",
        "is_own": asked is not None and asked.asked_by == request.actor.id,
        "own": Limit.objects.filter(pk=code).first(),
        "form": form if request.person.may(MANAGE) else None,
        "chart": chart_of(one, readings),
        "facts": facts_of(readings[-1]) if readings else [],
        "latest": readings[-1] if readings else None,
        "tone": _TONES.get(Level(readings[-1].level), "") if readings else "",
        "alarms": [(row, text_of(one, row.figure), _TONES[Level(row.level)]) for row in alarms],
    }
    return render(request, "backoffice/rewards/monitor.html", context)


def _limited(one: Monitor, told: dict[str, Any], request: StaffRequest) -> str:
    """Set tighter limits, or ask for looser ones; return what to say."""
    if one.is_tighter(told["warn"], told["act"]):
        tighten(one.code, **told, actor=request.actor, now=utc_now())
        return _("The limits are kept.")
    ask_to_loosen(one.code, **told, actor=request.actor, now=utc_now())
    return _("Looser limits are asked for. They hold once a second person has approved.")


@require_POST
@staff_page(VIEW)
def loosening(request: StaffRequest, loosening: str) -> HttpResponseBase:
    """Approve looser limits as the second person, or leave the limits as they are."""
    row: Loosening = found(loosenings().filter(pk=identified("lsn", loosening)).first())
    act = {"approve": loosen, "refuse": refuse_loosening}.get(request.POST.get("act", ""))
    if act is not None and request.person.may(APPROVE):
        try:
            act(row.pk, actor=request.actor, now=utc_now())
            messages.success(request, _("Decided. It stands in the activity log."))
        except DomainError as refusal:
            messages.error(request, str(refusal.title))
    return redirect(f"/rewards/monitors/{row.monitor}/")


@require_POST
@staff_page(MANAGE)
def read_now(request: StaffRequest) -> HttpResponseBase:
    """Read all monitors at once."""
    watch(now=utc_now())
    messages.success(request, _("All monitors were read."))
    return redirect("/rewards/monitors/")


@require_POST
@staff_page(VIEW)
def halted(request: StaffRequest, halt: str) -> HttpResponseBase:
    """Ask to lift a halt, or agree to it as the second person."""
    key, act, now = identified("hlt", halt), request.POST.get("act", ""), utc_now()
    try:
        if act == "ask" and request.person.may(MANAGE):
            ask_to_lift(key, reason=request.POST.get("reason", ""), actor=request.actor, now=now)
            messages.success(request, _("Asked for. A second person has to approve."))
        elif act == "lift" and request.person.may(APPROVE):
            lift(key, actor=request.actor, now=now)
            messages.success(request, _("Rewards move again."))
    except DomainError as refusal:
        messages.error(request, str(refusal.title))
    return redirect("/rewards/monitors/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def changes(request: StaffRequest) -> HttpResponseBase:
    """Show changes by hand that lack a reason or a second person, and confirm them."""
    if request.method == "POST" and request.person.may(APPROVE):
        key = identified("aud", request.POST.get("entry", ""))
        try:
            confirm(key, note=request.POST.get("note", ""), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            messages.error(request, str(refusal.title))
        return redirect(request.path)
    page = paged(request, by_hand(since=utc_now() - timedelta(days=365)))
    names = _whose(page)
    rows = [
        (row, public_id("aud", row.pk), SENTENCES.get(row.action, row.action),
         row.actor_id == request.actor.id, names.get(row.pk, ""), _changed(row))
        for row in page
    ]  # fmt: skip
    return render(request, "backoffice/rewards/changes.html", {"page": page, "rows": rows})


def _whose(rows: Iterable[AuditEntry]) -> dict[UUID, str]:
    """Return whose balance, level or sponsor each change is about."""
    told = {row.pk: str((row.after or {}).get("owner", "")).removeprefix("member:") for row in rows}
    ids = {key: UUID(text) for key, text in told.items() if len(text) == len(str(UUID(int=0)))}
    names = dict(Member.objects.filter(pk__in=ids.values()).values_list("pk", "name"))
    return {key: names.get(member, "") for key, member in ids.items()}


def _changed(row: AuditEntry) -> str:
    """Return what was changed, in one line."""
    after = row.after or {}
    if "minor" in after:
        return f"{after['minor']:+,} {after.get('asset', '')}"
    return ", ".join(f"{value}" for name, value in after.items() if name != "owner")


def text_of(one: Monitor, figure: Decimal | None) -> str:
    """Return a figure as people read it."""
    if figure is None:
        return "—"
    if one.unit == "share":
        return f"{figure * 100:.1f} %"
    return f"{figure.normalize():f} {_UNITS[one.unit]}".strip()


def limits_text(one: Monitor) -> str:
    """Return the limits as people read them."""
    sign = ">" if one.is_ceiling else "<"
    limits = dict.fromkeys((one.warn, one.act))
    return " / ".join(f"{sign} {text_of(one, each)}" for each in limits if each is not None)


def chart_of(one: Monitor, readings: Any) -> Chart | None:
    """Return what a monitor saw as a chart, with its limits as lines."""
    seen = [row for row in readings if row.figure is not None]
    if not seen:
        return None
    scale = 100 if one.unit == "share" else 1
    name = worded(one.names)
    title = f"{name} (%)" if one.unit == "share" else name
    lines = [Line(title, [round(row.figure * scale) for row in seen])]
    for label, limit in ((_("Warn at"), one.warn), (_("Act at"), one.act)):
        if limit is not None:
            lines.append(Line(label, [round(limit * scale)] * len(seen), "", True))
    return Chart(
        code=one.code.lower(),
        title=title,
        kind="line" if len(seen) > 1 else "bar",
        labels=[row.day.isoformat() for row in seen],
        lines=lines,
        summary=f"{name}: {text_of(one, seen[-1].figure)}; {limits_text(one)}",
        heading=_("Day"),
    )


def facts_of(row: Reading) -> list[tuple[str, str]]:
    """Return what a figure was reckoned from, in words."""
    from kernel.backoffice.templatetags.console import money

    told = []
    for name, value in row.facts.items():
        if name == "rewards":
            label = _("Rewards")
            is_money = row.monitor != "T1"
        elif name in _FACTS:
            label, is_money = str(_FACTS[name]), name in _MONEY
        else:
            continue
        text = money(value, current_tenant().currency) if is_money else f"{value}"
        told.append((label, text))
    return told

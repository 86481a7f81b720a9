"""The operator's pages about flags."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channel_center.console.menu import RUN_JOBS, VIEW_SYSTEM
from channel_center.console.operator import for_operator
from channel_center.flags.choices import RuleKind
from channel_center.flags.models import Flag, FlagRule
from channel_center.flags.services.changing import FlagDraft, Rule, drop_flag, set_flag
from channel_center.models import Channel
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from tenants.models import Tenant

HOME: Final = "/flags/"
_PREFIXES: Final = {RuleKind.TENANT: "ten", RuleKind.CHANNEL: "chn"}


class FlagForm(forms.Form):
    """What a flag shall be."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=80,
        help_text=gettext_lazy("As the program asks for it, such as module.check_in."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(label=gettext_lazy("What for"), max_length=300, required=False)
    is_on = forms.BooleanField(
        label=gettext_lazy("May be on; off here is off for everybody"), required=False, initial=True
    )
    percent = forms.IntegerField(
        label=gettext_lazy("Per cent of the shops that no rule names"),
        min_value=0,
        max_value=100,
        initial=0,
    )
    on = forms.CharField(
        label=gettext_lazy("On for"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line: the id of a shop (ten_…) or of a partner (chn_…), or a ring (ring 0)."
        ),
    )
    off = forms.CharField(
        label=gettext_lazy("Off for"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_on(self) -> list[Rule]:
        """Read the rules."""
        return _rules(self.cleaned_data["on"], is_on=True)

    def clean_off(self) -> list[Rule]:
        """Read the rules."""
        return _rules(self.cleaned_data["off"], is_on=False)

    def draft(self) -> FlagDraft:
        """Return what was told."""
        told: dict[str, Any] = self.cleaned_data
        return FlagDraft(
            is_on=told["is_on"],
            percent=told["percent"],
            note=told["note"],
            rules=[*told["on"], *told["off"]],
        )


@require_safe
@staff_page(VIEW_SYSTEM)
@for_operator
def index(request: StaffRequest) -> HttpResponseBase:
    """List the flags with for whom they are on."""
    rules: dict[str, list[tuple[str, bool]]] = {}
    found = list(FlagRule.objects.order_by("kind", "pk"))
    names = _names(found)
    for row in found:
        rules.setdefault(row.flag_id, []).append((names.get(row.pk, row.value), row.is_on))
    rows = [(row, rules.get(row.code, [])) for row in Flag.objects.order_by("code")]
    context = {"rows": rows, "may_run": request.person.may(RUN_JOBS)}
    return render(request, "flags/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(RUN_JOBS)
@for_operator
def edit(request: StaffRequest, code: str = "") -> HttpResponseBase:
    """Make a flag, or change one."""
    row = Flag.objects.filter(pk=code).first()
    if code and row is None:
        raise Http404
    form = FlagForm(request.POST if request.method == "POST" else None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            set_flag(code or form.cleaned_data["code"], form.draft(), actor=request.actor)
        except DomainError as refusal:
            add_refusal(form, refusal, {})
        else:
            messages.success(request, _("Every process knows within seconds."))
            return redirect(HOME)
    context = {"form": form, "flag": row}
    return render(request, "flags/edit.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(RUN_JOBS)
@for_operator
def drop(request: StaffRequest, code: str) -> HttpResponseBase:
    """Delete a flag."""
    if request.person.channel_id is not None:
        raise PermissionDenied
    drop_flag(code, actor=request.actor)
    messages.success(request, _("The flag is gone."))
    return redirect(HOME)


def _rules(text: str, *, is_on: bool) -> list[Rule]:
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        ring = line.removeprefix("ring").strip()
        if line.startswith("ring") and ring.isdecimal():
            found.append(Rule(RuleKind.RING, int(ring), is_on))
            continue
        for kind, prefix in _PREFIXES.items():
            try:
                found.append(Rule(kind, parse_public_id(prefix, line), is_on))
                break
            except InvalidId:
                continue
        else:
            raise forms.ValidationError(_("“%(line)s” names nobody."), params={"line": line[:60]})
    return found


def _initial(row: Flag | None) -> dict[str, object]:
    if row is None:
        return {}
    lines: dict[bool, list[str]] = {True: [], False: []}
    rules = list(FlagRule.objects.filter(flag=row).order_by("pk"))
    shops = {each.pk.hex: each.public_id for each in _tenants(rules)}
    partners = {each.pk.hex: each.public_id for each in _channels(rules)}
    for rule in rules:
        known = {RuleKind.TENANT.value: shops, RuleKind.CHANNEL.value: partners}.get(rule.kind)
        text = f"ring {rule.value}" if known is None else known.get(rule.value, "")
        lines[rule.is_on].append(text)
    return {
        **{name: getattr(row, name) for name in ("code", "note", "is_on", "percent")},
        "on": "\n".join(filter(None, lines[True])),
        "off": "\n".join(filter(None, lines[False])),
    }


def _names(rules: list[FlagRule]) -> dict[int, str]:
    names = {each.pk.hex: each.name for each in _tenants(rules)}
    names |= {each.pk.hex: each.name for each in _channels(rules)}
    ring = _("Ring")
    return {
        rule.pk: f"{ring} {rule.value}"
        if rule.kind == RuleKind.RING
        else names.get(rule.value, rule.value)
        for rule in rules
    }


def _tenants(rules: list[FlagRule]) -> list[Tenant]:
    ids = [rule.value for rule in rules if rule.kind == RuleKind.TENANT]
    return list(Tenant.objects.filter(pk__in=ids))


def _channels(rules: list[FlagRule]) -> list[Channel]:
    ids = [rule.value for rule in rules if rule.kind == RuleKind.CHANNEL]
    return list(Channel.objects.filter(pk__in=ids))

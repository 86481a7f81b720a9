"""Which messages are sent by which channels, when, and what was sent."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.access.masks import contact_mask
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import NarrowForm, identified, narrowed_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.notifications.choices import Audience, MessageChannel, MessageState
from kernel.notifications.kinds import Kind, all_kinds, kind_of
from kernel.notifications.models import Message
from kernel.notifications.policy import (
    MOST_A_DAY,
    MOST_SMS,
    Policy,
    current_policy,
    set_policy,
)
from kernel.notifications.selectors import own_templates, sent_messages
from kernel.notifications.services import send_again

VIEW: Final = "notifications.view"
MANAGE: Final = "notifications.manage"
_ALL: Final = ("", gettext_lazy("All"))


class RulesForm(forms.Form):
    """When members are left in peace, and how much is too much."""

    quiet_from = forms.TimeField(
        required=False,
        label=gettext_lazy("Quiet hours begin"),
        help_text=gettext_lazy(
            "By the shop's clock. Letters and text messages wait until the end."
        ),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        required=False,
        label=gettext_lazy("Quiet hours end"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    a_day = forms.IntegerField(
        label=gettext_lazy("Messages to one member by one channel within a day, at most"),
        min_value=0,
        max_value=MOST_A_DAY,
        localize=False,
    )
    sms_a_day = forms.IntegerField(
        label=gettext_lazy("Text messages of the shop within a day, at most"),
        help_text=gettext_lazy("They cost; what comes beyond is not sent."),
        min_value=0,
        max_value=MOST_SMS,
        localize=False,
    )


class SentFilter(NarrowForm):
    """Which messages the log shows."""

    text = forms.CharField(
        required=False, max_length=100, label=gettext_lazy("Words, or the whole address")
    )
    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"))
    channel = forms.ChoiceField(
        required=False, label=gettext_lazy("Channel"), choices=[_ALL, *MessageChannel.choices]
    )
    state = forms.ChoiceField(
        required=False, label=gettext_lazy("State"), choices=[_ALL, *MessageState.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [_ALL, *((each.code, str(each.title)) for each in all_kinds())]
        cast("forms.ChoiceField", self.fields["kind"]).choices = choices


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show every kind of message, by which channels it is sent, and its words."""
    policy, own = current_policy(), own_templates()
    groups = [
        (
            label,
            [_row(kind, policy, own) for kind in all_kinds() if kind.audience == audience],
        )
        for audience, label in Audience.choices
    ]
    names = [MessageChannel(each).label for each in MessageChannel.values]
    context = {"groups": groups, "channels": names, "form": _rules_form(policy)}
    return render(request, "backoffice/notices/kinds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def rules(request: StaffRequest) -> HttpResponseBase:
    """Choose channels, quiet hours and bounds."""
    if request.method != "POST":
        return redirect("/notifications/")
    form = RulesForm(request.POST)
    channels = {
        kind.code: [
            each for each in kind.possible if f"{kind.code}:{each}" in request.POST.getlist("on")
        ]
        for kind in all_kinds()
    }
    if form.is_valid():
        try:
            set_policy(Policy(channels=channels, **form.cleaned_data), actor=request.actor)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Saved. It holds for messages from now on."))
    else:
        messages.error(
            request, " ".join(str(each) for told in form.errors.values() for each in told)
        )
    return redirect("/notifications/")


@require_safe
@staff_page(VIEW)
def sent(request: StaffRequest) -> HttpResponseBase:
    """List what was sent, or was not, the newest first."""
    page, context = narrowed_page(request, SentFilter(request.GET), _narrowed)
    mask = contact_mask()
    context["rows"] = [(row, _title(row), _whom(row, mask(row.recipient))) for row in page]
    return render(request, "backoffice/notices/sent.html", context)


@require_POST
@staff_page(MANAGE)
def again(request: StaffRequest, message: str) -> HttpResponseBase:
    """Try a message again that was given up."""
    try:
        send_again(identified("msg", message), actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is sent again."))
    return redirect("/notifications/sent/")


def _narrowed(wanted: dict[str, Any]) -> QuerySet[Message]:
    return sent_messages(**wanted)


def _row(kind: Kind, policy: Policy, own: set[tuple[str, str, str]]) -> dict[str, Any]:
    on = policy.channels_of(kind)
    return {
        "kind": kind,
        "cells": [
            {
                "value": f"{kind.code}:{channel.value}",
                "label": channel.label,
                "is_possible": channel in kind.possible,
                "is_on": channel.value in on,
                "words": [
                    (code, name, (kind.code, channel.value, code) in own)
                    for code, name in settings.LANGUAGES
                ],
                "path": f"/notifications/{kind.code}/{channel.value}/",
            }
            for channel in MessageChannel
        ],
    }


def _rules_form(policy: Policy) -> RulesForm:
    names = ("quiet_from", "quiet_until", "a_day", "sms_a_day")
    return RulesForm(initial={name: getattr(policy, name) for name in names})


def _title(row: Message) -> str:
    kind = kind_of(row.kind)
    return str(kind.title) if kind is not None else row.kind


def _whom(row: Message, address: str) -> str:
    if row.member is not None:
        return f"{row.member.name} {address}".strip()
    return f"{row.staff.name} {address}".strip() if row.staff is not None else address

"""The words of a message: changed, looked at, tried, taken back."""

from __future__ import annotations

from dataclasses import asdict

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.notices.views import MANAGE
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.notifications.choices import MessageChannel
from kernel.notifications.errors import UnknownKind
from kernel.notifications.kinds import Kind
from kernel.notifications.selectors import own_templates
from kernel.notifications.services import preview, reset_template, save_template, send_test
from kernel.notifications.wording import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    Words,
    known_kind,
    known_variables,
    words_for,
)


class WordsForm(forms.Form):
    """A subject and a body."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=LONGEST_SUBJECT, required=False
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 9}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, kind: str, channel: str, language: str) -> HttpResponseBase:
    """Change the words, or look at them first with samples for their variables."""
    known = _known(kind, channel, language)
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        initial=asdict(words_for(known, channel, language)),
    )
    if channel == MessageChannel.SMS:
        del form.fields["subject"]
    sample, told = None, None
    if request.method == "POST" and form.is_valid():
        told = Words(form.cleaned_data.get("subject", ""), form.cleaned_data["body"])
        try:
            sample = preview(kind, channel, language, told)
            if "preview" not in request.POST:
                save_template(kind, channel, language, told, actor=request.actor, now=utc_now())
                messages.success(request, _("Saved. It holds for messages from now on."))
                return redirect(request.path)
        except DomainError as refusal:
            form.add_error(str(refusal.fields.get("field", "body")), str(refusal))
    elif request.method != "POST":
        sample = preview(kind, channel, language)
    context = {
        "form": form,
        "kind": known,
        "channel": MessageChannel(channel),
        "language": dict(settings.LANGUAGES)[language],
        "sample": sample,
        "variables": known_variables(known).items(),
        "is_own": (kind, channel, language) in own_templates(),
        "may_test": channel not in {MessageChannel.SMS, MessageChannel.PRINTER},
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/notices/words.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def test(request: StaffRequest, kind: str, channel: str, language: str) -> HttpResponseBase:
    """Send the message with samples to whoever asks."""
    _known(kind, channel, language)
    try:
        send_test(kind, channel, language, to=request.person, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The test is on its way to you."))
    return redirect(f"/notifications/{kind}/{channel}/{language}/")


@require_POST
@staff_page(MANAGE)
def reset(request: StaffRequest, kind: str, channel: str, language: str) -> HttpResponseBase:
    """Go back to the words that come along."""
    _known(kind, channel, language)
    reset_template(kind, channel, language, actor=request.actor)
    messages.success(request, _("The usual words hold again."))
    return redirect(f"/notifications/{kind}/{channel}/{language}/")


def _known(code: str, channel: str, language: str) -> Kind:
    try:
        return known_kind(code, channel, language)
    except UnknownKind as error:
        raise Http404 from error

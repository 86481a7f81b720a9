"""Asks for a second factor on any page: a code of the app, one from paper, or a key."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest

from kernel.access.actors import actor_of
from kernel.access.factors import FactorRefused, check_factor
from kernel.access.models import Staff
from kernel.access.security_keys import KeyRefused, Place, ask_for_key, check_key
from kernel.backoffice.account.forms import AnyCodeForm
from kernel.backoffice.shell import current_brand
from kernel.common.time import utc_now
from kernel.tenancy.middleware import request_host

REFUSED: Final = {FactorRefused.code: "code", KeyRefused.code: "code"}
_STATE: Final = "security_key"
_PATIENCE: Final = timedelta(minutes=10)
LONGEST_ANSWER: Final = 20_000


class SecondForm(AnyCodeForm):
    """A code, or what a security key answered."""

    answer = forms.CharField(
        required=False, max_length=LONGEST_ANSWER, strip=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.data.get("answer"):
            self.fields["code"].required = False


def place_of(request: HttpRequest) -> Place:
    """Return where the person uses a key."""
    origin = f"{request.scheme}://{request.get_host()}"
    return Place(request_host(request), origin, current_brand(request).name)


def remember(request: HttpRequest, state: dict[str, Any]) -> None:
    """Keep a challenge for the answer to it; the one before is over."""
    request.session[_STATE] = {"at": utc_now().timestamp(), "state": state}


def taken(request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """Return the challenge that was kept; it is over with this.

    Raises:
        KeyRefused: there is none, or it is too old.
    """
    noted = request.session.pop(_STATE, None)
    if noted is None or now.timestamp() - noted["at"] > _PATIENCE.total_seconds():
        raise KeyRefused(field="answer")
    return dict(noted["state"])


def answer_of(text: str) -> dict[str, Any]:
    """Read what a browser sent.

    Raises:
        KeyRefused: it is no answer.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise KeyRefused(field="answer") from error
    if not isinstance(found, dict):
        raise KeyRefused(field="answer")
    return found


def key_options(request: HttpRequest, person: Staff) -> str:
    """Return what a page gives the browser to ask for a key; empty where there is none."""
    asked = ask_for_key(person, place_of(request))
    if asked is None:
        return ""
    options, state = asked
    remember(request, state)
    return json.dumps(options)


def check_second(request: HttpRequest, person: Staff, form: forms.Form, *, now: datetime) -> None:
    """Take what a valid `SecondForm` holds.

    Raises:
        FactorRefused, KeyRefused: it proves nothing.
        RateLimited, RateLimitUnavailable: too much was tried, or nobody can count.
    """
    told = form.cleaned_data
    if told.get("answer"):
        state = taken(request, now=now)
        answer = answer_of(told["answer"])
        check_key(person, place_of(request), state=state, answer=answer, now=now)
        return
    check_factor(person, told["code"], actor=actor_of(request, person), now=now)

"""The cashier: a way to pay is chosen, begun, waited for."""

from __future__ import annotations

from secrets import token_hex
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.orders.errors import OrderNotFound
from kernel.orders.models import OrderGroup
from kernel.payments.api.store import ASKED, BEGUN
from kernel.payments.errors import BindingNotUsable, IntentClosed, ProofRefused
from kernel.payments.gateways.contract import Payer
from kernel.payments.services import add_proof, query, start_attempt
from kernel.payments.services.attempts import Start
from kernel.payments.services.holding import release_balances
from kernel.payments.services.reviews import LARGEST_PROOF
from themes.buyers import buyer_of
from themes.cashier.shown import Till, till_inputs, till_of
from themes.fields import Json
from themes.pages import serve

_LONGEST_KEY: Final = 80
_LONGEST_PASSWORD: Final = 64
_MOST_BALANCES: Final = 8
_WAITING: Final = frozenset({"leaving", "checking"})
_LOOKS_AGAIN: Final = 5
"""Seconds after which a browser without scripts asks again."""


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def cashier(request: HttpRequest, number: str) -> HttpResponse:
    """Show where a payment stands and how it can be made; begin one."""
    group = _group(request, number)
    if request.method == "POST":
        return _begin(request, group)
    return _page(request, group)


@never_cache
@require_POST
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Have the gateway asked now, without waiting for its notice."""
    group = _group(request, number)
    till = till_of(group, chooses=False, now=utc_now())
    try:
        ASKED.check(client_ip(request))
        if till.attempt is not None:
            query(till.attempt.pk, now=utc_now())
    except DomainError as refusal:
        return _page(request, group, notice=str(refusal), status=refusal.status)
    return redirect("cashier", number=group.number)


@never_cache
@require_POST
def let_go(request: HttpRequest, number: str) -> HttpResponse:
    """Give the payer back what is held of his balances."""
    group = _group(request, number)
    till = till_of(group, chooses=True, now=utc_now())
    if till.intent is not None:
        release_balances(till.intent.pk, now=utc_now())
    return redirect("cashier", number=group.number)


@never_cache
@require_POST
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """Keep a picture or PDF of a transfer."""
    group = _group(request, number)
    till = till_of(group, chooses=False, now=utc_now())
    file = request.FILES.get("file")
    try:
        BEGUN.check(client_ip(request))
        if till.attempt is None:
            raise IntentClosed
        _keep_proof(till, file, request.POST.get("note", ""))
    except DomainError as refusal:
        return _page(request, group, notice=str(refusal), status=refusal.status)
    return redirect("cashier", number=group.number)


def _keep_proof(till: Till, file: UploadedFile[bytes] | None, note: str) -> None:
    assert till.attempt is not None  # noqa: S101  the caller has asked
    if file is None or not file.size or file.size > LARGEST_PROOF:
        raise ProofRefused(_("Please choose a picture or PDF of at most 8 MB."))
    add_proof(till.attempt.pk, file.read(), note=note.replace("\x00", "")[:300])


def _begin(request: HttpRequest, group: OrderGroup) -> HttpResponse:
    now = utc_now()
    till = till_of(group, chooses=True, now=now)
    try:
        BEGUN.check(client_ip(request))
        if till.intent is None:
            raise IntentClosed(state=till.state)
        start_attempt(till.intent.pk, _start(request, till), now=now)
    except DomainError as refusal:
        return _page(request, group, notice=str(refusal), status=refusal.status)
    here = reverse("cashier", kwargs={"number": group.number})
    return redirect(f"{here}?go=1")


def _start(request: HttpRequest, till: Till) -> Start:
    try:
        binding_id = parse_public_id("pay", request.POST.get("binding", ""))
        wanted = request.POST.getlist("with")[:_MOST_BALANCES]
        balances = tuple(parse_public_id("pay", each) for each in wanted)
    except InvalidId:
        raise BindingNotUsable(_("Please choose how you want to pay.")) from None
    member_id = till.group.member_id
    return Start(
        binding_id=binding_id,
        key=request.POST.get("key", "")[:_LONGEST_KEY] or token_hex(16),
        store_url=f"{request.scheme}://{request.get_host()}",
        payer=Payer(
            member_id=member_id,
            email=till.group.email,
            ip=client_ip(request),
            locale=get_language() or "",
        ),
        balances=tuple(each for each in balances if each != binding_id),
        password=request.POST.get("password", "").strip()[:_LONGEST_PASSWORD],
    )


def _page(
    request: HttpRequest, group: OrderGroup, *, notice: str = "", status: int = 200
) -> HttpResponse:
    till = till_of(group, chooses="choose" in request.GET, now=utc_now())
    inputs = till_inputs(till, leaves="go" in request.GET, notice=notice)
    # Whoever was refused finds what he had chosen.
    chosen = [request.POST.get("binding", ""), *request.POST.getlist("with")[:_MOST_BALANCES]]
    inputs["chosen"] = list(filter(None, chosen))
    refresh: Json = None
    if inputs["leaves"] and till.attempt is not None:
        refresh = {"seconds": 0, "url": str((till.attempt.action or {}).get("url", ""))}
    elif till.state in _WAITING:
        refresh = {"seconds": _LOOKS_AGAIN, "url": str(inputs["action"])}
    return serve(request, "cashier", inputs={"till": inputs, "refresh": refresh}, status=status)


def _group(request: HttpRequest, number: str) -> OrderGroup:
    try:
        return buyer_of(request).group(number)
    except OrderNotFound as refusal:
        raise Http404 from refusal

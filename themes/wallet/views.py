"""A member has what he earned paid out, or gives it to somebody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.catalogue.texts import in_language
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members.actors import member_actor
from kernel.members.middleware import member_of
from kernel.members.models import Member
from kernel.payments.errors import PasswordUnset
from kernel.payments.services import passwords
from kernel.rewards.monitors.selectors import payouts_are_late
from kernel.wallet.choices import Channel
from kernel.wallet.limits import GIVEN, REQUESTED, SOUGHT
from kernel.wallet.providers import opener_for
from kernel.wallet.selectors import (
    Giveable,
    Withdrawable,
    giveables,
    own_transfers,
    own_withdrawals,
    withdrawables,
)
from kernel.wallet.services import (
    accounts_of,
    add_account,
    cancel_withdrawal,
    find_recipient,
    identity_of,
    is_identity_missing,
    open_account,
    quote,
    remove_account,
    request_withdrawal,
    transfer,
)
from themes.account.entering import FormPage, form_page, show_refusal
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.forms import link_beside
from themes.pages import serve
from themes.same_origin import same_origin_only
from themes.wallet.forms import (
    AccountForm,
    LeavingForm,
    TransferForm,
    WithdrawalForm,
    password_field,
)
from themes.wallet.identity import identity_data
from themes.wallet.shown import (
    account_data,
    giveable_data,
    terms_data,
    transfer_data,
    withdrawable_data,
    withdrawal_data,
)

_SHOWN = 20
_OF_PASSWORD = "payments.password_"  # noqa: S105  what refusals begin with


@never_cache
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """Show what can leave, what did, and where to."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    language = get_language() or ""
    out = withdrawables(member.pk, now=utc_now())
    shown: dict[str, Json] = {
        "is_late": payouts_are_late() is not None,
        "withdrawables": [withdrawable_data(each) for each in out],
        "giveables": [giveable_data(each) for each in giveables(member.pk)],
        "identity": _identity(member, out),
        "accounts": [account_data(row) for row in accounts_of(member.pk)],
        "withdrawals": [
            withdrawal_data(row, language) for row in own_withdrawals(member.pk)[:_SHOWN]
        ],
        "transfers": [
            transfer_data(row, member.pk, language) for row in own_transfers(member.pk)[:_SHOWN]
        ],
        "channels": [
            {
                "href": reverse("account:payout-account", args=[code]),
                "label": str(Channel(code).label),
            }
            for code in Channel.values
            if any(code in each.rule.channels for each in out)
        ],
    }
    return serve(request, "wallet", inputs={"wallet": shown})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, asset: str) -> HttpResponse:
    """Ask for some of what was earned."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    found = _chosen(withdrawables(member.pk, now=utc_now()), asset)
    accounts = [row for row in accounts_of(member.pk) if row.channel in found.rule.channels]
    if not accounts:
        channel = found.rule.channels[0]
        return redirect(f"{reverse('account:payout-account', args=[channel])}?of={asset}")
    data = request.POST if request.method == "POST" else None
    asks = passwords.standing_of(member.pk, now=utc_now()).is_asked
    # The first page moves nothing, so the password is asked for where the sums are agreed to.
    is_agreeing = data is not None and "agreed" in data
    form = WithdrawalForm(found.asset, accounts, data, asks_password=asks and is_agreeing)
    if data is not None and form.is_valid():
        try:
            again = _agreed(request, member, found, form, asks_password=asks)
            if again is not None:
                return again
            request_withdrawal(
                member.pk,
                asset=asset,
                minor=form.cleaned_data["amount"],
                account_id=_id("pac", form.cleaned_data["account"]),
                key=form.cleaned_data["key"],
                actor=member_actor(member),
                now=utc_now(),
            )
        except DomainError as refusal:
            if refusal.code == PasswordUnset.code:
                return _choose_password(request)
            _show(form, refusal)
        else:
            return redirect("account:wallet")
    return _ask(request, found, form)


def _agreed(
    request: HttpRequest,
    member: Member,
    found: Withdrawable,
    form: WithdrawalForm,
    *,
    asks_password: bool,
) -> HttpResponse | None:
    """Show fee, tax and what arrives until the member has agreed to just that, and proven it."""
    now, minor = utc_now(), form.cleaned_data["amount"]
    rule, terms = quote(member.pk, asset=found.asset.code, minor=minor, now=now)
    if is_identity_missing(rule, member.pk, minor, now=now):
        return redirect("account:identity")
    sums = f"{terms.minor}:{terms.net_minor}"
    if request.POST.get("agreed") == sums:
        REQUESTED.check(f"member:{member.pk}")
        try:
            _prove(member, form)
        except DomainError as refusal:
            if not refusal.code.startswith(_OF_PASSWORD) or refusal.code == PasswordUnset.code:
                raise
            _show(form, refusal)
        else:
            return None
    facts = terms_data(rule, terms, now=now)
    return _confirm(request, form, sums, facts, asks_password=asks_password)


def _confirm(
    request: HttpRequest, form: WithdrawalForm, sums: str, facts: Any, *, asks_password: bool
) -> HttpResponse:
    form.fields["agreed"] = forms.CharField(widget=forms.HiddenInput)
    form.initial["agreed"] = sums
    data = request.POST.copy()
    data["agreed"] = sums
    form.data = data
    for name in ("amount", "account"):
        form.fields[name].widget = forms.HiddenInput()
    if asks_password:
        form.fields["password"] = password_field()
    return form_page(
        request,
        form,
        FormPage(
            title=_("Is this right?"),
            label=_("Ask for it"),
            more={"facts": facts, "other": _back()},
        ),
    )


def _ask(request: HttpRequest, found: Withdrawable, form: WithdrawalForm) -> HttpResponse:
    form.fields.pop("password", None)
    text = in_language(found.rule.statement, get_language())
    most = withdrawable_data(found)["most"]
    about = _("Up to %(amount)s can be paid out now.") % {"amount": most}
    return form_page(
        request,
        form,
        FormPage(
            title=_("Have %(name)s paid out") % {"name": found.name},
            label=_("Go on"),
            more={"text": f"{about} {text}".strip(), "other": _back()},
        ),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payout_account(request: HttpRequest, channel: str) -> HttpResponse:
    """Keep where money goes."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    if channel not in Channel.values:
        raise Http404
    if opener_for(channel) is not None:
        return _opened_elsewhere(request, member, channel)
    form = AccountForm(channel, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            add_account(member.pk, channel, form.cleaned_data, now=utc_now())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("account:wallet")
    text = _("Only whoever pays you sees it. It must be in your own name.")
    title = _("Where shall the money go?")
    page = FormPage(title=title, label=_("Save"), more={"text": text, "other": _back()})
    return form_page(request, form, page)


def _opened_elsewhere(request: HttpRequest, member: Member, channel: str) -> HttpResponse:
    """Send a member on to the service that opens accounts of a channel."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        back = request.build_absolute_uri(reverse("account:wallet"))
        try:
            REQUESTED.check(f"member:{member.pk}")
            return redirect(open_account(member, channel, back=back, now=utc_now()).url)
        except DomainError as refusal:
            show_refusal(form, refusal)
    name = str(Channel(channel).label)
    text = _("%(name)s asks who you are and where your bank account is; the shop never sees it.")
    page = FormPage(
        title=_("Where shall the money go?"),
        label=_("Go on to %(name)s") % {"name": name},
        more={"text": text % {"name": name}, "other": _back()},
    )
    return form_page(request, form, page)


@never_cache
@same_origin_only
@require_POST
def forget_account(request: HttpRequest) -> HttpResponse:
    """Take an account away."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    try:
        remove_account(member.pk, _id("pac", request.POST.get("account", "")), now=utc_now())
    except DomainError as refusal:
        raise Http404 from refusal
    return redirect("account:wallet")


@never_cache
@same_origin_only
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take a withdrawal back that nobody has approved; one that was approved stays."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    key = _id("wdr", request.POST.get("withdrawal", ""))
    try:
        cancel_withdrawal(key, member_id=member.pk, actor=member_actor(member), now=utc_now())
    except DomainError as refusal:
        if refusal.code == "wallet.unknown_withdrawal":
            raise Http404 from refusal
    return redirect("account:wallet")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, asset: str) -> HttpResponse:
    """Give some of a balance to another member."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    found = _chosen(giveables(member.pk), asset)
    data = request.POST if request.method == "POST" else None
    asks = passwords.standing_of(member.pk, now=utc_now()).is_asked
    form = TransferForm(found.asset, data, asks_password=asks)
    if data is not None and form.is_valid():
        try:
            GIVEN.check(f"member:{member.pk}")
            SOUGHT.check(f"member:{member.pk}")
            _give(member, asset, form)
        except DomainError as refusal:
            if refusal.code == PasswordUnset.code:
                return _choose_password(request)
            _show(form, refusal)
        else:
            return redirect("account:wallet")
    about = _("You have %(amount)s. What is given cannot be asked back.")
    text = about % {"amount": giveable_data(found)["available"]}
    title = _("Give %(name)s to a member") % {"name": found.name}
    page = FormPage(title=title, label=_("Give it"), more={"text": text, "other": _back()})
    return form_page(request, form, page)


def _give(member: Member, asset: str, form: TransferForm) -> None:
    given = form.cleaned_data
    recipient = find_recipient(given["recipient"], sender_id=member.pk)
    _prove(member, form)
    transfer(
        member.pk,
        recipient.pk,
        asset=asset,
        minor=given["amount"],
        key=given["key"],
        note=given["note"],
        actor=member_actor(member),
        now=utc_now(),
    )


def _identity(member: Member, out: list[Withdrawable]) -> Json:
    """Return how far the proof of identity has got; nothing where nobody asks for one."""
    row = identity_of(member.pk)
    is_asked = any(each.rule.identity_from_minor is not None for each in out)
    return identity_data(row) if row is not None or is_asked else None


def _chosen(found: list[Any], asset: str) -> Any:
    row: Withdrawable | Giveable | None = next(
        (each for each in found if each.asset.code == asset), None
    )
    if row is None:
        raise Http404
    return row


def _prove(member: Member, form: LeavingForm) -> None:
    passwords.prove(member.pk, form.cleaned_data.get("password", ""), now=utc_now())


def _choose_password(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('account:payment-password')}?next={request.path}")


def _show(form: forms.Form, refusal: DomainError) -> None:
    if refusal.code.startswith(_OF_PASSWORD) and "password" in form.fields:
        form.add_error("password", str(refusal))
    else:
        show_refusal(form, refusal)


def _id(prefix: str, text: str) -> UUID:
    try:
        return parse_public_id(prefix, text)
    except InvalidId as refusal:
        raise Http404 from refusal


def _back() -> Json:
    return link_beside("", reverse("account:wallet"), _("Back"))

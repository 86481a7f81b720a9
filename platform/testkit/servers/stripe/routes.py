"""Stripe's API, as far as the product calls it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from testkit.servers.stripe import money, payouts
from testkit.servers.stripe.errors import StripeSays, invalid, missing
from testkit.servers.stripe.events import tell
from testkit.servers.stripe.state import Endpoint, Plain, State

_DAY: Final = 24 * 60 * 60
_HALF_HOUR: Final = 30 * 60
_INTENT_FIELDS: Final = frozenset(
    {
        "amount", "currency", "automatic_payment_methods", "payment_method_types",
        "capture_method", "description", "metadata", "application_fee_amount", "expand",
    }
)  # fmt: skip
_SESSION_FIELDS: Final = frozenset(
    {
        "mode", "client_reference_id", "line_items", "metadata", "payment_intent_data",
        "success_url", "cancel_url", "customer_email", "expires_at", "expand",
    }
)  # fmt: skip
_TRANSFER_FIELDS: Final = frozenset(
    {"amount", "currency", "destination", "transfer_group", "description", "metadata"}
)
_PAYOUT_FIELDS: Final = frozenset({"amount", "currency", "metadata", "description"})
_REFUND_FIELDS: Final = frozenset({"payment_intent", "amount", "metadata", "reason", "expand"})


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        account: the key, and behind a slash the connected account.
        base: the double's own address, for its page.
    """

    state: State
    account: str
    path: tuple[str, ...]
    form: Mapping[str, Any]
    base: str


Route = Callable[[Call], Plain]


def answer(method: str, call: Call) -> Plain:
    """Carry out a request.

    Raises:
        StripeSays: a refusal.
    """
    shape = (method, *(part if part in _WORDS else "*" for part in call.path))
    route = _ROUTES.get(shape)
    if route is None:
        raise StripeSays(404, "invalid_request_error", f"Unrecognized request URL {call.path}")
    return copy.deepcopy(route(call))


def get(call: Call, identity: str, kind: str) -> Plain:
    """Return an object of the account.

    Raises:
        StripeSays: it has none.
    """
    found = call.state.objects.get((call.account, identity))
    if found is None or found["object"] != kind:
        raise missing(identity)
    return found


def _only(call: Call, allowed: frozenset[str]) -> None:
    for name in call.form:
        if name not in allowed:
            raise invalid(
                f"Received unknown parameter: {name}", code="parameter_unknown", param=name
            )


def _number(value: Any, name: str) -> int:
    try:
        found = int(value)
    except (TypeError, ValueError):
        raise invalid(f"Invalid integer: {value}", param=name) from None
    if found < 1:
        raise invalid("This value must be greater than or equal to 1.", param=name)
    return found


def _balance(call: Call) -> Plain:
    return {"object": "balance", "livemode": False, "available": [], "pending": []}


def _make_account(call: Call) -> Plain:
    made = call.state.add(
        call.account,
        "account",
        "acct",
        type=call.form.get("type", "standard"),
        charges_enabled=True,
        payouts_enabled=False,
        details_submitted=False,
        email=call.form.get("email"),
        metadata=call.form.get("metadata", {}),
    )
    call.state.objects[f"{call.account}/{made['id']}", made["id"]] = made
    return made


def _get_account(call: Call) -> Plain:
    return get(call, call.path[2], "account")


def _make_account_link(call: Call) -> Plain:
    account = get(call, call.form.get("account", ""), "account")
    for name in ("refresh_url", "return_url"):
        if not call.form.get(name):
            raise invalid(f"Missing required param: {name}.", param=name)
    url = f"{call.base}/setup/e/{account['id']}"
    return {"object": "account_link", "created": call.state.now(), "url": url}


def _make_transfer(call: Call) -> Plain:
    _only(call, _TRANSFER_FIELDS)
    amount = _number(call.form.get("amount"), "amount")
    account = call.state.objects.get((call.account, call.form.get("destination", "")))
    if account is None or account["object"] != "account":
        raise missing(call.form.get("destination", ""))
    return payouts.transfer(call.state, call.account, call.form, account, amount)


def _reverse_transfer(call: Call) -> Plain:
    return payouts.take_back(call.state, call.account, get(call, call.path[2], "transfer"))


def _make_payout(call: Call) -> Plain:
    _only(call, _PAYOUT_FIELDS)
    amount = _number(call.form.get("amount"), "amount")
    return payouts.begin(call.state, call.account, call.form, amount)


def new_intent(call: Call, form: Mapping[str, Any], *, currency: str, amount: int) -> Plain:
    """Make a PaymentIntent."""
    made = call.state.add(
        call.account,
        "payment_intent",
        "pi",
        amount=amount,
        currency=currency.lower(),
        amount_received=0,
        amount_capturable=0,
        capture_method=form.get("capture_method", "automatic"),
        description=form.get("description"),
        metadata=dict(form.get("metadata", {})),
        status="requires_payment_method",
        latest_charge=None,
        last_payment_error=None,
        application_fee_amount=form.get("application_fee_amount"),
    )
    made["client_secret"] = f"{made['id']}_secret_{made['id'][-8:]}"
    return made


def _make_intent(call: Call) -> Plain:
    _only(call, _INTENT_FIELDS)
    amount = _number(call.form.get("amount"), "amount")
    made = new_intent(call, call.form, currency=call.form.get("currency", ""), amount=amount)
    tell(call.state, call.account, "payment_intent.created", made)
    return made


def _get_intent(call: Call) -> Plain:
    return get(call, call.path[2], "payment_intent")


def _confirm_intent(call: Call) -> Plain:
    intent = _get_intent(call)
    money.confirm(call.state, call.account, intent, card=call.form.get("card", "4242424242424242"))
    return intent


def _capture_intent(call: Call) -> Plain:
    intent, wanted = _get_intent(call), call.form.get("amount_to_capture")
    amount = None if wanted is None else _number(wanted, "amount_to_capture")
    money.capture(call.state, call.account, intent, amount)
    return intent


def _cancel_intent(call: Call) -> Plain:
    intent = _get_intent(call)
    money.cancel(call.state, call.account, intent)
    return intent


def _make_session(call: Call) -> Plain:
    _only(call, _SESSION_FIELDS)
    if call.form.get("mode") != "payment" or not call.form.get("success_url"):
        raise invalid("mode and success_url are needed", param="mode")
    item = call.form["line_items"][0]
    price = item["price_data"]
    amount = _number(price["unit_amount"], "unit_amount") * _number(item["quantity"], "quantity")
    now = call.state.now()
    ends = int(call.form.get("expires_at", now + _DAY))
    if not now + _HALF_HOUR <= ends <= now + _DAY:
        raise invalid("expires_at is 30 minutes to 24 hours from now", param="expires_at")
    made = call.state.add(
        call.account,
        "checkout.session",
        "cs_test",
        amount_total=amount,
        currency=price["currency"].lower(),
        client_reference_id=call.form.get("client_reference_id"),
        metadata=dict(call.form.get("metadata", {})),
        payment_intent=None,
        payment_status="unpaid",
        status="open",
        success_url=call.form["success_url"],
        cancel_url=call.form.get("cancel_url"),
        expires_at=ends,
        subject=price["product_data"]["name"],
        intent_data=dict(call.form.get("payment_intent_data", {})),
    )
    made["url"] = f"{call.base}/c/pay/{made['id']}"
    return made


def _with_intent(call: Call, session: Plain) -> Plain:
    shown = {k: v for k, v in session.items() if k not in {"subject", "intent_data"}}
    expanded = call.form.get("expand", [])
    asked = {"payment_intent", "data.payment_intent"} & set(expanded)
    if asked and session["payment_intent"]:
        shown["payment_intent"] = call.state.objects[call.account, session["payment_intent"]]
    return shown


def _get_session(call: Call) -> Plain:
    return _with_intent(call, get(call, call.path[3], "checkout.session"))


def _expire_session(call: Call) -> Plain:
    session = get(call, call.path[3], "checkout.session")
    if session["status"] != "open":
        raise invalid("Only open sessions can be expired.", code="resource_invalid_state")
    session["status"], session["url"] = "expired", None
    tell(call.state, call.account, "checkout.session.expired", _with_intent(call, session))
    return _with_intent(call, session)


def pay_session(call: Call, session: Plain, *, card: str) -> None:
    """Pay a session, as the payer does on the page.

    Raises:
        StripeSays: it is over, or the card is declined.
    """
    if session["status"] != "open":
        raise invalid("This page is no longer open.", code="resource_invalid_state")
    known = call.state.objects
    intent = known.get((call.account, session["payment_intent"] or ""))
    if intent is None:
        data = session["intent_data"]
        intent = new_intent(
            call, data, currency=session["currency"], amount=session["amount_total"]
        )
        session["payment_intent"] = intent["id"]
    money.confirm(call.state, call.account, intent, card=card)
    if intent["status"] == "requires_action":
        return
    session["status"], session["url"] = "complete", None
    session["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"
    tell(call.state, call.account, "checkout.session.completed", _with_intent(call, session))


def _make_refund(call: Call) -> Plain:
    _only(call, _REFUND_FIELDS)
    intent = get(call, call.form.get("payment_intent", ""), "payment_intent")
    wanted = call.form.get("amount")
    amount = None if wanted is None else _number(wanted, "amount")
    return money.refund(
        call.state, call.account, intent, amount, dict(call.form.get("metadata", {}))
    )


def _get_refund(call: Call) -> Plain:
    return get(call, call.path[2], "refund")


def _make_endpoint(call: Call) -> Plain:
    made = call.state.add(
        call.account, "webhook_endpoint", "we", url=call.form["url"], status="enabled"
    )
    made["secret"] = f"whsec_{made['id'][3:]}"
    connected = call.form.get("connect") == "true"
    call.state.endpoints.append(Endpoint(made["url"], made["secret"], call.account, connected))
    return made


def _listed(kind: str) -> Route:
    def listed(call: Call) -> Plain:
        rows = [row for row in call.state.of(call.account, kind) if _wanted(call, row)]
        after = call.form.get("starting_after")
        if after:
            rows = rows[[row["id"] for row in rows].index(after) + 1 :]
        limit = int(call.form.get("limit", 10))
        shown = [_expanded(call, row) for row in rows[:limit]]
        url = "/" + "/".join(call.path)
        return {"object": "list", "data": shown, "has_more": len(rows) > limit, "url": url}

    return listed


def _wanted(call: Call, row: Plain) -> bool:
    created, form = row["created"], call.form.get("created", {})
    group = call.form.get("transfer_group")
    if group is not None and row.get("transfer_group") != group:
        return False
    if "payment_intent" in call.form and row.get("payment_intent") != call.form["payment_intent"]:
        return False
    return (
        created >= int(form.get("gte", 0))
        and created > int(form.get("gt", -1))
        and created <= int(form.get("lte", created))
        and created < int(form.get("lt", created + 1))
    )


def _expanded(call: Call, row: Plain) -> Plain:
    if row["object"] == "checkout.session":
        return _with_intent(call, row)
    if "data.source" in call.form.get("expand", []) and "source" in row:
        return {**row, "source": call.state.objects.get((call.account, row["source"]))}
    return row


_WORDS: Final = frozenset(
    {
        "v1", "balance", "accounts", "payment_intents", "confirm", "capture", "cancel",
        "checkout", "sessions", "expire", "refunds", "balance_transactions",
        "webhook_endpoints", "events", "account_links", "transfers", "reversals", "payouts",
    }
)  # fmt: skip
_ROUTES: Final[dict[tuple[str, ...], Route]] = {
    ("GET", "v1", "balance"): _balance,
    ("POST", "v1", "accounts"): _make_account,
    ("GET", "v1", "accounts", "*"): _get_account,
    ("POST", "v1", "account_links"): _make_account_link,
    ("POST", "v1", "transfers"): _make_transfer,
    ("GET", "v1", "transfers"): _listed("transfer"),
    ("POST", "v1", "transfers", "*", "reversals"): _reverse_transfer,
    ("POST", "v1", "payouts"): _make_payout,
    ("GET", "v1", "payouts"): _listed("payout"),
    ("POST", "v1", "payment_intents"): _make_intent,
    ("GET", "v1", "payment_intents"): _listed("payment_intent"),
    ("GET", "v1", "payment_intents", "*"): _get_intent,
    ("POST", "v1", "payment_intents", "*", "confirm"): _confirm_intent,
    ("POST", "v1", "payment_intents", "*", "capture"): _capture_intent,
    ("POST", "v1", "payment_intents", "*", "cancel"): _cancel_intent,
    ("POST", "v1", "checkout", "sessions"): _make_session,
    ("GET", "v1", "checkout", "sessions"): _listed("checkout.session"),
    ("GET", "v1", "checkout", "sessions", "*"): _get_session,
    ("POST", "v1", "checkout", "sessions", "*", "expire"): _expire_session,
    ("POST", "v1", "refunds"): _make_refund,
    ("GET", "v1", "refunds"): _listed("refund"),
    ("GET", "v1", "refunds", "*"): _get_refund,
    ("GET", "v1", "balance_transactions"): _listed("balance_transaction"),
    ("POST", "v1", "webhook_endpoints"): _make_endpoint,
    ("GET", "v1", "webhook_endpoints"): _listed("webhook_endpoint"),
    ("GET", "v1", "events"): _listed("event"),
}

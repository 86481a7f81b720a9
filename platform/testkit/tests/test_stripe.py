"""The double of Stripe as a person's demo uses it: it remembers, and shows what is paid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from testkit.servers.stripe import stripe_double

KEY = "sk_test_ademothatisstopped"
SESSION = {
    "mode": "payment",
    "success_url": "http://shop.localhost/paid/",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][unit_amount]": "4700",
    "line_items[0][price_data][currency]": "cny",
    "line_items[0][price_data][product_data][name]": "<b>Rice</b>",
}


def asked(url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    body = urlencode(form).encode() if form else None
    with urlopen(Request(url, body, {"Authorization": f"Bearer {KEY}"})) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_what_was_begun_before_a_stop_can_be_paid_and_given_back_after_it(tmp_path: Path) -> None:
    file = tmp_path / "stripe.json"
    with stripe_double(keep=file) as double:
        begun = asked(f"{double.url}/v1/checkout/sessions", SESSION)
        asked(f"{double.url}/v1/webhook_endpoints", {"url": "http://127.0.0.1:9/hooks"})

    with stripe_double(keep=file) as double:
        double.pay(KEY, begun["id"])
        paid = asked(f"{double.url}/v1/checkout/sessions/{begun['id']}")
        asked(f"{double.url}/v1/refunds", {"payment_intent": paid["payment_intent"]})
    with stripe_double(keep=file) as double:
        given = asked(f"{double.url}/v1/refunds")["data"]
        hooks = asked(f"{double.url}/v1/webhook_endpoints")["data"]

    assert [each["amount"] for each in given] == [4700]
    assert [each["url"] for each in hooks] == ["http://127.0.0.1:9/hooks"]


@pytest.mark.parametrize(("language", "word"), [("zh-CN,zh", "付款"), ("en-GB", "Pay")])
def test_its_page_says_what_is_paid_and_that_no_money_moves(language: str, word: str) -> None:
    with stripe_double() as double:
        page = asked(f"{double.url}/v1/checkout/sessions", SESSION)["url"]
        with urlopen(Request(page, headers={"Accept-Language": language})) as answer:
            shown = answer.read().decode()

    assert "47.00 CNY" in shown
    assert "&lt;b&gt;Rice&lt;/b&gt;" in shown
    assert word in shown
    assert "4242 4242 4242 4242" in shown

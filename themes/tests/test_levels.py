"""Levels and withdrawals as members meet them, without any script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.levels.services import set_level
from kernel.members.models import Identity
from kernel.payments.models import PaymentPassword
from kernel.wallet.models import Transfer, Withdrawal
from kernel.wallet.rules import set_transfer_rule
from testkit.factories.levels import make_level
from testkit.factories.orders import make_member
from testkit.factories.promotions import make_promotion
from testkit.factories.wallet import ACTOR, BANK, COMMISSION, earn, let_withdraw
from testkit.web import TenantClient
from themes.tests.samples import Shelf
from themes.tests.test_buying import put, text_of

HERE: dict[str, Any] = {"HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture(autouse=True)
def _sealer(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=utc_now())
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


def test_a_member_sees_level_progress_and_the_price_for_it(
    browser: TenantClient, shelf: Shelf
) -> None:
    shelf.product("Green tea", minor=1_000)
    member = browser.as_member()
    nothing = text_of(browser.get("/account/"))
    silver = make_level("silver", 1, ("growth", 10), discount_bp=1000)
    make_level("gold", 2, ("growth", 100), benefits={"en": "A birthday call"})
    set_level(member.pk, silver.pk, is_fixed=True, reason="", actor=ACTOR, now=utc_now())

    centre = text_of(browser.get("/account/"))
    page = text_of(browser.get("/account/level/"))
    put(browser)
    cart = text_of(browser.get("/cart/"))
    make_promotion(terms={"off_bp": 2_000}, name="Autumn")
    better = text_of(browser.get("/cart/"))

    assert "Silver" not in nothing
    assert "Silver" in centre
    assert "100 more to Gold" in centre
    assert "A birthday call" in page
    assert "10% off all prices" in page
    assert "9.00" in cart
    assert "Instead of your member price" in better
    assert "8.00" in better


def test_a_member_keeps_an_account_asks_for_money_and_takes_it_back(
    browser: TenantClient, shelf: Shelf
) -> None:
    member = browser.as_member()
    let_withdraw(min_minor=1_000)
    earn(member.pk, 8_000)
    set_transfer_rule(COMMISSION, {"is_on": True}, actor=ACTOR, now=utc_now())
    friend = make_member()
    Identity.objects.create(member=friend, provider="email", subject="friend@example.com")
    path = f"/account/wallet/withdraw/{COMMISSION}/"

    first = browser.get(path)
    kept = browser.post("/account/wallet/accounts/bank/", {**BANK})
    form = browser.get(path).content.decode()
    account = re.findall(r'value="(pac_[^"]+)"', form)[0]
    told = {"account": account, "key": "k"}
    little = browser.post(path, {**told, "amount": "5"})
    shown = browser.post(path, {**told, "amount": "60.00"}).content.decode()
    agreed = re.findall(r'name="agreed" value="([^"]+)"', shown)[0]
    sure = {**told, "amount": "60.00", "agreed": agreed}
    asked = [browser.post(path, sure) for _twice in range(2)]
    page = text_of(browser.get("/account/wallet/"))
    row = Withdrawal.objects.get()
    taken = browser.post("/account/wallet/take-back/", {"withdrawal": row.public_id}, **HERE)
    give = {"recipient": "friend@example.com", "amount": "3", "key": "g"}
    given = browser.post(f"/account/wallet/give/{COMMISSION}/", give)
    after = text_of(browser.get("/account/wallet/"))
    balance = text_of(browser.get("/account/assets/"))
    opening = text_of(browser.get("/account/wallet/accounts/stripe/"))
    unopened = browser.post("/account/wallet/accounts/stripe/")

    assert first["Location"].startswith("/account/wallet/accounts/bank/")
    assert (kept.status_code, little.status_code) == (302, 422)
    assert "Is this right?" in shown
    assert [each.status_code for each in asked] == [302, 302]
    assert row.number in page
    assert "Waiting for review" in page
    assert BANK["number"] not in page
    assert (taken.status_code, given.status_code) == (302, 302)
    assert "Withdrawn by the member" in after
    assert "−3.00" in after
    assert "Withdrawals" in balance
    assert "Not paid out" in balance
    assert row.number in balance
    assert "Go on to Stripe" in opening
    assert unopened.status_code == 422
    assert Transfer.objects.get().recipient_id == friend.pk


def test_a_member_types_the_payment_password_once_for_a_withdrawal(
    browser: TenantClient, shelf: Shelf
) -> None:
    member = browser.as_member()
    let_withdraw(min_minor=1_000)
    earn(member.pk, 8_000)
    PaymentPassword.objects.create(
        member=member, hash=make_password("482913"), set_at=utc_now(), failures=0
    )
    path = f"/account/wallet/withdraw/{COMMISSION}/"
    browser.post("/account/wallet/accounts/bank/", {**BANK})

    form = browser.get(path).content.decode()
    told = {"account": re.findall(r'value="(pac_[^"]+)"', form)[0], "key": "k", "amount": "60.00"}
    shown = browser.post(path, told).content.decode()
    sure = {**told, "agreed": re.findall(r'name="agreed" value="([^"]+)"', shown)[0]}
    refused = [browser.post(path, {**sure, **each}) for each in ({}, {"password": "000000"})]
    nothing = Withdrawal.objects.count()
    little = browser.post(path, {**sure, "amount": "5", "password": "482913"}).content.decode()
    asked = browser.post(path, {**sure, "password": "482913"})

    assert 'name="password"' not in form
    assert 'name="password"' in shown
    for page in refused:
        assert page.status_code == 422
        assert "Is this right?" in page.content.decode()
        assert 'name="password"' in page.content.decode()
    assert nothing == 0
    assert 'name="password"' not in little
    assert asked.status_code == 302
    assert Withdrawal.objects.count() == 1

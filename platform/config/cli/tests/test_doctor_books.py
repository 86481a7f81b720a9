"""``stoa doctor`` for stock, orders and relations, and for all of them at once."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from typer.testing import CliRunner

from config.cli import doctor
from kernel.relations.tests.people import bind, people
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_member, make_variant, place
from testkit.tenants import open_test_tenant

run = CliRunner()
BOOKS = ("ledger", "stock", "orders", "relations")
SPOILT = {
    "stock": "UPDATE inventory_stockitem SET on_hand = on_hand + 1",
    "orders": "UPDATE orders_order SET paid_minor = paid_minor + 1",
    "relations": "DELETE FROM relations_closure",
}


@pytest.fixture
def shop(committing: None) -> TenantRef:
    opened = open_test_tenant()
    with tenant_context(opened):
        place((make_variant().pk, 1), member_id=make_member().pk)
        above, below = people(2)
        bind(below, above)
    return opened


def asked(*arguments: str) -> tuple[int, str]:
    answer = run.invoke(doctor.app, list(arguments))
    return answer.exit_code, answer.stdout


def test_right_books_are_told_to_be_right_and_wrong_ones_named(shop: TenantRef) -> None:
    for book in BOOKS:
        assert asked(book, "--tenant", shop.public_id)[0] == 0

    for book, statement in SPOILT.items():
        with tenant_context(shop), connection.cursor() as cursor:
            cursor.execute(statement)
        code, told = asked(book, "--tenant", shop.public_id, "--json")

        (report,) = json.loads(told)
        assert (code, report["clean"]) == (1, False)
        assert report["findings"]
        assert report["findings"][0]["expected"] != report["findings"][0]["found"]


def test_one_look_tells_of_the_books_of_every_shop(shop: TenantRef) -> None:
    with tenant_context(shop), connection.cursor() as cursor:
        cursor.execute(SPOILT["stock"])

    code, told = asked("--json")

    lines = {each["check"]: each for each in json.loads(told)}
    assert code == 1
    assert lines["books: stock"]["passed"] is False
    assert lines["books: stock"]["mend"] == "stoa doctor stock --all"
    assert lines["books: relations"]["found"].startswith("right in")


@pytest.mark.parametrize("book", BOOKS)
def test_one_shop_or_all_of_them_must_be_named(book: str) -> None:
    assert run.invoke(doctor.app, [book]).exit_code == 2

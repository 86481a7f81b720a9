"""Imports of members, stock and prices: by natural key, row by row, within one's limits."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import pytest
from django.http import QueryDict
from django.utils.translation import gettext_lazy, override

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.dataio import resources as resources_module
from kernel.dataio.choices import ImportState
from kernel.dataio.errors import InvalidMapping, RowRefused
from kernel.dataio.exporting import export_chunks, export_kind
from kernel.dataio.models import Import
from kernel.dataio.resources import (
    Column,
    Outcome,
    Resource,
    RowRecord,
    Work,
    register_import,
    resource_of,
)
from kernel.dataio.results import left_out_rows
from kernel.dataio.services import choose, receive_file, run, start
from kernel.dataio.tests.applying import applied, counts, faults, said
from kernel.inventory.models import Movement, StockItem
from kernel.levels.selectors import levels_by_member
from kernel.members.choices import ConsentKind
from kernel.members.models import Identity, Member
from kernel.members.services.consents import allows, publish_document
from kernel.members.services.staff import tags_of
from kernel.pricing.models import PriceHistory, PriceListEntry
from kernel.pricing.services import NewEntry, set_entries
from kernel.relations.models import Closure, Relation
from testkit.factories.catalogue import ACTOR, make_price_list, make_product, make_variant
from testkit.factories.inventory import make_location
from testkit.factories.levels import make_level


@pytest.fixture
def registry() -> Iterator[None]:
    kept = dict(resources_module._resources)
    yield
    resources_module._resources.clear()
    resources_module._resources.update(kept)


pytestmark = pytest.mark.usefixtures("in_tenant_a")


def received(code: str, text: str, **choice: Any) -> Import:
    data = text.encode()
    with override("en"):
        row = receive_file(
            BytesIO(data), name="rows.csv", size=len(data), actor=ACTOR, resource=resource_of(code)
        )
        return choose(row.id, actor=ACTOR, **choice) if choice else row


def exported(kind: str) -> str:
    with override("en"):
        chunks = export_chunks(
            export_kind(kind),
            QueryDict(),
            columns=[],
            file_format="csv",
            actor=ACTOR,
            now=utc_now(),
        )
        return b"".join(chunks).decode("utf-8-sig")


def holder(login: str) -> Member:
    return Identity.objects.select_related("member").get(subject=login).member


MEMBERS = """Telephone,E-mail,Name,Level,Tags,Invited by,Agrees to marketing messages
13800138000,lin@example.com,Lin,gold,"vip, tea",,yes
13900139000,,Wen,,,13800138000,
,mo@example.com,Mo,Gold,,lin@example.com,no
"""


def a_shop_with_members() -> None:
    make_level("gold", 1, name="Gold")
    texts = {"en": {"title": "Letters", "body": "May we write?"}}
    publish_document(ConsentKind.MARKETING, texts, is_required=False, actor=ACTOR, now=utc_now())


def test_members_come_with_levels_tags_sponsors_and_consent_and_without_passwords() -> None:
    a_shop_with_members()

    rehearsed = applied(received("members", MEMBERS), rehearse=True)
    nobody = Member.objects.count()
    row = applied(received("members", MEMBERS))

    assert (rehearsed.state, counts(rehearsed), nobody) == ("checked", (3, 0, 0, 0), 0)
    assert (row.state, counts(row)) == (ImportState.DONE, (3, 0, 0, 0)), said(row)
    lin, wen, mo = holder("+8613800138000"), holder("+8613900139000"), holder("mo@example.com")
    assert holder("lin@example.com") == lin
    assert {member.password for member in (lin, wen, mo)} == {""}
    assert not Identity.objects.filter(verified_at__isnull=False).exists()
    assert {
        key: level.code for key, level in levels_by_member([lin.pk, wen.pk, mo.pk]).items()
    } == {
        lin.pk: "gold",
        mo.pk: "gold",
    }
    assert tags_of([lin.pk])[lin.pk] == ["tea", "vip"]
    assert set(Relation.objects.values_list("member_id", "sponsor_id")) == {
        (wen.pk, lin.pk),
        (mo.pk, lin.pk),
    }
    assert (allows(lin.pk, ConsentKind.MARKETING), allows(mo.pk, ConsentKind.MARKETING)) == (
        True,
        False,
    )
    told = OutboxEvent.objects.filter(name="members.registered").values_list("payload", flat=True)
    assert [each["by_staff"] for each in told] == [True, True, True]


def test_exports_of_members_stock_and_prices_change_nothing_when_they_come_back() -> None:
    a_shop_with_members()
    applied(received("members", MEMBERS))
    shelf, variant = make_location("Shelf"), make_variant(sku="T-1")
    stock = f"SKU,On hand,Location\nT-1,5,{shelf.code}\n"
    applied(received("stock", stock))
    prices = make_price_list(code="whole", name="Wholesale", currency="CNY")
    set_entries(
        prices.pk, [NewEntry(variant.pk, Money(1_234, "CNY"), 10)], actor=ACTOR, now=utc_now()
    )
    before = (_acts(), _books())

    done = [applied(received(code, exported(code))) for code in ("members", "stock", "prices")]

    assert [counts(row) for row in done] == [(0, 0, 3, 0), (0, 0, 1, 0), (0, 0, 1, 0)], [
        said(row) for row in done
    ]
    assert (_acts(), _books()) == before


def _acts() -> int:
    own = AuditEntry.objects.exclude(action__startswith="export")
    return own.exclude(action__startswith="import").count()


def _books() -> tuple[int, int, int]:
    return (
        Movement.objects.count(),
        PriceHistory.objects.count(),
        Relation.objects.count(),
    )


def test_rows_of_members_that_cannot_be_are_left_out_with_their_reasons() -> None:
    a_shop_with_members()
    applied(received("members", MEMBERS))
    lin = holder("+8613800138000")
    lines = [
        "13800138000,,Lin,,,13900139000,",  # Wen stands below Lin
        ",mo@example.com,Mo,,,13900139000,",  # has another sponsor
        "13700137000,,,,,,",
        "13600136000,,Xu,,,nobody@example.com,",
        "13500135000,,Xu,silver,,,",
        "13900139000,lin@example.com,Wen,,,,",
        "nonsense,,Xu,,,,",
        "13900139001,,Self,,,13900139001,",
        "13300133000,,Qi,,,,perhaps",
        "13400134000,,Good,,,,",
        "+86 134 0013 4000,,Twice,,,,",
    ]
    people, ties = Member.objects.count(), Closure.objects.count()

    row = applied(received("members", "\n".join([MEMBERS.splitlines()[0], *lines])))

    assert counts(row) == (1, 0, 0, 10), said(row)
    assert [(line, code) for line, _name, code in faults(row)] == [
        (2, "relations.loop"),
        (3, "relations.sponsor_stands"),
        (4, "dataio.row_refused"),
        (5, "dataio.row_refused"),
        (6, "dataio.row_refused"),
        (7, "dataio.row_refused"),
        (8, "dataio.row_refused"),
        (9, "dataio.row_refused"),
        (10, "dataio.row_refused"),
        (12, "dataio.row_refused"),
    ]
    assert said(row)[2:7] == [
        "Name: This is needed, and nothing stands there.",
        "Invited by: There is no member “nobody@example.com”.",
        "Level: There is no level “silver” in use.",
        "E-mail: “lin@example.com” belongs to another member.",
        "Telephone: “nonsense” cannot be used here.",
    ]
    assert (Member.objects.count(), Closure.objects.count()) == (people + 1, ties)
    assert not Relation.objects.filter(member=lin).exists()


def test_what_people_sign_in_with_is_not_changed_by_a_file() -> None:
    applied(received("members", "Telephone,Name\n13800138000,Lin\n"))
    lin = holder("+8613800138000")
    text = f"Number,Telephone,E-mail,Name\n{lin.public_id},13800138001,,Lin\n"

    row = applied(received("members", text))

    [reason] = said(row)
    assert reason.startswith("Telephone: The account has another one.")
    assert Identity.objects.values_list("subject", flat=True).get() == "+8613800138000"


def test_stock_is_counted_with_its_reason_and_never_overwritten() -> None:
    shelf = make_location("Shelf")
    make_variant(sku="T-1")
    make_variant(sku="T-2")
    make_product(sku="D-1", kind="virtual")
    text = "SKU,On hand,Location\nT-1,5,Shelf\nT-2,-1,Shelf\nD-1,3,Shelf\nT-9,1,Shelf\nT-2,1.5,X\n"

    row = applied(received("stock", text, options={"reason": "Stocktaking in May"}))
    again = applied(received("stock", "SKU,On hand\nT-1,7\n", options={"location": shelf.code}))

    assert (counts(row), counts(again)) == ((1, 0, 0, 4), (0, 1, 0, 0)), said(row)
    assert said(row) == [
        "On hand: “-1” is less than nothing.",
        "SKU: No stock is kept of “D-1”.",
        "SKU: The shop has nothing with the SKU “T-9”.",
        "Location: There is no location “X”.",
    ]
    assert StockItem.objects.get(variant__sku="T-1").on_hand == 7
    moves = Movement.objects.order_by("id").values_list("kind", "on_hand", "reason")
    assert list(moves) == [("counted", 5, "Stocktaking in May"), ("counted", 2, "")]


def test_prices_are_exact_to_the_smallest_unit_of_the_lists_currency() -> None:
    make_variant(sku="T-1")
    make_price_list(code="yuan", name="Yuan", currency="CNY")
    make_price_list(code="yen", name="Yen", currency="JPY")
    text = (
        "SKU,Price,From how many,Price list,Currency\n"
        "T-1,12.34,1,yuan,CNY\n"
        "T-1,12.345,2,yuan,CNY\n"
        "T-1,1200,1,Yen,JPY\n"
        "T-1,1200.5,2,yen,JPY\n"
        "T-1,0.1,3,yuan,USD\n"
        "T-1,-1,4,yuan,\n"
        "T-1,5,0,yuan,\n"
        "T-1,5,,nowhere,\n"
    )

    row = applied(received("prices", text))

    assert counts(row) == (2, 0, 0, 6), said(row)
    assert said(row) == [
        "Price: “12.345” is no amount with at most 2 decimals.",
        "Price: “1200.5” is no amount with at most 0 decimals.",
        "Currency: The price list is in CNY.",
        "Price: “-1” is less than nothing.",
        "From how many: “0” cannot be used here.",
        "Price list: There is no price list “nowhere” that is changed by hand.",
    ]
    entries = PriceListEntry.objects.order_by("minor").values_list("price_list__code", "minor")
    assert list(entries) == [("yen", 1_200), ("yuan", 1_234)]


def test_choices_that_lead_nowhere_start_nothing() -> None:
    row = received("stock", "SKU,On hand\nT-1,7\n")

    with pytest.raises(InvalidMapping) as refused:
        applied(row)
    with pytest.raises(InvalidMapping):
        choose(row.id, actor=ACTOR, options={"location": "nowhere"})

    assert refused.value.fields["missing"] == ["location"]
    row.refresh_from_db()
    assert row.state == ImportState.UPLOADED


def test_whoever_may_no_longer_import_something_does_not_go_on() -> None:
    gone = Actor("staff", "stf_01890000000070008000000000000000", "Gone")
    row = received("members", MEMBERS)
    Import.objects.filter(pk=row.pk).update(actor={"kind": "staff", "id": gone.id})
    start(row.id, rehearse=False, actor=gone, now=utc_now())
    assert run(row.id, clock=utc_now)

    row.refresh_from_db()
    assert (row.state, row.fault) == (ImportState.FAILED, "not_allowed")
    assert not Member.objects.exists()


@pytest.mark.usefixtures("registry")
def test_fifty_thousand_rows_with_37_errors_are_imported_in_flat_memory() -> None:
    brought: list[int] = [0]

    def bring_in(rows: Sequence[RowRecord], work: Work) -> dict[int, Outcome | DomainError]:
        if len(rows) > 1 and any(row.get("size") == "spoilt" for row in rows):
            raise RowRefused(column="size", value="spoilt")
        done: dict[int, Outcome | DomainError] = {}
        for row in rows:
            if row.get("size") == "spoilt":
                raise RowRefused(column="size", value="spoilt")
            is_bad = row.get("size") == "bad"
            done[row.line] = RowRefused(column="size", value="bad") if is_bad else "created"
            brought[0] += not is_bad
        return done

    toys = Resource(
        code="toys",
        label=gettext_lazy("Goods"),
        lead=gettext_lazy("Goods"),
        permission="products.manage",
        columns=(Column("toy", gettext_lazy("Name")), Column("size", gettext_lazy("Size"))),
        needs=(("toy",),),
        key=lambda values: values["toy"],
        bring_in=bring_in,
    )
    register_import(toys)
    size = {7: "bad", 49_000: "spoilt"} | dict.fromkeys(range(20_000, 20_035), "bad")
    data = "Toy,Size\n" + "".join(f"t{n},{size.get(n, 'fine')}\n" for n in range(50_000))
    file = BytesIO(data.encode())
    row = receive_file(file, name="toys.csv", size=len(data), actor=ACTOR, resource=toys)
    del data, file

    tracemalloc.start()
    applied(row)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert counts(row) == (50_000 - 37, 0, 0, 37)
    assert len(said(row)) == 37
    assert said(row)[0] == "Size: “bad” cannot be used here."
    assert brought[0] == 50_000 - 37
    assert peak < 16 * 1024 * 1024
    mended = list(left_out_rows(row))
    assert mended[0][2:] == ["Toy", "Size"]
    assert (mended[1][0], mended[1][2:]) == (9, ["t7", "bad"])
    assert len(mended) == 38

"""The order desk as staff meet it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.fulfilment.models import Fulfilment, FulfilmentItem, PickupCode
from kernel.fulfilment.services import Parcel, fulfil
from kernel.media.models import Asset
from kernel.media.selectors import uses_of
from kernel.media.services import room_taken
from kernel.orders.models import Order, OrderLine, StaffNote
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_variant, orders_in, pay, place
from testkit.factories.reviews import make_photo
from testkit.factories.shipping import make_way
from testkit.web import TenantClient, console

STAFF = ("orders.view", "orders.manage", "fulfilment.manage")


def lines_of(order: Order) -> list[OrderLine]:
    return list(OrderLine.objects.filter(order=order).order_by("position"))


def test_only_staff_with_the_permission_come_in(tenant: TenantRef, paid_order: Order) -> None:
    paths = [
        "",
        "export.csv",
        "ship/",
        "to-ship.csv",
        "reviews/",
        f"slips/?order={paid_order.number}",
        f"{paid_order.number}/",
        f"{paid_order.number}/cancel/",
    ]
    with console(tenant) as browser:
        strangers = {browser.get(f"/orders/{path}").status_code for path in paths}
        browser.as_staff("products.view")
        colleagues = {browser.get(f"/orders/{path}").status_code for path in paths}

    assert strangers == {302}
    assert colleagues == {403}


@pytest.mark.parametrize("act", ["ship", "cancel", "note"])
def test_who_may_only_look_changes_nothing(
    desk: TenantClient, tenant: TenantRef, paid_order: Order, act: str
) -> None:
    desk.as_staff("orders.view")

    answer = desk.post(f"/orders/{paid_order.number}/{act}/", {"reason": "x", "text": "x"})

    assert answer.status_code == 403
    with tenant_context(tenant):
        paid_order.refresh_from_db()
        assert (paid_order.status, Fulfilment.objects.exists()) == ("placed", False)
        assert not StaffNote.objects.exists()


def test_orders_of_another_shop_are_not_there(tenant_b: TenantRef, paid_order: Order) -> None:
    with console(tenant_b) as browser:
        browser.as_staff(*STAFF)

        assert browser.get(f"/orders/{paid_order.number}/").status_code == 404
        assert browser.post(f"/orders/{paid_order.number}/cancel/").status_code == 404
        assert paid_order.number not in browser.get("/orders/").content.decode()
        assert browser.get(f"/orders/slips/?order={paid_order.number}").status_code == 404


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("text=", True),
        ("text=%E7%8E%8B%E5%B0%8F%E6%A2%85", True),
        ("text=nobody", False),
        ("payment_status=paid", True),
        ("payment_status=unpaid", False),
        ("since=2999-01-01", False),
        ("status=nonsense&since=x&page=-3&text=%00", True),
    ],
)
def test_the_list_is_narrowed(
    desk: TenantClient, paid_order: Order, query: str, is_there: bool
) -> None:
    desk.as_staff("orders.view")

    listed = desk.get(f"/orders/?{query}")
    exported = b"".join(desk.get(f"/orders/export.csv?{query}")).decode()

    assert listed.status_code == 200
    assert (paid_order.number in listed.content.decode()) == is_there
    assert (paid_order.number in exported) == is_there


def test_a_part_of_an_order_leaves(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff(*STAFF)
    with tenant_context(tenant):
        tea, cup = lines_of(paid_order)

    answer = desk.post(
        f"/orders/{paid_order.number}/ship/",
        {
            "carrier": "顺丰",
            "tracking": "SF1",
            f"quantity_{tea.public_id}": "2",
            f"quantity_{cup.public_id}": "0",
        },
    )

    assert answer.status_code == 302
    with tenant_context(tenant):
        [parcel] = Fulfilment.objects.all()
        assert (parcel.carrier, parcel.tracking) == ("顺丰", "SF1")
        [item] = FulfilmentItem.objects.all()
        assert (item.line_id, item.quantity) == (tea.pk, 2)
        paid_order.refresh_from_db()
        assert paid_order.fulfilment_status == "partial"
    page = desk.get(answer["Location"]).content.decode()
    assert "SF1" in page
    assert "The timeline adds up to something else." not in page


@pytest.mark.parametrize(
    "given",
    [
        {"carrier": "", "tracking": "SF1", "first": "1"},
        {"carrier": "顺丰", "tracking": "", "first": "1"},
        {"carrier": "顺丰", "tracking": "SF1", "first": "6"},
        {"carrier": "顺丰", "tracking": "SF1", "first": "-1"},
        {"carrier": "顺丰", "tracking": "SF1", "first": "1.5"},
        {"carrier": "顺丰", "tracking": "SF1", "first": "0"},
        {"carrier": "顺" * 61, "tracking": "SF1", "first": "1"},
        {"carrier": "顺\x00丰", "tracking": "SF1", "first": "1"},
    ],
)
def test_a_parcel_that_cannot_be_is_told_and_nothing_leaves(
    desk: TenantClient, tenant: TenantRef, paid_order: Order, given: dict[str, str]
) -> None:
    desk.as_staff(*STAFF)
    with tenant_context(tenant):
        tea, cup = lines_of(paid_order)
    sent = {
        "carrier": given["carrier"],
        "tracking": given["tracking"],
        f"quantity_{tea.public_id}": given["first"],
        f"quantity_{cup.public_id}": "0",
    }

    answer = desk.post(f"/orders/{paid_order.number}/ship/", sent)

    assert answer.status_code == 422
    with tenant_context(tenant):
        assert not Fulfilment.objects.exists()


def test_an_order_is_cancelled_after_a_question(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff(*STAFF)
    path = f"/orders/{paid_order.number}/cancel/"

    asked = desk.get(path)
    refused = desk.post(path, {"reason": " "})
    with tenant_context(tenant):
        paid_order.refresh_from_db()
        untouched = paid_order.status
    done = desk.post(path, {"reason": "Out of tea"})
    again = desk.post(path, {"reason": "Once more"}, follow=True)

    assert (asked.status_code, refused.status_code, done.status_code) == (200, 422, 302)
    assert untouched == "placed"
    assert "This cannot be done with the order as it is now." in again.content.decode()
    with tenant_context(tenant):
        paid_order.refresh_from_db()
        assert paid_order.status == "cancelled"


def test_a_note_is_read_by_colleagues(desk: TenantClient, paid_order: Order) -> None:
    desk.as_staff(*STAFF)
    path = f"/orders/{paid_order.number}/"

    assert desk.post(f"{path}note/", {"text": ""}).status_code == 422
    assert desk.post(f"{path}note/", {"text": "<b>ring twice</b>"}).status_code == 302
    assert "&lt;b&gt;ring twice&lt;/b&gt;" in desk.get(path).content.decode()


def spreadsheet(rows: list[list[str]]) -> bytes:
    book, out = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_spreadsheet_ships_its_good_rows_and_names_the_others(
    desk: TenantClient, tenant: TenantRef, paid_order: Order, form: str
) -> None:
    desk.as_staff("fulfilment.manage")
    rows = [
        ["订单号", "物流公司", "运单号"],
        [paid_order.number, "顺丰", "SF9"],
        ["NOBODY-1", "顺丰", "SF8"],
    ]
    content = (
        spreadsheet(rows) if form == "xlsx" else "\n".join(map(",".join, rows)).encode("gb18030")
    )

    answer = desk.post("/orders/ship/", {"file": SimpleUploadedFile(f"ship.{form}", content)})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Parcels that left: 1. Rows that stayed: 1." in text
    assert "There is no such order." in text
    with tenant_context(tenant):
        assert [row.tracking for row in Fulfilment.objects.all()] == ["SF9"]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02\xff", b"a,b\n1,2\n", b"PK\x03\x04nonsense"]
)
def test_a_file_that_is_no_sheet_of_parcels_ships_nothing(
    desk: TenantClient, tenant: TenantRef, paid_order: Order, content: bytes
) -> None:
    desk.as_staff("fulfilment.manage")

    answer = desk.post("/orders/ship/", {"file": SimpleUploadedFile("ship.csv", content)})

    assert answer.status_code == 422
    with tenant_context(tenant):
        assert not Fulfilment.objects.exists()


def test_what_is_to_ship_comes_as_a_sheet(desk: TenantClient, paid_order: Order) -> None:
    desk.as_staff("fulfilment.manage", "contacts.view")

    lines = b"".join(desk.get("/orders/to-ship.csv")).decode("utf-8-sig").splitlines()

    assert lines[0] == "Order number,Carrier,Tracking number,Recipient,Telephone,Address"
    assert lines[1].startswith(f"{paid_order.number},,,王小梅,'+8613800138000,")


def test_packing_slips_tell_what_lies_in_a_parcel(desk: TenantClient, paid_order: Order) -> None:
    desk.as_staff("orders.view")

    text = desk.get(f"/orders/slips/?order={paid_order.number}&order=%00x").content.decode()

    assert "王小梅" in text
    assert text.count("SKU-") == 2


def test_a_parcel_is_corrected_for_a_day_and_its_arrival_is_noted_with_a_name(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("orders.view", "fulfilment.manage")
    with tenant_context(tenant):
        sent = fulfil(Parcel(paid_order.pk, None, "SF", "1"), actor=TESTER, now=utc_now())
    path = f"/orders/{paid_order.number}/parcels/{sent.public_id}/"

    desk.post(f"{path}change/", {"carrier": "YTO", "tracking": "2"})
    with tenant_context(tenant):
        Fulfilment.objects.update(shipped_at=utc_now() - timedelta(days=2))
    desk.post(f"{path}change/", {"carrier": "ZTO", "tracking": "3"})
    page = desk.get(f"/orders/{paid_order.number}/").content.decode()
    drawing = SimpleUploadedFile("door.png", b"<svg><script>alert(1)</script></svg>")
    desk.post(f"{path}receive/", {"name": "Lan", "pictures": drawing})
    with tenant_context(tenant):
        assert Fulfilment.objects.get().state == "shipped", "it was no picture"
    desk.post(f"{path}receive/", {"name": "Lan"})
    photo = SimpleUploadedFile("door.exe", make_photo(700, 400))
    desk.post(f"{path}receive/", {"pictures": photo})
    shown = desk.get(f"/orders/{paid_order.number}/").content.decode()

    assert "corrected for a day" in page
    assert shown.count('alt="Proof of delivery"') == 1
    with tenant_context(tenant):
        row = Fulfilment.objects.get()
        assert (row.carrier, row.tracking, row.state) == ("YTO", "2", "delivered")
        assert row.proof["name"] == "Lan"
        [kept] = row.proof["pictures"]
        with default_storage.open(kept["1600"]) as file:
            image = Image.open(file)
            assert (image.format, dict(image.getexif())) == ("WEBP", {})
        asset = Asset.objects.get()
        assert (asset.origin, asset.state, room_taken()) == ("sent", "ready", asset.bytes)
        [use] = uses_of([asset.pk])[asset.pk]
        assert (use.title, use.path) == (row.order.number, f"/orders/{row.order.number}/")
        acts = AuditEntry.objects.filter(action__startswith="fulfilment.").order_by("sequence")
        names = ["fulfilment.changed", "fulfilment.received", "fulfilment.proven"]
        assert [each.action for each in acts] == names


def test_an_order_is_handed_to_whoever_says_its_code_once(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("orders.view", "fulfilment.manage")
    with tenant_context(tenant):
        make_way("shop", method="pickup")
        group = place((make_variant().pk, 1))
        pay(group)
        code = PickupCode.objects.get().code

    wrong = desk.post("/orders/pickup/", {"code": "1"})
    right, again = (desk.post("/orders/pickup/", {"code": code}) for _time in range(2))

    assert (wrong.status_code, right.status_code, again.status_code) == (422, 302, 422)
    with tenant_context(tenant):
        assert orders_in(group)[0].fulfilment_status == "delivered"

"""What happens is told to buyers and staff: once, in their words, when they want it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from kernel.access.models import Role, RoleAssignment, Staff
from kernel.aftersales.events import CaseChanged
from kernel.audit.actor import SYSTEM
from kernel.audit.models import AuditEntry
from kernel.common.ids import uuid7
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.outbox.events import Envelope, read_event
from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.publishing import publish
from kernel.common.time import utc_now
from kernel.inventory.events import LowItem, StockRanLow
from kernel.inventory.services import default_location
from kernel.members.models import Identity, Member
from kernel.members.services import register_member
from kernel.notifications.choices import MessageState, Skipped
from kernel.notifications.errors import InvalidTemplate, LinkRefused, NotAgain
from kernel.notifications.kinds import kind_of
from kernel.notifications.models import Message
from kernel.notifications.people import forget
from kernel.notifications.people import hand_over as merge
from kernel.notifications.policy import Policy, current_policy, end_of_quiet, set_policy
from kernel.notifications.selectors import inbox_of_member, inbox_of_staff, unread
from kernel.notifications.services import (
    choose,
    preview,
    read_all_by_member,
    reset_template,
    save_template,
    send_again,
    send_test,
    unsubscribe,
)
from kernel.notifications.services.composing import SENDING, compose
from kernel.notifications.services.sending import MOST_ATTEMPTS, ask_again, send_due
from kernel.notifications.wording import Words
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef
from testkit.alarms import alarms
from testkit.factories.orders import make_variant, orders_in, pay, place
from testkit.postbox import Postbox
from testkit.receiver import Receiver
from testkit.web import MEMBER_PASSWORD

HTTP_SMS = "kernel.notifications.sms_http:HttpSms"
PHONE = "+8613800138000"


@pytest.fixture
def member(in_tenant_a: TenantRef) -> Member:
    return register_member(login="lan@example.com", name="兰兰", password=MEMBER_PASSWORD)


@pytest.fixture
def post(in_tenant_a: TenantRef) -> Iterator[Postbox]:
    with Postbox() as box:
        yield box


def bought(member: Member | None, *, price: int = 1200) -> Order:
    """Have somebody buy and pay something, and the outbox tell of it."""
    group = place((make_variant(minor=price).pk, 1), member_id=member.pk if member else None)
    pay(group)
    tell()
    return orders_in(group)[0]


def tell() -> None:
    while deliver_pending(clock=utc_now, limit=50):
        pass


def messages(kind: str) -> dict[str, Message]:
    """Return the messages of a kind by channel."""
    return {row.channel: row for row in Message.objects.filter(kind=kind)}


def chosen(**values: object) -> Policy:
    present = current_policy()
    names = ("channels", "quiet_from", "quiet_until", "a_day", "sms_a_day")
    return set_policy(
        Policy(**{**{name: getattr(present, name) for name in names}, **values}),
        actor=SYSTEM,
    )


def make_staff(*permissions: str, email: str = "clerk@example.com", language: str = "") -> Staff:
    person = Staff.objects.create(email=email, name="李文", language=language)
    role = Role.objects.create(code=email, name="Clerk", permissions=list(permissions))
    RoleAssignment.objects.create(staff=person, role=role)
    return person


def plain(letter: EmailMessage) -> str:
    part = cast("EmailMessage", letter.get_body(("plain",)))
    return str(part.get_content())


def test_a_paid_order_is_told_by_letter_and_in_the_shop(member: Member, post: Postbox) -> None:
    choose(member.pk, language="en", unwanted=[])

    order = bought(member)
    sent = send_due()

    [letter] = post.letters
    assert sent == 1
    assert letter["X-For"] == "lan@example.com"
    assert letter["Subject"] == f"Your order {order.number} is paid"
    assert str(letter["From"]).startswith("tenant-a <")
    assert "CNY 12.00" in plain(letter)
    assert f"/orders/{order.number}/" in plain(letter)
    assert messages("order.paid")["email"].state == MessageState.SENT
    inbox = inbox_of_member(member.pk)
    assert {row.kind for row in inbox} == {"member.welcome", "order.placed", "order.paid"}
    assert unread(inbox) == 3
    assert read_all_by_member(member.pk, now=utc_now()) == 3
    assert unread(inbox) == 0


def test_one_event_never_sends_the_same_message_twice_per_channel(
    member: Member, post: Postbox
) -> None:
    bought(member)
    row = OutboxEvent.objects.get(name="orders.order_paid")
    event = read_event(row.name, row.version, row.payload)
    again = Envelope(row.event_id, row.sequence, row.name, row.aggregate, row.created_at)
    kind = kind_of("order.paid")
    assert kind is not None

    more = [compose(kind, event, again) for _time in range(2)]
    send_due()
    send_due()

    assert more == [0, 0]
    assert len(post.letters) == 1
    assert set(messages("order.paid")) == {"email", "inbox"}
    assert Message.objects.filter(kind="order.paid").count() == 2


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("{{ nummer }}", "Hello", "subject"),
        ("Paid", "Hello {{ name }}, {{ order.total }}", "body"),
        ("Paid", "Hello {{ name", "body"),
        ("Paid", "{% load os %}", "body"),
        ("Paid", "  ", "body"),
        ("", "Hello", "subject"),
    ],
)
def test_a_template_with_an_unknown_variable_fails_at_save(
    in_tenant_a: TenantRef, subject: str, body: str, field: str
) -> None:
    before = preview("order.paid", "email", "en")

    with pytest.raises(InvalidTemplate) as refused:
        save_template(
            "order.paid", "email", "en", Words(subject, body), actor=SYSTEM, now=utc_now()
        )

    assert refused.value.fields["field"] == field
    assert preview("order.paid", "email", "en") == before


def test_own_words_are_said_in_the_reader_s_language_until_they_are_taken_back(
    member: Member,
) -> None:
    choose(member.pk, language="en", unwanted=[])
    words = Words("{{number}} !", "Dear {{ name }}: {{ total }} <b>")
    save_template("order.paid", "inbox", "en", words, actor=SYSTEM, now=utc_now())

    order = bought(member)
    told = messages("order.paid")
    reset_template("order.paid", "inbox", "en", actor=SYSTEM)

    assert told["inbox"].subject == f"{order.number} !"
    assert told["inbox"].body == "Dear 兰兰: CNY 12.00 <b>"
    assert told["email"].subject == f"Your order {order.number} is paid"
    assert preview("order.paid", "inbox", "en").subject == "Your order 2607010000012 is paid"
    assert AuditEntry.objects.filter(action="notifications.template_changed").count() == 2


def test_an_sms_provider_outage_delays_and_does_not_block_orders(member: Member) -> None:
    Identity.objects.create(member=member, provider="phone", subject=PHONE, verified_at=utc_now())
    chosen(channels={"order.paid": ["sms"]})
    now = utc_now()
    with (
        Receiver() as gateway,
        override_settings(
            STOA_SMS_PROVIDER=HTTP_SMS, STOA_SMS_URL=gateway.url, STOA_SMS_TOKEN="token"
        ),
    ):
        gateway.close()
        order = bought(member)
        send_due()
        waiting = messages("order.paid")["sms"]
        ask_again()
        asked = alarms(SENDING)
        gateway.open()
        send_due(clock=lambda: now + timedelta(hours=1))

    order.refresh_from_db()
    assert order.payment_status == "paid"
    assert (waiting.state, waiting.attempts, waiting.reason) == (
        MessageState.WAITING,
        1,
        "ConnectError",
    )
    assert asked
    [request] = gateway.received
    assert request.headers["authorization"] == "Bearer token"
    assert order.number in request.body.decode()
    assert messages("order.paid")["sms"].state == MessageState.SENT


def test_a_mail_server_that_is_away_for_long_is_given_up_and_tried_again_on_demand(
    member: Member, post: Postbox
) -> None:
    bought(member)
    post.close()
    Message.objects.filter(channel="email").update(attempts=MOST_ATTEMPTS - 1)
    send_due()
    row = messages("order.paid")["email"]
    assert (row.state, row.reason) == (MessageState.FAILED, "ConnectionRefusedError")

    post.open()
    send_again(row.pk, actor=SYSTEM, now=utc_now())
    send_due()

    assert len(post.letters) == 1
    with pytest.raises(NotAgain):
        send_again(row.pk, actor=SYSTEM, now=utc_now())


def test_what_a_member_declines_by_the_letter_s_link_comes_no_more(
    member: Member, post: Postbox
) -> None:
    bought(member)
    send_due()
    [letter] = post.letters
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = str(letter["List-Unsubscribe"]).strip("<>").rstrip("/").rsplit("/", 1)[1]

    unsubscribe(token)
    unsubscribe(token)
    Message.objects.all().delete()
    bought(member)
    send_due()

    assert len(post.letters) == 1
    told = messages("order.paid")
    assert (told["email"].state, told["email"].reason) == (
        MessageState.SKIPPED,
        Skipped.UNWANTED,
    )
    assert told["inbox"].state == MessageState.SENT
    with pytest.raises(LinkRefused):
        unsubscribe(token[:-2])


def test_a_buyer_without_an_account_gets_a_letter_and_no_link_to_sign_in(
    in_tenant_a: TenantRef, post: Postbox
) -> None:
    bought(None)
    send_due()

    [letter] = post.letters
    assert letter["X-For"] == "guest@example.com"
    assert "List-Unsubscribe" not in letter
    assert "http" not in plain(letter)


def test_in_quiet_hours_a_letter_waits_for_the_clock(member: Member, post: Postbox) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    local = utc_now().astimezone(zone)
    begins = (local - timedelta(hours=1)).time().replace(second=0, microsecond=0)
    ends = (local + timedelta(hours=2)).time().replace(second=0, microsecond=0)
    chosen(quiet_from=begins, quiet_until=ends)

    bought(member)
    send_due()
    row = messages("order.paid")["email"]

    assert post.letters == []
    assert row.next_at.astimezone(zone).time() == ends
    assert row.next_at in alarms(SENDING)
    assert messages("order.paid")["inbox"].state == MessageState.SENT
    send_due(clock=lambda: row.next_at)
    assert len(post.letters) == 1


@hypothesis(max_examples=25, deadline=None)
@given(
    moment=st.datetimes(
        min_value=datetime(2029, 1, 1),  # noqa: DTZ001  the strategy adds the zone
        max_value=datetime(2031, 1, 1),  # noqa: DTZ001  the strategy adds the zone
        timezones=st.just(UTC),
    ),
    begins=st.times(),
    ends=st.times(),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
)
def test_quiet_hours_end_later_within_a_day_and_never_in_quiet_hours(
    moment: datetime, begins: time, ends: time, zone: str
) -> None:
    policy = Policy({}, begins, ends, 1, 1)

    end = end_of_quiet(policy, moment, zone)

    if end is not None:
        assert moment < end <= moment + timedelta(hours=26)
        assert end_of_quiet(policy, end, zone) is None


def test_nobody_gets_too_many_letters_in_a_day(member: Member, post: Postbox) -> None:
    chosen(a_day=1)

    bought(member)
    bought(member)
    send_due()

    assert len(post.letters) == 1
    skipped = Message.objects.get(state=MessageState.SKIPPED)
    assert skipped.reason == Skipped.TOO_MANY
    assert inbox_of_member(member.pk).filter(kind="order.paid").count() == 2


def test_staff_who_may_deal_with_it_are_alerted_and_others_are_not(
    member: Member, post: Postbox
) -> None:
    keeper = make_staff("stock.manage", language="en")
    seller = make_staff("orders.manage", email="seller@example.com")
    variant = make_variant(stock=2)

    item = LowItem(variant.pk, default_location().pk, 2)
    publish(StockRanLow(items=(item,)), aggregate="stock")
    order = bought(member)
    send_due()

    letters = [each for each in post.letters if each["X-For"] == "clerk@example.com"]
    assert variant.sku in plain(letters[0])
    assert [row.kind for row in inbox_of_staff(keeper.pk)] == ["staff.stock_low"]
    [alert] = inbox_of_staff(seller.pk)
    assert (alert.kind, alert.link) == ("staff.new_order", f"/orders/{order.number}/")


def test_a_test_message_goes_to_whoever_asks_and_to_nobody_else(
    in_tenant_a: TenantRef, post: Postbox
) -> None:
    person = make_staff("notifications.manage")

    send_test("order.shipped", "email", "en", to=person, actor=SYSTEM, now=utc_now())
    send_test("order.shipped", "inbox", "en", to=person, actor=SYSTEM, now=utc_now())
    send_due()

    [letter] = post.letters
    assert letter["X-For"] == person.email
    assert "SF1234567890" in plain(letter)
    assert inbox_of_staff(person.pk).get().is_test


def test_messages_follow_accounts_that_are_joined_and_go_with_those_that_go(
    member: Member,
) -> None:
    other = register_member(login="mei@example.com", name="梅", password=MEMBER_PASSWORD)
    tell()
    choose(other.pk, language="en", unwanted=["orders:email"])

    merge(member.pk, other.pk, SYSTEM, utc_now())

    assert inbox_of_member(member.pk).count() == 2
    bought(member)
    assert messages("order.paid")["email"].state == MessageState.SKIPPED
    forget(member.pk, utc_now())
    assert not Message.objects.filter(member=member.pk).exists()


def test_what_the_outbox_tells_of_somebody_unknown_is_passed_over(
    in_tenant_a: TenantRef,
) -> None:
    kind = kind_of("member.welcome")
    assert kind is not None
    from kernel.members.events import MemberRegistered

    nobody: UUID = uuid7()
    envelope = Envelope(uuid7(), 1, "members.registered", "member:1", utc_now())

    assert compose(kind, MemberRegistered(nobody), envelope) == 0


def test_a_buyer_s_case_is_told_to_staff_in_the_language_of_each(in_tenant_a: TenantRef) -> None:
    english = make_staff("aftersales.manage", language="en")
    chinese = make_staff("aftersales.manage", email="mei@example.com", language="zh-hans")
    case = CaseChanged(
        *(uuid7(), uuid7(), "AS1", "refund", "open", "requested", "buyer", None, 100, "CNY")
    )

    publish(case, aggregate="case:1")
    tell()

    titles = [inbox_of_staff(person.pk).get().subject for person in (english, chinese)]
    assert titles == ["After-sales case AS1: Requested", "售后单 AS1：已申请"]

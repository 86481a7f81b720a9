"""One-time codes: sent, counted, used once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from kernel.common.ratelimit import RateLimited, RateLimitUnavailable
from kernel.members.choices import Channel, CodePurpose
from kernel.members.errors import (
    CodeRefused,
    InvalidMember,
    MessageNotSent,
    SignInRefused,
    SmsUnavailable,
)
from kernel.members.models import Identity, MailboxMessage, Member, MemberSession, OneTimeCode
from kernel.members.selectors import mailbox_messages
from kernel.members.services import sign_in
from kernel.members.services.accounts import reset_password
from kernel.members.services.codes import CODE_LIFETIME, KEPT, purge_codes, send_code, use_code
from kernel.members.services.identities import sign_in_with_code
from kernel.members.tests.people import NOW, PHONE, by_code, caller, code_for, registered
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.servers.ports import LOOPBACK, free_ports
from testkit.web import MEMBER_PASSWORD, store

SIGN_IN = CodePurpose.SIGN_IN
CODES = "/api/v1/store/members/codes/"


def use(code: str, *, target: str = PHONE, minutes: int = 0) -> None:
    use_code(target=target, purpose=SIGN_IN, code=code, now=NOW + timedelta(minutes=minutes))


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.parametrize("target", [PHONE, "lan@example.com"])
def test_a_code_is_good_once_and_proves_the_contact(in_tenant_a: TenantRef, target: str) -> None:
    code = code_for(target)

    signed = sign_in_with_code(target=target, code=code, device="x", now=NOW)

    identity = Identity.objects.get()
    assert (identity.member_id, identity.subject, identity.verified_at) == (
        signed.member.id,
        target,
        NOW,
    )
    assert signed.member.login == target
    with pytest.raises(CodeRefused):
        use(code, target=target)
    assert by_code(target).member == signed.member


def test_a_code_ends_by_time_by_guessing_and_by_a_newer_one(in_tenant_a: TenantRef) -> None:
    late = code_for(PHONE)
    with pytest.raises(CodeRefused):
        use(late, minutes=int(CODE_LIFETIME.total_seconds() // 60))
    newer = code_for(PHONE)
    with pytest.raises(CodeRefused):
        use(late if late != newer else other_than(newer))
    for _guess in range(4):
        with pytest.raises(CodeRefused):
            use(other_than(newer))
    with pytest.raises(CodeRefused):
        use(newer)

    assert not Member.objects.exists()


@pytest.mark.parametrize("code", ["", "x", "１２３４５６", "0" * 500, "\x00"])
def test_what_is_no_code_is_refused(in_tenant_a: TenantRef, code: str) -> None:
    code_for(PHONE)

    with pytest.raises(CodeRefused):
        use(code)


def test_a_code_serves_its_purpose_and_its_shop_alone(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        code = code_for(PHONE)
        with pytest.raises(CodeRefused):
            use_code(target=PHONE, purpose=CodePurpose.PASSWORD, code=code, now=NOW)
    with tenant_context(tenant_b), pytest.raises(CodeRefused):
        use(code)


def test_neither_code_nor_number_can_be_read_from_the_table(in_tenant_a: TenantRef) -> None:
    code = code_for(PHONE)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM members_onetimecode c")
        [(row,)] = cursor.fetchall()
    digits = OneTimeCode.objects.get().code_hash
    assert "13800138000" not in row
    assert code not in row.replace(digits, "")


def test_the_sixth_code_for_a_number_in_an_hour_is_refused_and_costs_nothing(
    in_tenant_a: TenantRef,
) -> None:
    for _request in range(5):
        code_for("+8613912345678")

    with pytest.raises(RateLimited) as refused:
        send_code(target="139 1234 5678", purpose=SIGN_IN, caller=caller(), now=NOW)

    assert refused.value.fields["retry_after"] > 3000  # type: ignore[operator]
    assert MailboxMessage.objects.count() == OneTimeCode.objects.count() == 5


def test_a_device_and_an_address_are_counted_too(tenant_a: TenantRef) -> None:
    def ask(number: int, *, ip: str, device: str) -> int:
        told = {"target": f"+86139{number:08d}", "purpose": "sign_in"}
        with store(tenant_a, REMOTE_ADDR=ip, HTTP_X_DEVICE_ID=device) as browser:
            answer = browser.post(CODES, told, content_type="application/json")
        return int(answer.status_code)

    by_device = [ask(n, ip=f"198.51.100.{n}", device="device-one") for n in range(11)]
    by_address = [ask(100 + n, ip="203.0.113.9", device=f"device-{n:04d}") for n in range(31)]

    assert by_device == [202] * 10 + [429]
    assert by_address == [202] * 30 + [429]


def test_nothing_is_sent_while_nobody_can_count(in_tenant_a: TenantRef, settings: object) -> None:
    settings.STOA_REDIS_URL = f"redis://{LOOPBACK}:{free_ports(1)[0]}/0"  # type: ignore[attr-defined]

    with pytest.raises(RateLimitUnavailable):
        send_code(target=PHONE, purpose=SIGN_IN, caller=caller(), now=NOW)

    assert not MailboxMessage.objects.exists()


def test_without_a_gateway_no_code_is_promised(in_tenant_a: TenantRef, settings: object) -> None:
    settings.STOA_SMS_PROVIDER = ""  # type: ignore[attr-defined]

    with pytest.raises(SmsUnavailable):
        send_code(target=PHONE, purpose=SIGN_IN, caller=caller(), now=NOW)


class _Letters:
    """Keeps what a mail server is handed."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  the library's name
        self.letters.append(envelope)
        return "250 OK"


def test_a_letter_goes_out_by_smtp_in_the_name_of_the_shop(
    in_tenant_a: TenantRef, settings: object
) -> None:
    kept = _Letters()
    [port] = free_ports(1)
    server = Controller(kept, hostname=LOOPBACK, port=port)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = LOOPBACK, port  # type: ignore[attr-defined]
    server.start()
    try:
        send_code(target="Lan@Example.com", purpose=SIGN_IN, caller=caller(), now=NOW)
    finally:
        server.stop()

    [letter] = kept.letters
    content = letter.content or b""
    assert letter.rcpt_tos == ["lan@example.com"]
    assert b"From: tenant-a <shop@localhost>" in (
        content if isinstance(content, bytes) else content.encode()
    )


def test_a_mail_server_that_is_down_is_told(in_tenant_a: TenantRef, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = LOOPBACK, free_ports(1)[0]  # type: ignore[attr-defined]

    with pytest.raises(MessageNotSent):
        send_code(target="lan@example.com", purpose=SIGN_IN, caller=caller(), now=NOW)


def test_a_password_is_chosen_anew_by_a_code(in_tenant_a: TenantRef) -> None:
    member = registered()
    sign_in(login=member.login or "", password=MEMBER_PASSWORD, device="lost", now=NOW)
    code = code_for("lan@example.com", CodePurpose.PASSWORD)

    with pytest.raises(InvalidMember):
        reset_password(login="lan@example.com", code=code, new="short", device="x", now=NOW)
    signed = reset_password(
        login="lan@example.com", code=code, new="eight slow trams at dusk", device="x", now=NOW
    )

    assert signed.member == member
    assert MemberSession.objects.filter(revoked_at=None).count() == 1
    with pytest.raises(SignInRefused):
        sign_in(login="lan@example.com", password=MEMBER_PASSWORD, device="x", now=NOW)


def test_a_stranger_is_sent_no_code_for_a_password_and_is_not_told(
    in_tenant_a: TenantRef,
) -> None:
    registered()

    answers = [
        send_code(target=target, purpose=CodePurpose.PASSWORD, caller=caller(), now=NOW)
        for target in ("lan@example.com", "nobody@example.com")
    ]

    assert answers[0] == answers[1]
    assert answers[0].channel is Channel.EMAIL
    assert [m.recipient for m in MailboxMessage.objects.all()] == ["lan@example.com"]


def test_old_codes_are_deleted(in_tenant_a: TenantRef) -> None:
    code_for(PHONE)

    assert purge_codes(now=NOW + CODE_LIFETIME) == 0
    assert purge_codes(now=NOW + CODE_LIFETIME + KEPT + timedelta(seconds=1)) == 1


def test_the_demos_mailbox_is_shut_where_a_gateway_is_set(
    in_tenant_a: TenantRef, settings: object
) -> None:
    code_for(PHONE)
    assert [message.recipient for message in mailbox_messages()] == [PHONE]

    settings.STOA_SMS_PROVIDER = "some.gateway:Gateway"  # type: ignore[attr-defined]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]

    assert not mailbox_messages().exists()

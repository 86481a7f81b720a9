"""Members, codes and devices for these tests."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from secrets import token_hex

from kernel.audit.actor import Actor
from kernel.members.choices import CodePurpose
from kernel.members.joining import Arrival
from kernel.members.limits import Caller
from kernel.members.models import MailboxMessage, Member
from kernel.members.proven import Proven
from kernel.members.services import SignedIn, register_member
from kernel.members.services.codes import send_code
from kernel.members.services.identities import sign_in_with, sign_in_with_code
from testkit.web import MEMBER_PASSWORD

NOW = datetime(2024, 5, 20, 4, 0, tzinfo=UTC)
CLERK = Actor("staff", "stf_clerk", "李文")
PHONE = "+8613800138000"
MAILBOX = "kernel.members.messages.mailbox:MailboxSms"


def caller() -> Caller:
    """Return a device that nobody has counted yet."""
    return Caller(f"ip-{token_hex(8)}", token_hex(8))


def code_for(target: str, purpose: CodePurpose = CodePurpose.SIGN_IN) -> str:
    """Have a code sent, and read it."""
    send_code(target=target, purpose=purpose, caller=caller(), now=NOW)
    return last_code(target)


def last_code(target: str) -> str:
    """Return the code in the newest message to somebody."""
    message = MailboxMessage.objects.filter(recipient=target).order_by("id").last()
    assert message is not None
    found = re.search(r"\b\d{6}\b", message.body)
    assert found is not None
    return found.group()


def by_code(target: str) -> SignedIn:
    """Sign in by a code."""
    return sign_in_with_code(target=target, code=code_for(target), device="phone", now=NOW)


def wechat(subject: str, *, unionid: str = "", phone: str = "", provider: str = "mini") -> SignedIn:
    """Sign in as WeChat would tell it."""
    proven = Proven(provider=provider, subject=subject, unionid=unionid, phone=phone, name="阿兰")
    return sign_in_with(proven, device="wechat", now=NOW)


def registered(login: str = "lan@example.com", *, arrival: Arrival | None = None) -> Member:
    """Open an account with a password."""
    return register_member(
        login=login,
        name="兰兰",
        password=MEMBER_PASSWORD,
        arrival=arrival or Arrival(),
        now=NOW,
    )

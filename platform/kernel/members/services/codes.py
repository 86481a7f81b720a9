"""One-time codes: sent to a number or an address, good once and for a short time.

Neither the code nor the address is stored in a form that can be read back: both
are hashed with the installation's key. Six digits are guessed in five attempts
once in 200,000 times, and a new code costs a message that is counted.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from kernel.common.ids import uuid7
from kernel.members.choices import Channel, CodePurpose, Proof
from kernel.members.errors import CodeRefused
from kernel.members.limits import Caller, count_code
from kernel.members.messages.codes import deliver_code
from kernel.members.models import Identity, OneTimeCode
from kernel.members.normal import normal_login, proof_of
from kernel.tenancy.signing import tenant_salt

CODE_LIFETIME: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 5
KEPT: Final = timedelta(days=1)
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class SentCode:
    """What may be told of a code that is on its way."""

    channel: Channel
    expires_at: datetime


def send_code(*, target: str, purpose: CodePurpose, caller: Caller, now: datetime) -> SentCode:
    """Send a code to a number or an address; only the newest is good.

    For a new password nothing is sent to strangers, and nobody is told so.
    Runs outside a transaction: what was sent cannot be rolled back.

    Raises:
        InvalidMember: neither a number nor an address.
        RateLimited: too many for this number or address, caller or device; nothing is sent.
        MessageNotSent: the gateway refused.
        SmsUnavailable: the installation has no gateway.
    """
    normal = normal_login(target)
    channel = Channel.EMAIL if proof_of(normal) is Proof.EMAIL else Channel.SMS
    count_code(normal, caller)
    sent = SentCode(channel, now + CODE_LIFETIME)
    known = Identity.objects.filter(provider=proof_of(normal), subject=normal)
    if purpose is CodePurpose.PASSWORD and not known.exists():
        return sent
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    row_id = uuid7()
    OneTimeCode.objects.create(
        id=row_id,
        purpose=purpose,
        target_digest=target_digest(normal),
        code_hash=_code_hash(row_id, purpose, code),
        sent_at=now,
        expires_at=sent.expires_at,
    )
    deliver_code(channel=channel, target=normal, code=code, lasts=CODE_LIFETIME)
    return sent


def use_code(*, target: str, purpose: CodePurpose, code: str, now: datetime) -> None:
    """Use a code up. Wrong ones are counted in a transaction of their own.

    Raises:
        CodeRefused: wrong, used, too old, or tried too often; which is not told.
    """
    normal = normal_login(target)
    # Durable: a refusal that undoes its own count would allow guessing without end.
    with transaction.atomic(durable=True):
        row = (
            OneTimeCode.objects.select_for_update()
            .filter(target_digest=target_digest(normal), purpose=purpose, used_at=None)
            .order_by("-sent_at", "-id")
            .first()
        )
        good = row is not None and _try(row, code, now=now)
    if not good:
        raise CodeRefused


def purge_codes(*, now: datetime) -> int:
    """Delete codes that ended a day ago or longer; return how many."""
    return OneTimeCode.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def target_digest(normal: str) -> str:
    """Return the keyed hash of a number or an address."""
    return salted_hmac(tenant_salt("members.target"), normal, algorithm="sha256").hexdigest()


def _try(row: OneTimeCode, code: str, *, now: datetime) -> bool:
    if row.expires_at <= now or row.attempts >= MOST_ATTEMPTS:
        return False
    row.attempts += 1
    offered = _code_hash(row.id, CodePurpose(row.purpose), code.strip())
    good = constant_time_compare(offered, row.code_hash)
    if good:
        row.used_at = now
    row.save(update_fields=["attempts", "used_at"])
    return good


def _code_hash(row_id: UUID, purpose: CodePurpose, code: str) -> str:
    salt = tenant_salt(f"members.code:{row_id}:{purpose.value}")
    return salted_hmac(salt, code, algorithm="sha256").hexdigest()

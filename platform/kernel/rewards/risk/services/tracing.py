"""What accounts were used with, as keyed hashes: enough to compare, nothing to read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from django.utils.crypto import salted_hmac

from kernel.common.http import client_ip
from kernel.members.models import Member
from kernel.members.whereabouts import current_request
from kernel.orders.models import Order
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.risk.choices import TraceKind
from kernel.rewards.risk.models import Trace
from kernel.tenancy.signing import tenant_salt
from kernel.wallet.errors import AccountUnreadable
from kernel.wallet.models import PayoutAccount
from kernel.wallet.services.accounts import details_of

Found: TypeAlias = tuple[UUID, TraceKind, str]
KEPT: Final = timedelta(days=180)
_BACK: Final = timedelta(days=3)
_FIRST: Final = timedelta(days=180)


def note_sign_in(member: Member, now: datetime) -> None:
    """Note by what somebody signs in, in shops that run a mode."""
    request = current_request()
    if request is None or not Programme.objects.filter(state=ProgrammeState.LIVE).exists():
        return
    address, agent = client_ip(request), request.headers.get("User-Agent", "")
    found = [(member.pk, TraceKind.NETWORK, address)] if address else []
    if address and agent:
        found.append((member.pk, TraceKind.DEVICE, f"{address}|{agent}"))
    _keep(found, now)


def note_traces(*, now: datetime) -> None:
    """Note recipients of parcels and accounts for payouts, and forget what is old."""
    _keep(_recipients(_since(TraceKind.RECIPIENT, now)), now)
    _keep(_payouts(_since(TraceKind.PAYOUT, now)), now)
    Trace.objects.filter(last_at__lt=now - KEPT).delete()


def digest_of(kind: str, text: str) -> str:
    """Return the keyed hash of what accounts are compared by, of this shop alone."""
    salt = tenant_salt(f"rewards.risk.{kind}")
    return salted_hmac(salt, text, algorithm="sha256").hexdigest()


def _since(kind: TraceKind, now: datetime) -> datetime:
    return now - (_BACK if Trace.objects.filter(kind=kind).exists() else _FIRST)


def _recipients(since: datetime) -> Iterator[Found]:
    rows = Order.objects.filter(paid_at__gte=since, member__isnull=False)
    for member, address in rows.values_list("member_id", "address").iterator():
        phone = "".join(each for each in str(address.get("phone", "")) if each.isdigit())
        line = "".join(str(address.get("line", "")).lower().split())
        if phone and line:
            yield member, TraceKind.RECIPIENT, f"{phone}|{line}"


def _payouts(since: datetime) -> Iterator[Found]:
    for row in PayoutAccount.objects.filter(created_at__gte=since, removed_at=None):
        try:
            details = details_of(row)
        except AccountUnreadable:
            continue
        plain = {name: "".join(str(value).lower().split()) for name, value in details.items()}
        yield row.member_id, TraceKind.PAYOUT, row.channel + json.dumps(plain, sort_keys=True)


def _keep(found: Iterable[Found], now: datetime) -> None:
    rows = {(member, kind, digest_of(kind, text)) for member, kind, text in found}
    Trace.objects.bulk_create(
        [
            Trace(member_id=member, kind=kind, digest=digest, first_at=now, last_at=now)
            for member, kind, digest in sorted(rows)
        ],
        update_conflicts=True,
        unique_fields=["member", "kind", "digest"],
        update_fields=["last_at"],
        batch_size=1_000,
    )

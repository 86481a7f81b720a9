"""Reads the key that a request shows."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.http import HttpRequest

from kernel.access.programs import AddressRefused, Program, ProgramRefused
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.keys.models import ApiKey, App, AppToken, TokenKind
from kernel.tenancy.context import current_tenant_or_none

APP_MARK: Final = "app_"
APP_A_MINUTE: Final = 600
_LONGEST: Final = 200
_NOTED_EVERY: Final = timedelta(minutes=1)
# Nobody guesses a key, but whoever tries must not make the database work for it.
REFUSED: Final = Limit("keys.refused", "60/minute", WhenDown.PASS)


def digest_of(text: str) -> str:
    """Return what is stored of a key's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_key(request: HttpRequest, text: str) -> Program:
    """Return the program whose key a request shows, and note that it was used.

    Raises:
        ProgramRefused: nobody has this key, it has expired or was revoked.
        AddressRefused: it may not be used from where the request comes.
        RateLimited: keys that are not valid were tried too often from there.
    """
    now, address = utc_now(), client_ip(request)
    if text.startswith(APP_MARK):
        return _app_program(text, address, now)
    row = _valid(text, now) if current_tenant_or_none() is not None else None
    if row is None:
        REFUSED.check(address)
        raise ProgramRefused
    if not is_within(address, row.networks):
        raise AddressRefused(address=address)
    _note_use(row, address, now)
    return Program(row.pk, row.public_id, row.name, frozenset(row.scopes), row.a_minute)


def _app_program(text: str, address: str, now: datetime) -> Program:
    """Return the app whose access token a request shows."""
    row = None
    if len(text) <= _LONGEST and current_tenant_or_none() is not None:
        rows = AppToken.objects.select_related("app").filter(kind=TokenKind.ACCESS)
        row = rows.filter(digest=digest_of(text), expires_at__gt=now).first()
    if row is None:
        REFUSED.check(address)
        raise ProgramRefused
    app = row.app
    if app.last_used_at is None or app.last_used_at <= now - _NOTED_EVERY:
        App.objects.filter(pk=app.pk).update(last_used_at=now)
    return Program(app.pk, app.public_id, app.name, frozenset(row.scopes), APP_A_MINUTE)


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Tell whether an address is in one of some networks; in none at all counts as in."""
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in ipaddress.ip_network(each) for each in networks)


def _valid(text: str, now: datetime) -> ApiKey | None:
    if len(text) > _LONGEST:
        return None
    digest = digest_of(text)
    same = Q(digest=digest) | Q(former_digest=digest, former_until__gt=now)
    unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
    return ApiKey.objects.filter(same, unexpired, revoked_at=None).first()


def _note_use(row: ApiKey, address: str, now: datetime) -> None:
    is_noted = row.last_used_at is not None and row.last_used_at > now - _NOTED_EVERY
    if is_noted and row.last_ip == address:
        return
    # To the minute only: a program that asks all the time must not write all the time.
    ApiKey.objects.filter(pk=row.pk).update(last_used_at=now, last_ip=address or None)

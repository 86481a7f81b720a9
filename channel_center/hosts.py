"""Knows, from process memory, whose console a host name opens."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from channel_center.brands.selectors import brand_of
from channel_center.choices import ChannelState
from channel_center.models import Channel
from kernel.common.bounded import BoundedMemory
from kernel.tenancy.context import BrandRef, public_context

LIFETIME = 10.0
"""Seconds for which a host is remembered; another process may change its brand or state."""
UNKNOWN_LIFETIME = 2.0
MOST_HOSTS = 2_000


@dataclass(frozen=True, slots=True)
class Host:
    """Whose console answers: a channel partner's, or the operator's (None)."""

    channel_id: UUID | None
    brand: BrandRef


class CachedHosts:
    """The kernel's `PublicHosts`."""

    def __init__(self) -> None:
        self._hosts: BoundedMemory[str, Host] = BoundedMemory(MOST_HOSTS)
        self._unknown: BoundedMemory[str, bool] = BoundedMemory(MOST_HOSTS)

    def serves(self, host: str) -> bool:
        """Tell whether a channel process answers for a host name."""
        return self.find(host) is not None

    def brand(self, host: str) -> BrandRef:
        """Return what the pages at a host look like; the operator's where it is unknown."""
        found = self.find(host)
        return found.brand if found is not None else operator_brand()

    def admits(self, host: str, *, channel_id: UUID | None) -> bool:
        """Tell whether staff of a channel partner, or of the operator, sign in there."""
        found = self.find(host)
        return found is not None and found.channel_id == channel_id

    def find(self, host: str) -> Host | None:
        """Return whose console a host name opens, or None; no query while it is remembered."""
        if host == settings.STOA_OPERATOR_HOST:
            return Host(None, operator_brand())
        if (known := self._hosts.get(host)) is not None:
            return known
        if self._unknown.get(host):
            return None
        with public_context():
            channel = Channel.objects.filter(host=host, state=ChannelState.ACTIVE).first()
            found = Host(channel.pk, brand_of(channel)) if channel is not None else None
        if found is None:
            self._unknown.put(host, value=True, seconds=UNKNOWN_LIFETIME)
            return None
        self._hosts.put(host, found, seconds=LIFETIME)
        return found

    def forget(self) -> None:
        """Read anew at the next question."""
        self._hosts.clear()
        self._unknown.clear()


HOSTS = CachedHosts()


def operator_brand() -> BrandRef:
    """Return the operator's own look."""
    return BrandRef(name=settings.STOA_OPERATOR_NAME, colour=settings.STOA_OPERATOR_COLOUR)

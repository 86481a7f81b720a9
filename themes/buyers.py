"""Whose orders a browser may see: a member's, and those that a stranger placed in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.audit.actor import Actor
from kernel.common.ids import public_id
from kernel.members.middleware import member_of
from kernel.orders.errors import OrderNotFound
from kernel.orders.models import Order, OrderGroup
from kernel.orders.selectors import orders_of_member
from kernel.tenancy import signing

_SALT: Final = "themes.orders"
_LASTS: Final = timedelta(days=90)
_MOST: Final = 20
_LONGEST_NUMBER: Final = 44


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who looks at orders.

    Attributes:
        groups: what a stranger placed in this browser.
    """

    member_id: UUID | None = None
    groups: tuple[UUID, ...] = ()

    @property
    def actor(self) -> Actor:
        """The buyer, as timelines name people."""
        if self.member_id is None:
            return Actor("member", "guest")
        return Actor("member", public_id("mem", self.member_id))

    def orders(self) -> QuerySet[Order]:
        """Return the orders of the buyer's list, newest first."""
        if self.member_id is not None:
            return orders_of_member(self.member_id)
        return Order.objects.filter(self._own()).order_by("-id")

    def order(self, number: str) -> Order:
        """Return one of the buyer's orders.

        Raises:
            OrderNotFound: there is none of this number, or it is another's.
        """
        found = Order.objects.filter(self._own(), number=_plain(number)).first()
        if found is None:
            raise OrderNotFound
        return found

    def group(self, number: str) -> OrderGroup:
        """Return what the buyer placed in one go.

        Raises:
            OrderNotFound: as `order`.
        """
        own = Q(member_id=None, pk__in=self.groups)
        if self.member_id is not None:
            own |= Q(member_id=self.member_id)
        found = OrderGroup.objects.filter(own, number=_plain(number)).first()
        if found is None:
            raise OrderNotFound
        return found

    def _own(self) -> Q:
        own = Q(member_id=None, group_id__in=self.groups)
        return own if self.member_id is None else own | Q(member_id=self.member_id)


def buyer_of(request: HttpRequest) -> Buyer:
    """Return who asks."""
    member = member_of(request)
    return Buyer(None if member is None else member.pk, groups_in(request))


def groups_in(request: HttpRequest) -> tuple[UUID, ...]:
    """Return what was placed in this browser without an account; none for a forged cookie."""
    text = request.COOKIES.get(cookie_name(), "")
    if not text:
        return ()
    try:
        kept = signing.loads(text, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature:
        return ()
    return tuple(UUID(each) for each in kept)


def remember_group(request: HttpRequest, response: HttpResponseBase, group: OrderGroup) -> None:
    """Let this browser see what a stranger has just placed in it."""
    known: Iterable[UUID] = [group.pk, *(key for key in groups_in(request) if key != group.pk)]
    response.set_cookie(
        cookie_name(),
        signing.dumps([key.hex for key in list(known)[:_MOST]], salt=_SALT),
        max_age=int(_LASTS.total_seconds()),
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def cookie_name() -> str:
    """Return the cookie's name; over TLS one that no other host can plant."""
    return "__Host-orders" if settings.SESSION_COOKIE_SECURE else "orders"


def _plain(number: str) -> str:
    return number.replace("\x00", "")[:_LONGEST_NUMBER]

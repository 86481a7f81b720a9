"""Views for buyers: members, and strangers who name an order with the contact they left."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any
from uuid import UUID

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView
from typing_extensions import override

from kernel.audit.actor import Actor
from kernel.common.http import client_ip
from kernel.members.actors import member_actor
from kernel.members.api.authentication import MemberAuthentication
from kernel.members.api.views import WriteThrottle, plain
from kernel.members.models import Member
from kernel.orders.guests import PROVED, Guest, guest_of
from kernel.orders.models import Order
from kernel.orders.selectors import guest_order, member_order


class OrderContact(BaseAuthentication):
    """A stranger's order: ``Authorization: Basic`` of ``number:contact``.

    Keys of repeated requests belong to whoever sends the same header, so that one stranger is
    never answered with what another was told.
    """

    @override
    def authenticate(self, request: Request) -> tuple[Guest, None] | None:
        """Return the stranger, or None when no order is named.

        Raises:
            AuthenticationFailed: the number and the contact do not belong together; which of
                the two is wrong is not told.
            RateLimited: this address tried too often.
        """
        scheme, _space, told = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        PROVED.check(client_ip(plain(request)))
        try:
            number, _colon, contact = b64decode(told, validate=True).decode().partition(":")
        except (NotBase64, UnicodeDecodeError) as error:
            raise AuthenticationFailed from error
        guest = guest_of(number, contact)
        if guest is None:
            raise AuthenticationFailed
        return guest, None


class OrderContactScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base registers by subclassing
    """An order's number with the contact that was left."""

    target_class = "kernel.orders.api.buyers.OrderContact"
    name = "order"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        text = (
            "Of a buyer without an account: the number of the order as the user, the e-mail"
            " address or telephone number given at checkout as the password."
        )
        return {"type": "http", "scheme": "basic", "description": text}


class IsBuyer(BasePermission):
    """Lets members pass, and strangers who proved an order theirs."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether a buyer calls."""
        return isinstance(request.user, Member | Guest)


class BuyerView(APIView):
    """A view for whoever buys, with an account or without."""

    authentication_classes = (MemberAuthentication, OrderContact)
    permission_classes = (IsBuyer,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (WriteThrottle,)

    @property
    def member_id(self) -> UUID | None:
        """The member who calls; None for a stranger."""
        user: object = self.request.user
        return user.pk if isinstance(user, Member) else None

    @property
    def groups(self) -> tuple[UUID, ...]:
        """What a stranger placed; nothing for a member."""
        user: object = self.request.user
        return (user.group_id,) if isinstance(user, Guest) else ()

    @property
    def actor(self) -> Actor:
        """Who calls, as timelines name people."""
        user: object = self.request.user
        return member_actor(user) if isinstance(user, Member) else Actor("member", "guest")

    @property
    def counted_as(self) -> str:
        """Who calls, as limits count people."""
        if self.member_id is not None:
            return f"member:{self.member_id}"
        return f"group:{self.groups[0]}"

    def order(self, text: str) -> Order:
        """Return the buyer's own order by its number or id.

        Raises:
            OrderNotFound: there is none, or it is another's.
        """
        if self.member_id is not None:
            return member_order(self.member_id, text)
        return guest_order(self.groups[0], text)

"""Carts over the store API: of members, and of strangers who hold a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from kernel.api.forms import checked, shown
from kernel.cart.api.forms import (
    CartShown,
    LinkAsked,
    LinkShown,
    Quantity,
    SelectionAsked,
    SharedLineShown,
    WishAsked,
)
from kernel.cart.choices import CartPurpose
from kernel.cart.cookies import HEADER, cookie_token, forget, header_token, remember
from kernel.cart.limits import CHANGED, LINKS_OPENED, OPENED
from kernel.cart.selectors import is_known
from kernel.cart.services import (
    CartOwner,
    CartView,
    Dropped,
    Wish,
    accept_prices,
    add_and_read,
    buy_now,
    change,
    clear,
    merge,
    new_token,
    open_shared,
    read,
    remove,
    select,
    share,
    take_shared,
)
from kernel.common.http import client_ip
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.authentication import IsMember, MemberAuthentication, enforce_csrf
from kernel.members.models import Member


class CartApiView(APIView):
    """A view of whoever calls: a member, a stranger with a token, or one without."""

    authentication_classes: Sequence[type[MemberAuthentication]] = (MemberAuthentication,)
    permission_classes: Sequence[type[BasePermission]] = ()
    shared_parameters = (
        OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, description="A stranger's cart."),
    )
    issued = ""

    @property
    def plain(self) -> HttpRequest:
        """The request as Django knows it."""
        return self.request._request  # noqa: SLF001  DRF has no other name for it

    def reader(self) -> CartOwner:
        """Return whose cart is looked at; somebody without a token has an empty one."""
        if isinstance(self.request.user, Member):
            return CartOwner(member_id=self.request.user.pk)
        return CartOwner(token=header_token(self.plain) or cookie_token(self.plain) or new_token())

    def writer(self) -> CartOwner:
        """Return whose cart is changed; a stranger without a cart gets a token.

        Only tokens that were issued here are taken, so nobody can plant one.

        Raises:
            PermissionDenied: the cookie came without a CSRF token.
            RateLimited: too often.
        """
        if isinstance(self.request.user, Member):
            CHANGED.check(f"member:{self.request.user.pk}")
            return CartOwner(member_id=self.request.user.pk)
        token = header_token(self.plain)
        if not token and (token := cookie_token(self.plain)):
            enforce_csrf(self.plain)
        if token and is_known(CartOwner(token=token)):
            CHANGED.check(f"token:{token}")
            return CartOwner(token=token)
        OPENED.check(client_ip(self.plain))
        self.issued = new_token()
        return CartOwner(token=self.issued)

    def answer(
        self,
        owner: CartOwner,
        *,
        status: int = 200,
        purpose: CartPurpose = CartPurpose.CART,
        dropped: Sequence[Dropped] = (),
    ) -> Response:
        """Show the cart as it is now."""
        return self.show(
            read(owner, now=utc_now(), purpose=purpose), status=status, dropped=dropped
        )

    def show(
        self, view: CartView, *, status: int = 200, dropped: Sequence[Dropped] = ()
    ) -> Response:
        """Show a cart."""
        found = {
            "cart_id": view.cart_id,
            "groups": view.groups,
            "subtotal": view.subtotal,
            "quantity": view.quantity,
            "dropped": dropped,
            "token": self.issued,
        }
        return Response(shown(CartShown, found), status=status)

    @override
    def finalize_response(self, request: Request, response: Any, *args: Any, **kw: Any) -> Any:
        """Keep carts out of caches, and a new token in the browser."""
        final = super().finalize_response(request, response, *args, **kw)
        final.headers.setdefault("Cache-Control", "private, no-store")
        final.headers["Vary"] = f"Authorization, Cookie, {HEADER}, Accept-Language"
        if self.issued and final.status_code < 400:  # noqa: PLR2004  a refusal opened no cart
            remember(final, self.issued)
        return final


def _line_id(text: str) -> UUID:
    return parse_public_id("cln", text)


class CartsView(CartApiView):
    """The cart."""

    @extend_schema(responses=CartShown)
    def get(self, request: Request) -> Response:
        """Return the cart with today's prices and stock."""
        return self.answer(self.reader())

    @extend_schema(responses={200: CartShown})
    def delete(self, request: Request) -> Response:
        """Take everything out."""
        owner = self.writer()
        clear(owner, now=utc_now())
        return self.answer(owner)


class LinesView(CartApiView):
    """Lines of the cart."""

    @extend_schema(request=WishAsked, responses={201: CartShown})
    def post(self, request: Request) -> Response:
        """Put something into the cart; the same again makes its line larger."""
        wish = Wish(**checked(WishAsked, request.data))
        owner = self.writer()
        return self.show(add_and_read(owner, wish, now=utc_now()), status=201)


class LineView(CartApiView):
    """One line of the cart."""

    @extend_schema(request=Quantity, responses=CartShown)
    def patch(self, request: Request, line: str) -> Response:
        """Give the line another quantity."""
        asked = checked(Quantity, request.data)
        owner = self.writer()
        change(owner, _line_id(line), asked["quantity"], now=utc_now())
        return self.answer(owner)

    @extend_schema(responses={200: CartShown})
    def delete(self, request: Request, line: str) -> Response:
        """Take the line out; once more does no harm."""
        owner = self.writer()
        remove(owner, [_line_id(line)], now=utc_now())
        return self.answer(owner)


class SelectionView(CartApiView):
    """What goes to checkout."""

    @extend_schema(request=SelectionAsked, responses=CartShown)
    def post(self, request: Request) -> Response:
        """Choose lines, or leave them for later."""
        asked = checked(SelectionAsked, request.data)
        owner = self.writer()
        select(owner, asked.get("lines"), selected=asked["selected"], now=utc_now())
        return self.answer(owner)


class AcceptedView(CartApiView):
    """Prices that changed."""

    @extend_schema(request=None, responses=CartShown)
    def post(self, request: Request) -> Response:
        """Agree to today's prices."""
        owner = self.writer()
        accept_prices(owner, now=utc_now())
        return self.answer(owner)


class BuyNowView(CartApiView):
    """A purchase past the cart."""

    @extend_schema(responses=CartShown)
    def get(self, request: Request) -> Response:
        """Return what is about to be bought."""
        return self.answer(self.reader(), purpose=CartPurpose.BUY_NOW)

    @extend_schema(request=WishAsked, responses={201: CartShown})
    def post(self, request: Request) -> Response:
        """Begin to buy one thing; the cart stays as it is."""
        wish = Wish(**checked(WishAsked, request.data))
        owner = self.writer()
        buy_now(owner, wish, now=utc_now())
        return self.answer(owner, status=201, purpose=CartPurpose.BUY_NOW)


class MergeView(CartApiView):
    """The end of being a stranger."""

    permission_classes = (IsMember,)

    @extend_schema(request=None, responses=CartShown)
    def post(self, request: Request) -> Response:
        """Put the stranger's cart into the member's; ``dropped`` says what did not fit."""
        owner = self.writer()
        token = header_token(self.plain) or cookie_token(self.plain)
        assert owner.member_id is not None  # noqa: S101  `IsMember` lets nobody else pass
        now = utc_now()
        dropped = merge(token=token, member_id=owner.member_id, now=now) if token else []
        response = self.answer(owner, dropped=dropped)
        forget(response)
        return response


class LinksView(CartApiView):
    """Links to carts."""

    @extend_schema(request=None, responses={201: LinkShown})
    def post(self, request: Request) -> Response:
        """Return a link to what is selected; it names goods only, and lasts 30 days."""
        return Response(LinkShown({"link": share(self.writer())}).data, status=201)


class OpenedLinkView(CartApiView):
    """What a link holds."""

    @extend_schema(request=LinkAsked, responses=SharedLineShown(many=True))
    def post(self, request: Request) -> Response:
        """Look into a link."""
        LINKS_OPENED.check(client_ip(self.plain))
        asked = checked(LinkAsked, request.data)
        lines = open_shared(asked["link"], owner=self.reader(), now=utc_now())
        return Response(SharedLineShown(lines, many=True).data)


class TakenLinkView(CartApiView):
    """A shared cart that becomes one's own."""

    @extend_schema(
        request=LinkAsked,
        responses=CartShown,
    )
    def post(self, request: Request) -> Response:
        """Put what a link holds into the cart; ``dropped`` says what did not fit."""
        asked = checked(LinkAsked, request.data)
        owner = self.writer()
        dropped = take_shared(asked["link"], owner=owner, now=utc_now())
        return self.answer(owner, dropped=dropped)

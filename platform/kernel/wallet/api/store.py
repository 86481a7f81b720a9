"""Withdrawals and transfers over the store API."""

from __future__ import annotations

from secrets import token_hex
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.common.ids import parse_public_id
from kernel.common.time import local_date, utc_now
from kernel.ledger.errors import UnknownAsset
from kernel.ledger.models import Asset
from kernel.members.actors import member_actor
from kernel.members.api.views import MemberView, NewestFirst, told
from kernel.payments.services import passwords
from kernel.tenancy.context import current_tenant
from kernel.wallet.api.forms import (
    AccountKept,
    AccountShown,
    AccountTold,
    IdentityShown,
    IdentityTold,
    QuoteAsked,
    QuoteShown,
    RecipientAsked,
    RecipientShown,
    TransferAsked,
    TransferShown,
    WalletShown,
    WithdrawalAsked,
    WithdrawalShown,
)
from kernel.wallet.api.shown import (
    account_data,
    giveable_data,
    hidden_name,
    identity_data,
    particulars_data,
    quote_data,
    transfer_data,
    units_of,
    withdrawable_data,
    withdrawal_data,
)
from kernel.wallet.limits import GIVEN, IDENTIFIED, REQUESTED, SOUGHT
from kernel.wallet.models import Transfer, Withdrawal
from kernel.wallet.providers import opener_for
from kernel.wallet.selectors import (
    giveables,
    own_transfers,
    own_withdrawal,
    own_withdrawals,
    withdrawables,
)
from kernel.wallet.services import (
    accounts_of,
    add_account,
    cancel_withdrawal,
    find_recipient,
    identity_of,
    is_identity_missing,
    open_account,
    quote,
    remove_account,
    request_withdrawal,
    submit_identity,
    transfer,
)

_LONGEST_KEY = 80


class WalletView(MemberView):
    """What can leave."""

    @extend_schema(responses=WalletShown)
    def get(self, request: Request) -> Response:
        """Return what the member can have paid out or give to others, and the rules."""
        now = utc_now()
        return Response(
            {
                "withdrawals": [
                    withdrawable_data(each) for each in withdrawables(self.member_id, now=now)
                ],
                "transfers": [giveable_data(each) for each in giveables(self.member_id)],
                "particulars": particulars_data(),
            }
        )


class AccountsView(MemberView):
    """Where the member gets money."""

    @extend_schema(responses=items_of(AccountShown))
    def get(self, request: Request) -> Response:
        """Return the member's payout accounts, the newest first."""
        return Response({"items": [account_data(row) for row in accounts_of(self.member_id)]})

    @extend_schema(request=AccountTold, responses={201: AccountKept})
    def post(self, request: Request) -> Response:
        """Keep a payout account; its particulars are sealed.

        Accounts of some channels are opened at a service: the answer says where the member
        tells it who he is. Asked again it says so again.
        """
        asked = told(AccountTold, request)
        if opener_for(asked["channel"]) is not None:
            REQUESTED.check(f"member:{self.member_id}")
            back = request.build_absolute_uri("/account/wallet/")
            begun = open_account(self.member, asked["channel"], back=back, now=utc_now())
            return Response({**account_data(begun.account), "url": begun.url}, status=201)
        row = add_account(self.member_id, asked["channel"], asked["details"], now=utc_now())
        return Response({**account_data(row), "url": ""}, status=201)


class AccountView(MemberView):
    """One payout account."""

    @extend_schema(responses={204: OpenApiResponse(description="Taken away.")})
    def delete(self, request: Request, account: str) -> Response:
        """Take the account away."""
        remove_account(self.member_id, parse_public_id("pac", account), now=utc_now())
        return Response(status=204)


class WithdrawalsView(MemberView):
    """The member's withdrawals."""

    @extend_schema(parameters=paging("page_size"), responses=page_of(WithdrawalShown))
    def get(self, request: Request) -> Response:
        """Return the member's withdrawals in pages, the latest first."""
        pages = _pages()
        rows = own_withdrawals(self.member_id)
        found: list[Withdrawal] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([withdrawal_data(row) for row in found])

    @extend_schema(request=WithdrawalAsked, responses={201: WithdrawalShown})
    def post(self, request: Request) -> Response:
        """Ask for money; it is held at once, and reviewed by the shop."""
        asked = told(WithdrawalAsked, request)
        REQUESTED.check(f"member:{self.member_id}")
        passwords.prove(self.member_id, asked["password"], now=utc_now())
        row = request_withdrawal(
            self.member_id,
            asset=asked["asset"],
            minor=units_of(asked["amount"], _asset(asked["asset"])),
            account_id=asked["account"],
            key=_key(request),
            actor=member_actor(self.member),
            now=utc_now(),
        )
        return Response(withdrawal_data(row), status=201)


class QuoteView(MemberView):
    """What would arrive."""

    @extend_schema(request=QuoteAsked, responses=QuoteShown)
    def post(self, request: Request) -> Response:
        """Return fee, tax and what would arrive, and how the tax comes about; nothing is held."""
        asked, now = told(QuoteAsked, request), utc_now()
        minor = units_of(asked["amount"], _asset(asked["asset"]))
        rule, terms = quote(self.member_id, asset=asked["asset"], minor=minor, now=now)
        needs = is_identity_missing(rule, self.member_id, minor, now=now)
        on = local_date(now, current_tenant().zone)
        return Response(quote_data(rule, terms, needs_identity=needs, on=on))


class IdentityView(MemberView):
    """Who the member is."""

    @extend_schema(responses=IdentityShown)
    def get(self, request: Request) -> Response:
        """Return how far the proof of the member's identity has got."""
        return Response(identity_data(identity_of(self.member_id)))

    @extend_schema(request=IdentityTold, responses={201: IdentityShown})
    def post(self, request: Request) -> Response:
        """Send name and number of a document; staff verify it. A refused one can be sent anew."""
        IDENTIFIED.check(f"member:{self.member_id}")
        asked = told(IdentityTold, request)
        actor = member_actor(self.member)
        row = submit_identity(self.member_id, **asked, actor=actor, now=utc_now())
        return Response(identity_data(row), status=201)


class WithdrawalView(MemberView):
    """One of the member's withdrawals."""

    @extend_schema(responses=WithdrawalShown)
    def get(self, request: Request, withdrawal: str) -> Response:
        """Return the withdrawal."""
        return Response(withdrawal_data(own_withdrawal(self.member_id, _withdrawal(withdrawal))))


class CancelView(MemberView):
    """Takes a withdrawal back."""

    @extend_schema(request=None, responses=WithdrawalShown)
    def post(self, request: Request, withdrawal: str) -> Response:
        """Take back what nobody has approved yet."""
        key = _withdrawal(withdrawal)
        actor = member_actor(self.member)
        cancel_withdrawal(key, member_id=self.member_id, actor=actor, now=utc_now())
        return Response(withdrawal_data(own_withdrawal(self.member_id, key)))


class RecipientView(MemberView):
    """Finds whom something is for."""

    @extend_schema(request=RecipientAsked, responses=RecipientShown)
    def post(self, request: Request) -> Response:
        """Return the member with a telephone number or an e-mail address."""
        SOUGHT.check(f"member:{self.member_id}")
        asked = told(RecipientAsked, request)
        row = find_recipient(asked["login"], sender_id=self.member_id)
        return Response({"id": row.public_id, "name": hidden_name(row.name)})


class TransfersView(MemberView):
    """What the member gave and got."""

    @extend_schema(parameters=paging("page_size"), responses=page_of(TransferShown))
    def get(self, request: Request) -> Response:
        """Return it in pages, the latest first."""
        pages = _pages()
        rows = own_transfers(self.member_id)
        found: list[Transfer] = pages.paginate_queryset(rows, request, view=self) or []
        shown = [transfer_data(row, self.member_id) for row in found]
        return pages.get_paginated_response(shown)

    @extend_schema(request=TransferAsked, responses={201: TransferShown})
    def post(self, request: Request) -> Response:
        """Give some of a balance to another member."""
        asked = told(TransferAsked, request)
        GIVEN.check(f"member:{self.member_id}")
        passwords.prove(self.member_id, asked["password"], now=utc_now())
        row = transfer(
            self.member_id,
            asked["recipient"],
            asset=asked["asset"],
            minor=units_of(asked["amount"], _asset(asked["asset"])),
            key=_key(request),
            note=asked["note"],
            actor=member_actor(self.member),
            now=utc_now(),
        )
        return Response(transfer_data(row, self.member_id), status=201)


def _key(request: Request) -> str:
    """Return what the program calls the request; without a name each is another."""
    return request.headers.get("Idempotency-Key", "")[:_LONGEST_KEY] or token_hex(16)


def _asset(code: str) -> Asset:
    row = Asset.objects.filter(code=code).first()
    if row is None:
        raise UnknownAsset(asset=code[:32])
    return row


def _withdrawal(text: str) -> UUID:
    return parse_public_id("wdr", text)


def _pages() -> Any:
    pages = NewestFirst()
    pages.ordering = ("-id",)
    return pages

"""Prices over the channel API: what a partner pays, what it asks, and its price lists."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.billing.choices import Audience, ListState
from channel_center.billing.currencies import currency_in
from channel_center.billing.errors import InvalidPrice, UnknownPriceList
from channel_center.billing.models import PriceLine, PriceList
from channel_center.billing.selectors import Row, rows_of
from channel_center.billing.services.lists import draft_list, drop_line, publish_list, set_line
from channel_center.billing.tiers import MOST_TIERS, MOST_UNITS, Tiers
from channel_center.models import Channel
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.paging import CURRENCY, CURSOR, page_of, pages_of
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.money import InvalidAmount, Money
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context

VIEW: Final = "billing.view"
MANAGE: Final = "billing.manage"
_MOST_TRIAL: Final = 365


class TierSaid(serializers.Serializer[Any]):
    """Of what is paid by use: what each unit costs above a number of them in a period."""

    above = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    amount = serializers.CharField(max_length=20)


class OfferPriced(serializers.Serializer[Any]):
    """An offer with what the partner pays and asks for it."""

    offer = serializers.CharField()
    product = serializers.CharField()
    feature = serializers.CharField()
    name = serializers.CharField()
    term = serializers.CharField()
    trial_days = serializers.IntegerField()
    currency = serializers.CharField()
    paid = serializers.CharField(allow_null=True, help_text="What the partner pays.")
    least = serializers.CharField(allow_null=True, help_text="What shops pay at least.")
    paid_tiers = TierSaid(many=True)
    asked = serializers.CharField(allow_null=True, help_text="What the partner asks now.")
    asked_tiers = TierSaid(many=True)


class ListTold(serializers.Serializer[Any]):
    """Whom a new list is for."""

    audience = serializers.ChoiceField(choices=Audience.choices, default=Audience.SHOP.value)
    partner = serializers.CharField(
        required=False, allow_null=True, help_text="The one sub-partner that it is for."
    )
    currency = serializers.CharField(
        max_length=3, default="", allow_blank=True, help_text="The partner's usual one without it."
    )
    note = serializers.CharField(max_length=300, default="", allow_blank=True)
    like = serializers.CharField(
        required=False, allow_null=True, help_text="A list of one's own whose lines it begins with."
    )


class ListShown(serializers.Serializer[Any]):
    """A price list."""

    id = serializers.CharField()
    number = serializers.IntegerField()
    audience = serializers.ChoiceField(choices=Audience.choices)
    partner = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    state = serializers.ChoiceField(choices=ListState.choices)
    note = serializers.CharField()
    valid_from = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)


class LineTold(serializers.Serializer[Any]):
    """What an offer shall cost."""

    amount = serializers.CharField(max_length=20)
    least = serializers.CharField(
        max_length=20,
        required=False,
        allow_null=True,
        help_text="For partners: what shops pay at least.",
    )
    trial_days = serializers.IntegerField(
        min_value=0, max_value=_MOST_TRIAL, required=False, allow_null=True
    )
    may_lose = serializers.BooleanField(
        default=False, help_text="It may be lower than what the partner pays itself."
    )
    tiers = TierSaid(  # type: ignore[call-arg]  # of the list that it becomes
        many=True,
        required=False,
        max_length=MOST_TIERS,
        help_text="Of what is paid by use: from which unit of a period on each costs what.",
    )


class LineShown(serializers.Serializer[Any]):
    """What an offer costs."""

    offer = serializers.CharField()
    amount = serializers.CharField()
    least = serializers.CharField(allow_null=True)
    trial_days = serializers.IntegerField(allow_null=True)
    may_lose = serializers.BooleanField()
    tiers = TierSaid(many=True)


class ListWhole(ListShown):
    """A price list with its lines."""

    lines = LineShown(many=True)


class PublishTold(serializers.Serializer[Any]):
    """From when on it counts."""

    valid_from = serializers.DateTimeField(required=False, allow_null=True)


class PricesView(PartnerView):
    """All offers with their prices."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        responses=items_of(OfferPriced),
        parameters=[OpenApiParameter("audience", str, enum=Audience.values), CURRENCY],
    )
    def get(self, request: Request) -> Response:
        """Return everything that is on offer, with what the partner pays and asks."""
        asked = request.query_params.get("audience", "")
        audience = asked if asked in Audience.values else Audience.SHOP.value
        currency = currency_in(self.channel_id, request.query_params.get("currency", ""))
        rows = rows_of(
            self.channel_id, audience, currency, language=get_language() or "", now=utc_now()
        )
        return Response({"items": [_priced(row, currency) for row in rows]})


class PriceListsView(PartnerView):
    """The partner's price lists."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(
        responses=pages_of(ListShown),
        parameters=[CURSOR, OpenApiParameter("state", str, enum=ListState.values)],
    )
    def get(self, request: Request) -> Response:
        """Return the lists, drafts as well, the newest first."""
        rows = PriceList.objects.filter(owner=self.channel_id).select_related("buyer")
        if (state := request.query_params.get("state", "")) in ListState.values:
            rows = rows.filter(state=state)
        found, cursor = page_of(rows, request, "prl")
        return Response({"items": [_listed(row) for row in found], "next_cursor": cursor})

    @extend_schema(request=ListTold, responses={201: ListWhole})
    def post(self, request: Request) -> Response:
        """Begin a draft; nobody pays by it until it is published."""
        told = checked(ListTold, request.data)
        like = told.get("like")
        row = draft_list(
            self.channel_id,
            audience=told["audience"],
            currency=currency_in(self.channel_id, told["currency"]),
            buyer_id=_buyer(self, told.get("partner")),
            note=told["note"],
            like=_list(self, like) if like else None,
            actor=self.actor,
        )
        return Response(_whole(row), status=201)


class PriceListView(PartnerView):
    """One price list."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=ListWhole)
    def get(self, request: Request, price_list: str) -> Response:
        """Return a list with its lines."""
        return Response(_whole(_list(self, price_list)))


class PriceLineView(PartnerView):
    """One price of a draft."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=LineTold, responses=LineShown)
    def put(self, request: Request, price_list: str, offer: str) -> Response:
        """Say what an offer costs; it is checked against what the partner pays itself."""
        row, told = _list(self, price_list), checked(LineTold, request.data)
        least = told.get("least")
        line = set_line(
            row.pk,
            offer,
            amount_minor=_minor(told["amount"], row.currency, "amount"),
            minimum_retail_minor=None if least is None else _minor(least, row.currency, "least"),
            trial_days=told.get("trial_days"),
            may_lose=told["may_lose"],
            tiers=[
                (each["above"], _minor(each["amount"], row.currency, "tiers"))
                for each in told.get("tiers", [])
            ],
            owner_id=self.channel_id,
            actor=self.actor,
        )
        return Response(_line(line, row.currency))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, price_list: str, offer: str) -> Response:
        """Take an offer off a draft; the price from above counts then."""
        drop_line(_list(self, price_list).pk, offer, owner_id=self.channel_id)
        return Response(status=204)


class PublishView(PartnerView):
    """The publication of a draft."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=PublishTold, responses=ListWhole)
    def post(self, request: Request, price_list: str) -> Response:
        """Let a list count, now or later; from here on it is never changed."""
        told = checked(PublishTold, request.data)
        row = publish_list(
            _list(self, price_list).pk,
            owner_id=self.channel_id,
            valid_from=told.get("valid_from"),
            actor=self.actor,
        )
        return Response(_whole(row))


def _list(view: PartnerView, text: str) -> PriceList:
    try:
        key = parse_public_id("prl", text)
    except DomainError as error:
        raise UnknownPriceList from error
    with public_context():
        row = PriceList.objects.filter(pk=key, owner=view.channel_id).first()
    if row is None:
        raise UnknownPriceList
    return row


def _buyer(view: PartnerView, text: str | None) -> UUID | None:
    if not text:
        return None
    try:
        key = parse_public_id("chn", text)
    except DomainError as error:
        raise InvalidPrice(field="partner") from error
    if not Channel.objects.filter(pk=key, parent=view.channel_id).exists():
        raise InvalidPrice(field="partner")
    return key


def _minor(text: str, currency: str, field: str) -> int:
    try:
        return Money.parse(text.strip(), currency).minor
    except InvalidAmount as error:
        raise InvalidPrice(field=field) from error


def _text(minor: int | None, currency: str) -> str | None:
    return None if minor is None else str(Money(minor, currency).decimal())


def _priced(row: Row, currency: str) -> dict[str, object]:
    product = row.offer.edition.product
    return {
        "offer": row.offer.code,
        "product": product.public_id,
        "feature": product.feature,
        "name": row.name,
        "term": row.offer.term,
        "trial_days": row.offer.trial_days,
        "currency": currency,
        "paid": _text(row.paid, currency),
        "least": _text(row.least, currency),
        "paid_tiers": _tiers(row.paid_tiers, currency),
        "asked": _text(row.asked, currency),
        "asked_tiers": _tiers(row.asked_tiers, currency),
    }


def _listed(row: PriceList) -> dict[str, object]:
    return {
        "id": row.public_id,
        "number": row.number,
        "audience": row.audience,
        "partner": row.buyer.public_id if row.buyer is not None else None,
        "currency": row.currency,
        "state": row.state,
        "note": row.note,
        "valid_from": row.valid_from,
        "published_at": row.published_at,
    }


def _whole(row: PriceList) -> dict[str, object]:
    with public_context():
        lines = PriceLine.objects.filter(price_list=row).select_related("offer")
        told = [_line(line, row.currency) for line in lines.order_by("offer__code")]
        return {**_listed(row), "lines": told}


def _line(row: PriceLine, currency: str) -> dict[str, object]:
    return {
        "offer": row.offer.code,
        "amount": _text(row.amount_minor, currency),
        "least": _text(row.minimum_retail_minor, currency),
        "trial_days": row.trial_days,
        "may_lose": row.may_lose,
        "tiers": _tiers(row.steps, currency),
    }


def _tiers(tiers: Tiers, currency: str) -> list[dict[str, object]]:
    return [{"above": above, "amount": _text(minor, currency)} for above, minor in tiers]

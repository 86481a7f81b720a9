"""Prices over the admin API."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import in_part, items_of, listed
from kernel.api.public_ids import PublicIdField
from kernel.catalogue.api.fields import SPARSE, checked, sparse
from kernel.common.ids import parse_public_id, public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.pricing.errors import UnknownPriceList, UnknownVariant
from kernel.pricing.models import PriceList, PriceListEntry
from kernel.pricing.services import (
    Buyer,
    NewEntry,
    PriceListFields,
    PriceRequest,
    change_price_list,
    copy_price_list,
    create_price_list,
    prices_for,
    set_entries,
)
from kernel.pricing.values import STEP_KINDS
from kernel.tenancy.context import current_tenant

VIEW, MANAGE = "prices.view", "prices.manage"
_MOST_LISTS = 1_000
_PAGE = 500


class PriceListChanged(serializers.Serializer[Any]):
    """Particulars of a price list; what is left out stays as it is."""

    name = serializers.CharField(required=False, allow_blank=True)
    priority = serializers.IntegerField(required=False)
    starts_at = serializers.CharField(required=False, allow_null=True)
    ends_at = serializers.CharField(required=False, allow_null=True)
    audience = serializers.JSONField(required=False)
    rules = serializers.JSONField(required=False)
    is_active = serializers.BooleanField(required=False)


class NewPriceList(PriceListChanged):
    """A price list to be made; in the shop's currency unless told otherwise."""

    code = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField(required=False)


class CopyAsked(serializers.Serializer[Any]):
    """What a copy of a price list is called."""

    code = serializers.CharField()
    name = serializers.CharField()


class EntryAsked(serializers.Serializer[Any]):
    """A price from a quantity on; null takes it away."""

    variant_id = PublicIdField("var")
    price = serializers.CharField(allow_null=True)
    min_quantity = serializers.IntegerField(required=False)


class EntriesAsked(serializers.Serializer[Any]):
    """Prices of a list."""

    entries = serializers.ListField(child=EntryAsked())


class PageAsked(serializers.Serializer[Any]):
    """Where a list of entries goes on."""

    cursor = serializers.UUIDField(required=False)


class ExplainAsked(serializers.Serializer[Any]):
    """A buyer, a variant and a quantity."""

    variant_id = PublicIdField("var")
    quantity = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    member_id = PublicIdField("mem", required=False)
    groups = serializers.ListField(child=serializers.CharField(max_length=120), required=False)
    currency = serializers.CharField(required=False)
    at = serializers.DateTimeField(required=False)


class PriceListShown(serializers.Serializer[Any]):
    """A price list."""

    id = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    priority = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    audience = serializers.DictField()
    rules = serializers.ListField(child=serializers.DictField())
    is_active = serializers.BooleanField()


class EntryShown(serializers.Serializer[Any]):
    """A price from a quantity on."""

    variant_id = serializers.CharField()
    sku = serializers.CharField()
    min_quantity = serializers.IntegerField()
    price = serializers.CharField()


class ChangedShown(serializers.Serializer[Any]):
    """How many prices changed."""

    changed = serializers.IntegerField()


class StepShown(serializers.Serializer[Any]):
    """One price that was looked at."""

    kind = serializers.ChoiceField(choices=STEP_KINDS)
    label = serializers.CharField()  # type: ignore[assignment]  # a member's name
    list_id = serializers.CharField(allow_null=True)
    amount = serializers.CharField()
    priority = serializers.IntegerField()
    decides = serializers.BooleanField()


class ExplainedShown(serializers.Serializer[Any]):
    """A price with its chain of reasons."""

    amount = serializers.CharField()
    currency = serializers.CharField()
    compare_at = serializers.CharField(allow_null=True)
    chain = StepShown(many=True)


def _shape(row: PriceList) -> dict[str, Any]:
    shown = ("code", "name", "currency", "priority", "starts_at", "ends_at", "audience", "rules")
    return {
        "id": row.public_id,
        **{name: getattr(row, name) for name in (*shown, "is_active")},
    }


def _list_id(text: str) -> UUID:
    return parse_public_id("prl", text)


class PriceListsView(StaffView):
    """All price lists."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(parameters=[SPARSE], responses=items_of(in_part(PriceListShown)))
    def get(self, request: Request) -> Response:
        """Return the lists, the most important first."""
        rows = PriceList.objects.filter(managed_by="").order_by("-priority", "code")[:_MOST_LISTS]
        return Response({"items": [sparse(_shape(row), request) for row in rows]})

    @extend_schema(request=NewPriceList, responses={201: PriceListShown})
    def post(self, request: Request) -> Response:
        """Make a list without entries."""
        asked = checked(NewPriceList, request.data)
        row = create_price_list(
            code=asked.pop("code"),
            currency=asked.pop("currency", current_tenant().currency),
            fields=cast("PriceListFields", asked),
            actor=self.actor,
            now=utc_now(),
        )
        return Response(_shape(row), status=201)


class PriceListView(StaffView):
    """One price list."""

    permissions_by_method = {"GET": VIEW, "PATCH": MANAGE}

    @extend_schema(responses=PriceListShown)
    def get(self, request: Request, price_list: str) -> Response:
        """Return the list."""
        row = PriceList.objects.filter(pk=_list_id(price_list)).first()
        if row is None:
            raise UnknownPriceList
        return Response(_shape(row))

    @extend_schema(request=PriceListChanged, responses=PriceListShown)
    def patch(self, request: Request, price_list: str) -> Response:
        """Change some of its particulars."""
        asked = checked(PriceListChanged, request.data, partial=True)
        row = change_price_list(
            _list_id(price_list), cast("PriceListFields", asked), actor=self.actor, now=utc_now()
        )
        return Response(_shape(row))


class CopyView(StaffView):
    """A list like another."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=CopyAsked, responses={201: PriceListShown})
    def post(self, request: Request, price_list: str) -> Response:
        """Make a copy, prices and all, that is not in use yet."""
        asked = checked(CopyAsked, request.data)
        row = copy_price_list(_list_id(price_list), **asked, actor=self.actor, now=utc_now())
        return Response(_shape(row), status=201)


class EntriesView(StaffView):
    """The prices of a list."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(parameters=[PageAsked], responses=listed(EntryShown, serializers.CharField))
    def get(self, request: Request, price_list: str) -> Response:
        """Return a page of prices."""
        cursor = checked(PageAsked, request.query_params.dict()).get("cursor")
        rows = PriceListEntry.objects.select_related("variant", "price_list").filter(
            price_list=_list_id(price_list)
        )
        if cursor is not None:
            rows = rows.filter(pk__gt=cursor)
        found = list(rows.order_by("pk")[: _PAGE + 1])
        page = found[:_PAGE]
        return Response(
            {
                "items": [
                    {
                        "variant_id": row.variant.public_id,
                        "sku": row.variant.sku,
                        "min_quantity": row.min_quantity,
                        "price": Money(row.minor, row.price_list.currency).decimal(),
                    }
                    for row in page
                ],
                "next_cursor": str(page[-1].pk) if len(found) > _PAGE else None,
            }
        )

    @extend_schema(request=EntriesAsked, responses=ChangedShown)
    def put(self, request: Request, price_list: str) -> Response:
        """Set or take away prices: all of them, or none. Those not named stay."""
        row = PriceList.objects.filter(pk=_list_id(price_list)).first()
        if row is None:
            raise UnknownPriceList
        entries = [
            NewEntry(
                item["variant_id"],
                None if item["price"] is None else Money.parse(item["price"], row.currency),
                item.get("min_quantity", 1),
            )
            for item in checked(EntriesAsked, request.data)["entries"]
        ]
        changed = set_entries(row.id, entries, actor=self.actor, now=utc_now())
        return Response({"changed": changed})


class ExplainView(StaffView):
    """Why something costs what it costs."""

    permissions_by_method = {"POST": VIEW}

    @extend_schema(request=ExplainAsked, responses=ExplainedShown)
    def post(self, request: Request) -> Response:
        """Return a price with its chain of reasons."""
        asked = checked(ExplainAsked, request.data)
        key = asked["variant_id"]
        found = prices_for(
            [PriceRequest(key, asked.get("quantity", 1))],
            buyer=Buyer(asked.get("member_id"), frozenset(asked.get("groups", ()))),
            currency=asked.get("currency", current_tenant().currency),
            now=asked.get("at") or utc_now(),
        )
        if key not in found:
            raise UnknownVariant
        price = found[key]
        return Response(
            {
                "amount": price.unit.decimal(),
                "currency": price.unit.currency,
                "compare_at": None if price.compare_at is None else price.compare_at.decimal(),
                "chain": [
                    {
                        "kind": step.kind,
                        "label": step.label,
                        "list_id": public_id("prl", step.list_id) if step.list_id else None,
                        "amount": step.unit.decimal(),
                        "priority": step.priority,
                        "decides": step.decides,
                    }
                    for step in price.chain
                ],
            }
        )

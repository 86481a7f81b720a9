"""Lists of products over the API, for whoever shops and for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from rest_framework.request import Request

from kernel.catalogue.api import shapes
from kernel.catalogue.api.fields import sparse
from kernel.catalogue.models import Brand
from kernel.catalogue.ports import prices
from kernel.catalogue.selectors import CardFilter, Sort, collection_with, product_cards
from kernel.catalogue.selectors.cards import PAGE
from kernel.common.money import Money
from kernel.tenancy.context import current_tenant


def listed(
    asked: dict[str, Any],
    request: Request,
    *,
    now: datetime,
    language: str | None,
    member_id: UUID | None = None,
    is_staff: bool = False,
) -> dict[str, Any]:
    """Return a page of a list as it is answered.

    Raises:
        NotFound: there is no such collection.
        InvalidAmount: a bound is no amount.
        InvalidCursor: it was not handed out for this list.
    """
    narrowed = _filter(asked)
    usual = "manual" if narrowed.collection_id else "newest"
    page = product_cards(
        narrowed,
        cast("Sort", asked.get("sort", usual)),
        asked.get("cursor", ""),
        asked.get("limit", PAGE),
        now=None if is_staff else now,
        language=language,
    )
    leads = [card.lead_variant_id for card in page.cards if card.lead_variant_id]
    shown = prices().shown(leads, member_id=member_id, now=now)
    return {
        "items": [sparse(shapes.card(card, shown), request) for card in page.cards],
        "next_cursor": page.next_cursor,
    }


def _filter(asked: dict[str, Any]) -> CardFilter:
    return CardFilter(
        category_path=asked.get("category", "").strip("/"),
        collection_id=collection_with(asked["collection"]).id if asked.get("collection") else None,
        brand_ids=_brands(asked["brand"]) if asked.get("brand") else (),
        tags=asked.get("tag", ()),
        label_codes=[asked["label"]] if asked.get("label") else (),
        kinds=[asked["kind"]] if asked.get("kind") else (),
        lowest_minor=_minor(asked.get("min_price")),
        highest_minor=_minor(asked.get("max_price")),
        text=asked.get("q", ""),
        statuses=[asked["status"]] if asked.get("status") else (),
    )


def _brands(handle: str) -> list[UUID]:
    found = list(Brand.objects.filter(handle=handle).values_list("id", flat=True))
    # An unknown brand has no products; without an id the list would not be narrowed.
    return found or [UUID(int=0)]


def _minor(text: str | None) -> int | None:
    return None if text is None else Money.parse(text, current_tenant().currency).minor

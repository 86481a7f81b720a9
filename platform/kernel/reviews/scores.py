"""Keeps the scores of products; every change of what is published goes through here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q, Sum

from kernel.reviews.choices import ReviewState
from kernel.reviews.models import AXES, STARS, ProductScore, Review

_FIGURES: Final = ("count", "pictured", *AXES, *(f"stars_{stars}" for stars in STARS))


def lock_scores(product_ids: Iterable[UUID]) -> None:
    """Lock the scores of products, in the order of their keys, before any of their reviews."""
    wanted = sorted(set(product_ids))
    ProductScore.objects.bulk_create(
        [ProductScore(product_id=each) for each in wanted], ignore_conflicts=True
    )
    rows = ProductScore.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    list(rows.values_list("pk", flat=True))


def count_in(reviews: Sequence[Review], *, times: int = 1) -> None:
    """Add reviews to the scores of their products, or with ``times=-1`` take them out.

    Runs in the caller's transaction, which holds the locks.
    """
    for review in reviews:
        figures = {"count": 1, "pictured": int(review.has_pictures), f"stars_{review.goods}": 1}
        figures |= {axis: getattr(review, axis) for axis in AXES}
        ProductScore.objects.filter(pk=review.product_id).update(
            **{name: F(name) + times * figure for name, figure in figures.items()}
        )


def counted(product_id: UUID) -> dict[str, int]:
    """Return what the published reviews of a product come to, counted anew."""
    rows = Review.objects.filter(product_id=product_id, state=ReviewState.PUBLISHED)
    found = rows.aggregate(
        count=Count("pk"),
        pictured=Count("pk", filter=Q(has_pictures=True)),
        **{f"sum_{axis}": Sum(axis, default=0) for axis in AXES},
        **{f"stars_{stars}": Count("pk", filter=Q(goods=stars)) for stars in STARS},
    )
    return {name.removeprefix("sum_"): figure for name, figure in found.items()}


def kept(product_id: UUID) -> dict[str, int]:
    """Return the figures as they are kept; zeros where there never was a review."""
    row = ProductScore.objects.filter(pk=product_id).first() or ProductScore()
    return {name: getattr(row, name) for name in _FIGURES}

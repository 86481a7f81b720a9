"""Buyers without an account: whoever has the link of a letter may review his order."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from kernel.common.ids import InvalidId, parse_public_id, public_id
from kernel.orders.models import OrderLine
from kernel.reviews.errors import UnknownLine
from kernel.reviews.models import Review
from kernel.tenancy import signing

_SALT: Final = "reviews.guest"
_VALID: Final = timedelta(days=180)


def guest_path(order_id: UUID) -> str:
    """Return the path by which the things of an order are reviewed without signing in."""
    token = signing.dumps(public_id("ord", order_id), salt=_SALT)
    return f"/reviews/of/{token}/"


def order_of(token: str) -> UUID:
    """Return whose things a link is for.

    Raises:
        UnknownLine: it is forged, too old, or of another shop.
    """
    try:
        return parse_public_id("ord", str(signing.loads(token, salt=_SALT, max_age=_VALID)))
    except (signing.BadSignature, InvalidId) as error:
        raise UnknownLine from error


def lines_of_guest(token: str) -> list[tuple[OrderLine, bool]]:
    """Return what arrived of a guest's order, each with whether it is reviewed.

    Raises:
        UnknownLine: the link is not valid, or nothing of the kind has arrived.
    """
    lines = OrderLine.objects.filter(
        order=order_of(token), order__member=None, delivered_quantity__gt=0
    )
    found = list(lines.select_related("order").order_by("position"))
    if not found:
        raise UnknownLine
    done = set(Review.objects.filter(line__in=found).values_list("line", flat=True))
    return [(line, line.pk in done) for line in found]

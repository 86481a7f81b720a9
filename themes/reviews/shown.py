"""Reviews as blocks take them: plain values, words in the viewer's language."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.reviews.choices import ReviewState
from kernel.reviews.models import STARS, Review
from kernel.reviews.selectors import PictureShown, Summary, video_link
from themes.fields import Json
from themes.shop.moments import moment_text

PICTURED = "pictured"


def stars_data(number: int) -> dict[str, Json]:
    """Return stars to look at, and what is read aloud instead of them."""
    text = _("%(stars)s of 5 stars") % {"stars": number}
    return {"face": "★" * number + "☆" * (len(STARS) - number), "text": text}


def review_data(row: Review, pictures: Sequence[PictureShown], language: str) -> dict[str, Json]:
    """Return a review as everybody reads it."""
    has_addition = row.addition_state == ReviewState.PUBLISHED
    return {
        "id": row.public_id,
        "author": row.author or _("Anonymous member"),
        "stars": stars_data(row.goods),
        "text": _("The buyer left no words. Good by default.") if row.is_default else row.text,
        "is_default": row.is_default,
        "options": row.options,
        "at": moment_text(row.created_at, language),
        "pictures": _links(pictures, is_addition=False),
        "video": video_link(row),
        "addition": row.addition if has_addition else "",
        "addition_pictures": _links(pictures, is_addition=True),
        "reply": row.reply,
        "helpful": row.helpful,
    }


def summary_data(found: Summary, href: str) -> dict[str, Json]:
    """Return what the reviews of a product come to, with a link to those of each kind."""
    axes = {"goods": _("Goods"), "delivery": _("Delivery"), "service": _("Service")}
    return {
        "count": found.count,
        "average": found.average,
        "stars": stars_data(round(float(found.average))) if found.count else None,
        "axes": [
            {"label": label, "value": found.averages[axis]}
            for axis, label in axes.items()
            if found.count
        ],
        "bars": [
            {
                "label": _stars_text(stars),
                "count": count,
                "of": found.count,
                "href": list_href(href, str(stars)) if count else "",
            }
            for stars, count in found.stars.items()
        ],
    }


def filters_data(found: Summary, href: str, chosen: str) -> list[Json]:
    """Return by what the list can be narrowed down; what would be empty is left out."""
    rows = [("", _("All"), found.count), (PICTURED, _("With pictures"), found.pictured)]
    rows += [(str(stars), _stars_text(stars), count) for stars, count in found.stars.items()]
    return [
        {
            "label": label,
            "count": count,
            "href": list_href(href, code),
            "is_current": code == chosen,
        }
        for code, label, count in rows
        if count or code in {"", chosen}
    ]


def list_href(href: str, stars: str, page: int = 1) -> str:
    """Return where a part of the list is."""
    query = {
        name: value
        for name, value in (("stars", stars), ("page", page if page > 1 else ""))
        if value
    }
    return href + (f"?{urlencode(query)}" if query else "") + "#reviews"


def _stars_text(number: int) -> str:
    return ngettext("%(number)s star", "%(number)s stars", number) % {"number": number}


def _links(pictures: Sequence[PictureShown], *, is_addition: bool) -> list[Json]:
    return [
        {"small": each.small, "large": each.large}
        for each in pictures
        if each.is_addition == is_addition
    ]

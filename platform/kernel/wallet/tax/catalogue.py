"""The tax categories that are known: data for each place, in versions with a first day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.common.money import Money
from kernel.ledger.models import Asset
from kernel.wallet.tax.reckoning import Bracket, Category

FOLDER: Final = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def _places() -> tuple[Mapping[str, Any], ...]:
    paths = sorted(FOLDER.glob("*.json"))
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in paths)


def category(code: str, *, on: date) -> Category | None:
    """Return a category as it stands on a day; None for one that is not known then."""
    return next((each for each in categories(on=on) if each.code == code), None)


def categories(*, on: date) -> list[Category]:
    """Return all categories as they stand on a day, by place."""
    found = []
    for place in _places():
        current = [row for row in place["versions"] if date.fromisoformat(row["starts"]) <= on]
        if current:
            version = max(current, key=lambda row: str(row["starts"]))
            found += [_category(place, version, row) for row in version["categories"]]
    return found


def fits(found: Category, asset: Asset) -> bool:
    """Tell whether a balance can be taxed by a category: money of its place, unit by unit."""
    is_money = asset.rate_minor is not None and asset.rate_minor == asset.rate_units
    return is_money and asset.currency == found.currency


def place_names(code: str) -> Mapping[str, str]:
    """Return the names of the place of a category, by language."""
    wanted = code.partition(":")[0]
    return next((place["names"] for place in _places() if place["code"] == wanted), {})


def _category(
    place: Mapping[str, Any], version: Mapping[str, Any], row: Mapping[str, Any]
) -> Category:
    currency = str(place["currency"])

    def minor(text: str | None) -> int:
        return Money.parse(text, currency).minor if text else 0

    return Category(
        code=f"{place['code']}:{row['code']}",
        version=version["version"],
        currency=currency,
        names=row["names"],
        sources=row["source"],
        method=row["method"],
        rate_bp=row.get("rate_bp", 0),
        expense_bp=row.get("expense_bp", 0),
        monthly_minor=minor(row.get("monthly")),
        brackets=tuple(
            Bracket(
                minor(each["to"]) if each["to"] else None, each["rate_bp"], minor(each["quick"])
            )
            for each in row.get("brackets", ())
        ),
    )

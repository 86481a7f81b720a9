"""What the benchmark's shop sells."""

from __future__ import annotations

from datetime import datetime
from itertools import cycle
from typing import Final

from config.dev.demo.drawing.pictures import Drawing, draw
from kernel.audit.actor import Actor
from kernel.catalogue.models import Variant
from kernel.catalogue.services import (
    OptionSpec,
    ValueSpec,
    add_picture,
    create_category,
    create_product,
)
from kernel.catalogue.services.pictures import render_picture
from kernel.common.money import Money
from kernel.inventory.services import StockLine, default_location, receive
from kernel.pricing.services import set_base_prices
from kernel.pricing.values import NewPrice

ACTOR: Final = Actor.system("bench")
SKUS: Final = 600
_DRAWINGS: Final = (
    Drawing("sack", "rice", "#f4efe2", "#e8dfcf"),
    Drawing("crate", "citrus", "#ee8a22", "#dbe3d6"),
)
_PLENTY: Final = 1_000_000


def fill_shelves(products: int, *, pictured: int, now: datetime) -> None:
    """Put products of three variants each on sale, with plenty of everything.

    Args:
        products: how many.
        pictured: how many of the first ones, and of the last, have a picture.
        now: the moment.
    """
    shown = cycle([draw(each) for each in _DRAWINGS])
    shelf = create_category({"title": "All", "slug": "all"}, actor=ACTOR)
    for number in range(products):
        made = create_product(
            {
                "title": f"Tea {number}",
                "handle": f"tea-{number}",
                "summary": "Picked by hand, dried in the sun.",
                "description_html": "<p>From the third terrace below the old temple.</p>" * 4,
                "status": "active",
                "category_ids": [shelf.pk],
            },
            actor=ACTOR,
            options=[OptionSpec("Weight", [ValueSpec(each) for each in ("50 g", "100 g", "1 kg")])],
        )
        # Pages show the newest goods first.
        if number < 1 or number >= products - pictured:
            render_picture(add_picture(made.pk, next(shown), actor=ACTOR).pk)
    variants = list(Variant.objects.order_by("pk").values_list("pk", flat=True))
    set_base_prices(
        [NewPrice(key, Money(1000 + place % 90, "CNY")) for place, key in enumerate(variants)],
        actor=ACTOR,
        now=now,
    )
    place = default_location().pk
    receive([StockLine(key, place, _PLENTY) for key in variants], reason="opening", actor=ACTOR)

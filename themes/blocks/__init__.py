"""The blocks and sources that every shop has."""

from __future__ import annotations

from themes.blocks import (
    aftersales,
    buying,
    cart,
    catalogue,
    content,
    frame,
    levels,
    member,
    notices,
    promotions,
    reviews,
    searching,
)
from themes.registry import register


def register_all() -> None:
    """Make them known; called once, when the process starts."""
    told = (aftersales, levels, notices, promotions, reviews, searching)
    own = (frame, content, catalogue, cart, buying, member, *told)
    for module in own:
        for block in module.BLOCKS:
            register(block)

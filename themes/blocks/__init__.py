"""The blocks and sources that every shop has."""

from __future__ import annotations

from themes.blocks import (
    aftersales,
    asked,
    buying,
    cart,
    catalogue,
    content,
    frame,
    layout,
    levels,
    media,
    member,
    notices,
    promotions,
    reusing,
    reviews,
    rewards,
    searching,
    shelves,
    shopfront,
)
from themes.registry import register


def register_all() -> None:
    """Make them known; called once, when the process starts."""
    told = (aftersales, asked, levels, notices, promotions, reviews, rewards, searching)
    shown = (content, media, catalogue, shelves, shopfront, layout, reusing)
    own = (frame, *shown, cart, buying, member, *told)
    for module in own:
        for block in module.BLOCKS:
            register(block)

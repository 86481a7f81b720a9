"""Levels and segments as others use them."""

from __future__ import annotations

from kernel.levels.services.growth import grow, growth_of, settle_order
from kernel.levels.services.levels import change_level, create_level
from kernel.levels.services.reviewing import levels_of, review, set_level
from kernel.levels.services.segments import (
    change_segment,
    choose_members,
    create_segment,
    delete_segment,
    matching,
    refresh_segment,
    segments_of,
)
from kernel.levels.services.tags import remove_tag, rename_tag, tag_members, tags_in_use

__all__ = [
    "change_level",
    "change_segment",
    "choose_members",
    "create_level",
    "create_segment",
    "delete_segment",
    "grow",
    "growth_of",
    "levels_of",
    "matching",
    "refresh_segment",
    "remove_tag",
    "rename_tag",
    "review",
    "segments_of",
    "set_level",
    "settle_order",
    "tag_members",
    "tags_in_use",
]

"""The blocks that pages are made of, as a gallery shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib.staticfiles import finders
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.tenancy.context import current_tenant
from themes.contract import Block
from themes.presets import presets_of
from themes.registry import all_blocks, is_on

_GROUPS: Final = (
    ("content", _("Content")),
    ("catalogue", _("Goods")),
    ("marketing", _("Marketing")),
    ("layout", _("Layout")),
    ("member", _("Members")),
    ("frame", _("Around the page")),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A block, as the gallery shows it.

    Attributes:
        picture: name of a static file; empty when there is none.
        presets: what it can begin as.
    """

    name: str
    type: str
    picture: str
    presets: list[str]
    is_off: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """Blocks of one kind."""

    name: str | Promise
    blocks: list[Shown]


def shelves() -> list[Shelf]:
    """Return the blocks that somebody can put on a page, by kind."""
    offered = [each for each in all_blocks().values() if presets_of(each.type) or each.module]
    found = [
        Shelf(name, [_shown(each) for each in offered if each.group == group])
        for group, name in _GROUPS
    ]
    return [each for each in found if each.blocks]


def picture_of_block(block_type: str) -> str:
    """Return the name of a block's picture among the static files; empty for none."""
    name = f"themes/blocks/{block_type}.webp"
    return name if finders.find(name) else ""


def _shown(block: Block) -> Shown:
    language = get_language()
    return Shown(
        name=block.label.in_language(language),
        type=block.type,
        picture=picture_of_block(block.type),
        presets=[each.name.in_language(language) for each in presets_of(block.type)],
        is_off=not is_on(block, current_tenant()),
    )

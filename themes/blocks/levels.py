"""Blocks about levels, and about balances that leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import Json, Settings
from themes.resolving import path_of


def _mine(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"mine": Binding.to("levels.mine")}


def _place(_settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Mapping[str, Any]:
    return {"href": path_of("account:level")}


def _parts(_settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    found = data["mine"]
    if not found or not (found["level"] or found["next"]):
        return None
    return parts.box(
        parts.text_part(found["level"] or found["next"], size="title"),
        parts.text_part(f"{found['percent']} %") if found["next"] else None,
    )


PROGRESS: Final = Block(
    type="member.level_progress",
    label=Text("会员等级进度", "Level and progress"),
    template="themes/blocks/level_progress.html",
    group="member",
    icon="star",
    vary="member",
    needs=_mine,
    prepare=_place,
    primitives=_parts,
    limit=1,
)
LEVELS: Final = Block(
    type="member.levels",
    label=Text("会员等级", "Levels"),
    template="themes/blocks/levels.html",
    group="member",
    icon="star",
    vary="member",
    limit=1,
)
WALLET: Final = Block(
    type="member.wallet",
    label=Text("提现与转赠", "Withdrawals"),
    template="themes/blocks/wallet.html",
    group="member",
    icon="wallet",
    vary="member",
    limit=1,
)
BLOCKS: Final = (PROGRESS, LEVELS, WALLET)

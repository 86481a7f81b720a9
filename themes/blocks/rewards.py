"""Blocks about what members earn by the modes of a shop."""

from __future__ import annotations

from typing import Final

from kernel.modules.manifest import Text
from themes.contract import Block

EARNINGS: Final = Block(
    type="member.earnings",
    label=Text("收益明细", "Earnings"),
    template="themes/blocks/earnings.html",
    group="member",
    icon="wallet",
    vary="member",
    limit=1,
)
RULES: Final = Block(
    type="reward.rules",
    label=Text("奖励规则", "Rules of rewards"),
    template="themes/blocks/reward_rules.html",
    group="member",
    icon="star",
    vary="member",
    limit=1,
)
BLOCKS: Final = (EARNINGS, RULES)

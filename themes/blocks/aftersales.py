"""Blocks about what happens after the sale."""

from __future__ import annotations

from typing import Final

from kernel.modules.manifest import Text
from themes.contract import Block

LIST: Final = Block(
    type="aftersale.list",
    label=Text("售后列表", "After-sales cases"),
    template="themes/blocks/case_list.html",
    group="member",
    icon="list",
    vary="member",
    limit=1,
)
REQUEST: Final = Block(
    type="aftersale.request",
    label=Text("申请售后", "After-sales request"),
    template="themes/blocks/case_request.html",
    group="member",
    icon="box",
    vary="member",
    limit=1,
)
CASE: Final = Block(
    type="aftersale.case",
    label=Text("售后详情", "After-sales case"),
    template="themes/blocks/case.html",
    group="member",
    icon="box",
    vary="member",
    limit=1,
)
BLOCKS: Final = (LIST, REQUEST, CASE)

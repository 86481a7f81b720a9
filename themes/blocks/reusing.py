"""The block that shows a reusable part of the shop."""

from __future__ import annotations

from typing import Final

from kernel.modules.manifest import Text
from themes.contract import Block
from themes.fields import PartName

REF: Final = Block(
    type="core.ref",
    label=Text("可复用部件", "Reusable part"),
    template="themes/blocks/ref.html",
    group="layout",
    icon="ref",
    settings={"part": PartName(label=Text("部件", "Part"))},
    limit=10,
)
BLOCKS: Final = (REF,)

"""A module whose migration fails where there are rows."""

from __future__ import annotations

from kernel.modules.manifest import Manifest, Text

manifest = Manifest(
    code="picky",
    package="testkit.tests.modules.picky",
    name=Text("测试", "Picky"),
    version="1.0.0",
    summary=Text("仅供测试。", "For tests only."),
    category="tests",
    tier="paid",
)

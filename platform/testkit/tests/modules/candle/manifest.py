"""A module that excludes the lamp."""

from __future__ import annotations

from kernel.modules.manifest import Manifest, Text

manifest = Manifest(
    code="candle",
    package="testkit.tests.modules.candle",
    name=Text("测试", "Candle"),
    version="1.0.0",
    summary=Text("仅供测试。", "For tests only."),
    category="tests",
    tier="paid",
    conflicts=("lamp",),
)

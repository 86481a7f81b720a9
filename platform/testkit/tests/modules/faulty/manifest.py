"""A module that breaks every rule."""

from __future__ import annotations

from kernel.modules.manifest import Manifest, Text

manifest = Manifest(
    code="faulty",
    package="testkit.tests.modules.faulty",
    name=Text("测试", "Faulty"),
    version="1.0.0",
    summary=Text("仅供测试。", "For tests only."),
    category="tests",
    tier="paid",
    requires=("lamp",),
)

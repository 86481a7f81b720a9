"""A module that needs the lamp."""

from __future__ import annotations

from kernel.modules.manifest import Manifest, Text

manifest = Manifest(
    code="shade",
    package="testkit.tests.modules.shade",
    name=Text("测试", "Shade"),
    version="1.0.0",
    summary=Text("仅供测试。", "For tests only."),
    category="tests",
    tier="paid",
    requires=("lamp",),
)

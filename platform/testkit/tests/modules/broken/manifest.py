"""A module whose migration fails in every schema."""

from __future__ import annotations

from kernel.modules.manifest import Manifest, Text

manifest = Manifest(
    code="broken",
    package="testkit.tests.modules.broken",
    name=Text("测试", "Broken"),
    version="1.0.0",
    summary=Text("仅供测试。", "For tests only."),
    category="tests",
    tier="paid",
)

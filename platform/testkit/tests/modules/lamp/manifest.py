"""A module with tables, routes and rights, that others lean on."""

from __future__ import annotations

from kernel.modules.manifest import Manifest, Page, Permission, Text

_HERE = "testkit.tests.modules.lamp"

manifest = Manifest(
    code="lamp",
    package="testkit.tests.modules.lamp",
    name=Text("测试", "Lamp"),
    version="1.0.0",
    summary=Text("仅供测试。", "For tests only."),
    category="tests",
    tier="paid",
    permissions=(Permission("lamp.manage", Text("管理灯", "Manage lamps")),),
    urls={"store": f"{_HERE}.urls_store", "console": f"{_HERE}.urls_console"},
    pages=(Page("", Text("灯", "Lamps"), "lamp.manage"),),
)

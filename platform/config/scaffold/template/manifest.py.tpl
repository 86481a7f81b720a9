"""What the module says of itself."""

from __future__ import annotations

from kernel.modules.manifest import Compliance, Manifest, Page, Permission, Setting, Text

manifest = Manifest(
    code="__code__",
    package="__package__",
    name=Text("__zh__", "__en__"),
    version="0.1.0",
    summary=Text(
        "会员可以留下记录，店员在后台查看。",
        "Members leave entries that staff can read.",
    ),
    category="marketing",
    tier="paid",
    permissions=(Permission("__code__.manage", Text("管理__zh__", "Manage __en__")),),
    settings=(
        Setting(
            key="most_entries",
            kind="int",
            label=Text("每位会员最多记录数", "Most entries of one member"),
            default=20,
            minimum=1,
            maximum=1000,
        ),
    ),
    urls={"store": "__package__.urls_store", "console": "__package__.urls_console"},
    pages=(Page("", Text("__zh__", "__en__"), "__code__.manage"),),
    compliance=Compliance(personal_data=("texts",)),
)

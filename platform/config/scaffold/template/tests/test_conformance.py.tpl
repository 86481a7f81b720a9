"""The module does what every module must."""

from __future__ import annotations

from __package__.services import leave_entry
from kernel.members.models import Member
from testkit.conformance import ModuleConformance


class TestConformance(ModuleConformance):
    code = "__code__"

    def populate(self, members: list[Member]) -> None:
        for member in members:
            leave_entry(member.id, text="一句话 words")

"""The suite itself, on a paid module that comes from another distribution."""

from __future__ import annotations

from kernel.members.models import Member
from testkit.conformance import ModuleConformance
from testkit.modules import carried

lamp = carried("testkit.tests.modules.lamp.manifest:manifest")


class TestPaidModule(ModuleConformance):
    code = "lamp"

    def populate(self, members: list[Member]) -> None:
        from testkit.tests.modules.lamp.models import Bulb, Lamp

        for member in members:
            Bulb.objects.create(lamp=Lamp.objects.create(member=member))

"""The kernel points to a module."""

from __future__ import annotations

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.tenancy.models import TenantModel
from testkit.tests.modules.lamp.models import Lamp


class Wall(TenantModel):
    """E002."""

    lamp = DBForeignKey(Lamp, db_on_delete=CASCADE)

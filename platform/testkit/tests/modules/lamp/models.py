"""A lamp belongs to a member, and forgets who hung it up."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel.access.models import Staff
from kernel.common.db.fields import CASCADE, SET_NULL, DBForeignKey
from kernel.members.models import Member
from kernel.tenancy.models import TenantModel


class Lamp(TenantModel):
    """A lamp."""

    objects: ClassVar[models.Manager[Lamp]] = models.Manager()
    id = models.BigAutoField(primary_key=True)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    hung_by = DBForeignKey(Staff, db_on_delete=SET_NULL, null=True)
    watts = models.PositiveIntegerField(default=40)


class Bulb(TenantModel):
    """A bulb goes with its lamp."""

    objects: ClassVar[models.Manager[Bulb]] = models.Manager()
    id = models.BigAutoField(primary_key=True)
    lamp = DBForeignKey(Lamp, db_on_delete=CASCADE)

"""Each model breaks one rule."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.members.models import Member
from kernel.tenancy.models import TenantModel
from testkit.tests.modules.lamp.models import Lamp


class Unstamped(models.Model):
    """E003: no `TenantModel`."""


class Leaning(TenantModel):
    """E004: points to another module."""

    lamp = DBForeignKey(Lamp, db_on_delete=CASCADE)


class Plain(TenantModel):
    """E005: Django's own foreign key to the kernel."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")


class Showing(TenantModel):
    """E006: shows a name on the kernel's model."""

    member = DBForeignKey(Member, db_on_delete=CASCADE, related_name="faulty_things")


class Many(TenantModel):
    """E007: an automatic table between."""

    members = models.ManyToManyField(Member, related_name="+")


class Child(Member):
    """E008: inherits a table of the kernel."""

    age = models.IntegerField()


class Anything(TenantModel):
    """E009: names tables by number."""

    kind = DBForeignKey(ContentType, db_on_delete=CASCADE)
    key = models.BigIntegerField()
    target = GenericForeignKey("kind", "key")


class Inner(TenantModel):
    """E010: a foreign key inside the module without the database's action."""

    owner = models.ForeignKey(Showing, on_delete=models.CASCADE, related_name="+")

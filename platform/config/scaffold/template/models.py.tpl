"""What members left."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import uuid7
from kernel.members.models import Member
from kernel.tenancy.models import TenantModel


class Entry(TenantModel):
    """A line that a member left; it goes with the member."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    text = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())

    @override
    def __str__(self) -> str:
        return self.text

"""Logos and icons of brands, in the public schema: a partner's is shown by many tenants."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

LARGEST = 512 * 1024
"""Bytes of one picture after it was drawn anew."""


class BrandPicture(models.Model):
    """A picture, known by what it consists of; nothing in it tells whose it is.

    Attributes:
        name: SHA-256 of the content, in hex, and the ending that tells its type.
    """

    name = models.CharField(primary_key=True, max_length=72)
    content = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "branding_picture"
        constraints = [
            models.CheckConstraint(
                name="branding_picture_name",
                condition=models.Q(name__regex=r"^[0-9a-f]{64}\.(png|jpg|webp|gif|svg)$"),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name

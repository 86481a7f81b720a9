"""What was told of pages, until it is counted, and the counts of each block and day.

Nothing here says who it was: a page that is left tells which of its blocks were in sight.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from typing_extensions import override

from kernel.tenancy.models import TenantModel

LONGEST_PAGE: Final = 120
LONGEST_BLOCK: Final = 80


class LeftPage(TenantModel):
    """A page that somebody left: what was in sight of it, and what was tapped.

    Attributes:
        seen: ids of blocks; those around the page after the name of their document.
        taps: how often each was tapped, by id.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    page = models.CharField(max_length=LONGEST_PAGE)
    seen = models.JSONField()
    taps = models.JSONField()

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.page}"


class BlockFigures(TenantModel):
    """A block of a page on one day of the shop's clock.

    Attributes:
        page: the name of the document.
        seen: pages that were left on which it had been in sight.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    page = models.CharField(max_length=LONGEST_PAGE)
    block = models.CharField(max_length=LONGEST_BLOCK)
    seen = models.PositiveBigIntegerField()
    taps = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["page", "day", "block"], name="theme_figures_once")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.page} {self.block}"

"""How a shop handles its orders, and the counter behind their numbers."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

from kernel.tenancy.models import TenantModel

RECEIVE_DAYS: Final = 10
COMPLETE_DAYS: Final = 7


class OrderPolicy(TenantModel):
    """A tenant's choices; one row, or none while nothing was chosen.

    Attributes:
        unpaid_minutes: an unpaid order is cancelled after so long; 0 for never.
        receive_days: goods count as received so long after they left; 0 for never.
        complete_days: a received order is completed after so long.
        number_prefix: capitals in front of order numbers.
        number_dated: the tenant's day stands in the number, as ``yymmdd``.
        number_digits: the counter is filled up to so many with zeros.
        guests_may_order: without an account, by leaving a way to be reached.
        after_sale_days: what arrived may be sent back without a reason for so long; 0 for never.
        fault_days: faults may be reported for so long.
        silent_days: a request that the shop has not answered counts as accepted after so
            long; 0 for never.
        send_back_days: a case is closed when nothing was sent back after so long; 0 for never.
        inspect_days: what was sent back counts as received after so long; 0 for never.
        difference_days: for so long an exchange waits for what is to be paid on top; then
            the money for the old goods goes back instead; 0 for never.
        returns_recount: what was given from an amount or number on is taken off what goes
            back once too little is kept for it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    unpaid_minutes = models.PositiveIntegerField(default=30)
    receive_days = models.PositiveIntegerField(default=RECEIVE_DAYS)
    complete_days = models.PositiveIntegerField(default=COMPLETE_DAYS)
    number_prefix = models.CharField(max_length=8, default="", blank=True)
    number_dated = models.BooleanField(default=True)
    number_digits = models.PositiveSmallIntegerField(default=6)
    guests_may_order = models.BooleanField(default=True)
    after_sale_days = models.PositiveSmallIntegerField(default=7)
    fault_days = models.PositiveSmallIntegerField(default=15)
    silent_days = models.PositiveSmallIntegerField(default=3)
    send_back_days = models.PositiveSmallIntegerField(default=7)
    inspect_days = models.PositiveSmallIntegerField(default=10)
    difference_days = models.PositiveSmallIntegerField(default=7)
    returns_recount = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="orders_one_policy"),
        ]


class OrderSerial(TenantModel):
    """Draws order numbers: rows are written for the sake of their ids, and go at once.

    An identity column takes no lock, so orders placed at the same time do not wait
    for each other; a number is skipped when its order is refused.
    """

    id = models.BigAutoField(primary_key=True)
    drawn_at = models.DateTimeField()

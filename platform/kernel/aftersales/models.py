"""After-sales cases, what is in them and what was said: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.aftersales.choices import (
    CaseKind,
    CaseState,
    EntryKind,
    LineRole,
    PayoutMeans,
    PayoutState,
    Reason,
    Remedy,
    Side,
    Verdict,
)
from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class ReturnAddress(TenantModel):
    """Where buyers send goods back to; one row, or none while nothing was chosen."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=20)
    line = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="aftersales_one_address"),
        ]


class Case(TenantModel):
    """What a buyer asks for after the sale, of one order.

    Amounts are in minor units of ``currency``.

    Attributes:
        number: that of the order, with a counter; shown to people.
        amount_minor: what the buyer gets: the lines and the freight, less
            ``gift_charge_minor``, the worth of gifts that did not come back, and
            ``recount_minor``, discounts that what is kept does not earn; the last is
            negative where an earlier case took off what is earned no more or again.
        recounts: discounts are counted anew, as the shop's terms said when it began.
        surcharge_minor: what the buyer pays on top, at an exchange.
        refunded_minor: what has gone back of it.
        return_address: name, phone, line; from when the goods may be sent back.
        offer: what the shop proposes instead: kind, remedy, amounts by line, freight.
        due_at: when it goes on by itself; None for never.
        needs_staff: it could not go on by itself.
        received_at: the goods are back at the shop.
        escalated_at: since when the platform decides the dispute.
        version: grows with each step; who decides names the one that he has seen.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=52)
    order = DBForeignKey("orders.Order", db_on_delete=RESTRICT)
    member = DBForeignKey(
        "members.Member", db_on_delete=RESTRICT, null=True, blank=True, db_index=False
    )
    kind = models.CharField(max_length=16, choices=CaseKind.choices)
    remedy = models.CharField(max_length=12, choices=Remedy.choices)
    state = models.CharField(max_length=14, choices=CaseState.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(default=0)
    freight_minor = models.BigIntegerField(default=0)
    gift_charge_minor = models.BigIntegerField(default=0)
    recount_minor = models.BigIntegerField(default=0)
    recounts = models.BooleanField(default=False)
    surcharge_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    return_address = models.JSONField(default=dict, blank=True)
    carrier = models.CharField(max_length=60, default="", blank=True)
    tracking = models.CharField(max_length=80, default="", blank=True)
    new_carrier = models.CharField(max_length=60, default="", blank=True)
    new_tracking = models.CharField(max_length=80, default="", blank=True)
    offer = models.JSONField(null=True, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default="", blank=True)
    needs_staff = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["number"], name="aftersales_number"),
            models.CheckConstraint(
                condition=one_of("state", CaseState.values), name="aftersales_state"
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gte=0,
                    freight_minor__gte=0,
                    gift_charge_minor__gte=0,
                    surcharge_minor__gte=0,
                    refunded_minor__gte=0,
                    refunded_minor__lte=F("amount_minor"),
                ),
                name="aftersales_refunded_at_most_amount",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["member", "-id"], name="aftersales_of_member"),
            models.Index(
                fields=["due_at"], name="aftersales_due", condition=Q(due_at__isnull=False)
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("asc", self.id)

    @override
    def __str__(self) -> str:
        return self.number


class CaseLine(TenantModel):
    """So many of an order's line.

    Attributes:
        unshipped_quantity: of these, not sent yet and not to be sent any more.
        refund_minor: what the buyer gets for it; of an exchange, the difference to something
            cheaper.
        waived_minor: what of it was taken off the order already.
        withheld_minor: its share of what gifts and discounts took off the refund.
        variant_id: what is sent instead, of an exchange.
        extra_unit_minor: what each piece of it costs more, without taxes that are put on.
        extra_minor: what all of it costs more, with them.
        charged: what undoes that on the order; empty while it is not put on.
        accepted_quantity: how many came back as they should; None until inspected.
        restocked_quantity: how many of them went back on the shelf.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = DBForeignKey(Case, db_on_delete=CASCADE, db_index=False)
    line = DBForeignKey("orders.OrderLine", db_on_delete=RESTRICT)
    role = models.CharField(max_length=8, choices=LineRole.choices, default=LineRole.GOODS)
    quantity = models.PositiveIntegerField()
    unshipped_quantity = models.PositiveIntegerField(default=0)
    refund_minor = models.BigIntegerField(default=0)
    waived_minor = models.BigIntegerField(default=0)
    withheld_minor = models.BigIntegerField(default=0)
    variant_id = models.UUIDField(null=True, blank=True)
    extra_unit_minor = models.BigIntegerField(default=0)
    extra_minor = models.BigIntegerField(default=0)
    charged = models.JSONField(default=dict, blank=True)
    accepted_quantity = models.PositiveIntegerField(null=True, blank=True)
    restocked_quantity = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "line"], name="aftersales_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, refund_minor__gte=0, extra_minor__gte=0)
                & Q(unshipped_quantity__lte=F("quantity")),
                name="aftersales_line_of_some",
            ),
            models.CheckConstraint(
                condition=Q(accepted_quantity=None, restocked_quantity=0)
                | Q(
                    accepted_quantity__lte=F("quantity"),
                    restocked_quantity__lte=F("accepted_quantity"),
                ),
                name="aftersales_line_inspected",
            ),
        ]

    @property
    def shipped_quantity(self) -> int:
        """Of the pieces, those that had left the shop."""
        return self.quantity - self.unshipped_quantity


class CaseEntry(TenantModel):
    """What happened to a case, or what somebody said.

    Attributes:
        actor: kind, id and name of who did it.
        text: of people.
        data: what else there is to tell: amounts, tracking numbers.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = DBForeignKey(Case, db_on_delete=CASCADE, db_index=False)
    kind = models.CharField(max_length=16, choices=EntryKind.choices)
    side = models.CharField(max_length=8, choices=Side.choices)
    actor = models.JSONField()
    text = models.TextField(default="", blank=True)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="aftersales_story")]


class CasePicture(TenantModel):
    """A picture that somebody shows.

    Attributes:
        file: as it came; empty once the renditions are made, for cameras write places
            and times into pictures.
        renditions: file names in storage by width.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = DBForeignKey(CaseEntry, db_on_delete=CASCADE)
    position = models.PositiveSmallIntegerField()
    file = models.CharField(max_length=200, default="", blank=True)
    renditions = models.JSONField(default=dict, blank=True)


class CasePayout(TenantModel):
    """A part of what goes back, by one means.

    Attributes:
        intent_id: the payment that it is given back of.
        reference: of the entry among the order's payments; the refund's key where there is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = DBForeignKey(Case, db_on_delete=CASCADE)
    means = models.CharField(max_length=10, choices=PayoutMeans.choices)
    state = models.CharField(max_length=8, choices=PayoutState.choices)
    intent_id = models.UUIDField(null=True, blank=True)
    reference = models.CharField(max_length=120)
    minor = models.BigIntegerField()
    failure = models.CharField(max_length=120, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reference"], name="aftersales_payout_once"),
            models.CheckConstraint(condition=Q(minor__gt=0), name="aftersales_payout_positive"),
        ]

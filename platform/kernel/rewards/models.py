"""Programmes, what their engine remembers, and settlements: the tables.

A programme is the rule packs that a shop runs together, with its own figures.
Amounts are whole units at the scale of their asset.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.rewards.choices import ProgrammeState, SettlementState
from kernel.tenancy.models import TenantModel


class Programme(TenantModel):
    """Rule packs that run together over a shop's events.

    Attributes:
        packs: their codes, in the order in which they run.
        parameters: the shop's own figures over the defaults of the packs.
        assets: which asset of the ledger stands for each asset of the packs.
        version: counts changes of packs and parameters; events are pinned to it.
        remembered: the number of the latest record.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    packs = models.JSONField(default=list)
    parameters = models.JSONField(default=dict, blank=True)
    assets = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    remembered = models.BigIntegerField(default=0)
    state = models.CharField(
        max_length=8, choices=ProgrammeState.choices, default=ProgrammeState.DRAFT
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=one_of("state", ProgrammeState), name="rewards_programme_state_is_known"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("prg", self.id)


class Memory(TenantModel):
    """A record that the engine keeps between events; see `engine.store`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = DBForeignKey(Programme, db_on_delete=CASCADE)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    number = models.BigIntegerField()
    record = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "key"], name="rewards_memory_is_one_of_its_key"
            )
        ]


class DueOrder(TenantModel):
    """An order whose return window is over and which is to be settled.

    Attributes:
        base_minor: what rates are taken of, less what was refunded.
        paid_minor: what the buyer paid in all; once that is refunded, nothing is earned.
        refunded_minor: what he got back of it.
        path: who stood above the buyer when he paid, nearest first.
        parties: who else has a part in the order, by name of the part.
    """

    number = models.BigAutoField(primary_key=True)
    programme = DBForeignKey(Programme, db_on_delete=CASCADE)
    order_key = models.CharField(max_length=64)
    buyer_id = models.UUIDField()
    base_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0, db_default=0)
    refunded_minor = models.BigIntegerField(default=0, db_default=0)
    path = ArrayField(models.UUIDField(), default=list)
    parties = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["programme", "number"], name="rewards_due_of_programme"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(base_minor__gte=0), name="rewards_due_base"),
        ]


class Settlement(TenantModel):
    """A run that pays all due orders up to a number, or shares out a pool, once.

    Attributes:
        key: what it is for; a key is settled once.
        first, last: numbers of the due orders that belong to it.
        done: the number up to which it has got.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = DBForeignKey(Programme, db_on_delete=RESTRICT)
    key = models.CharField(max_length=80)
    rules = models.JSONField(default=list)
    first = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    state = models.CharField(
        max_length=8, choices=SettlementState.choices, default=SettlementState.RUNNING
    )
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "key"], name="rewards_settlement_of_a_key_is_one"
            ),
            models.CheckConstraint(
                condition=one_of("state", SettlementState),
                name="rewards_settlement_state_is_known",
            ),
        ]


class SettledLine(TenantModel):
    """What one order pays one member by one rule; written once, in bulk.

    Attributes:
        rule: the place of the rule in the settlement's list.
        level: how far above the buyer the member stood; 0 for parties of the order.
    """

    pk = models.CompositePrimaryKey("order_number", "rule", "level")
    settlement = models.UUIDField(db_column="settlement_id")
    order_number = models.BigIntegerField()
    rule = models.SmallIntegerField()
    level = models.SmallIntegerField()
    member_id = models.UUIDField()
    minor = models.BigIntegerField()


class Earning(TenantModel):
    """What a settlement pays a member in all.

    Attributes:
        lines: out of how many lines the sum is made.
    """

    pk = models.CompositePrimaryKey("settlement", "member_id")
    settlement = models.UUIDField(db_column="settlement_id")
    member_id = models.UUIDField()
    minor = models.BigIntegerField()
    lines = models.IntegerField()

    class Meta:
        indexes = [BrinIndex(fields=["settlement"], name="rewards_earning_of_settlement")]


class ExpiryNotice(TenantModel):
    """A batch of rewards of whose end its owner was told; written once for each."""

    lot_id = models.UUIDField(primary_key=True)
    told_at = models.DateTimeField()

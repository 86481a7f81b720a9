"""Draws: every row is written once and never changed.

The terms are published with the commitment to a seed; entries are chained, so that a
later change of any of them, of the terms or of the seed would show.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.rewards.draws.choices import Kind
from kernel.tenancy.models import TenantModel


class Draw(TenantModel):
    """The terms of a draw, as they were published.

    Attributes:
        terms: kind, prizes with quantity and chance, and how often one may enter; what
            the first link of the chain is made of.
        titles, rules: by language.
        commitment: SHA-256 of the seed, which lies sealed until the draw is revealed.
        adults_only: who enters says that he is 18 or older.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    titles = models.JSONField()
    rules = models.JSONField(default=dict, blank=True)
    terms = models.JSONField()
    commitment = models.CharField(max_length=64, unique=True)
    adults_only = models.BooleanField(default=False)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["closes_at"], name="reward_draws_closing")]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at"), published_at__lte=F("opens_at")),
                name="reward_draws_published_before_it_opens",
            ),
            models.CheckConstraint(condition=one_of("kind", Kind), name="reward_draws_kind"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.titles.get("zh-hans") or next(iter(self.titles.values()), ""))

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("drw", self.id)

    @property
    def prizes(self) -> list[dict[str, Any]]:
        """The prizes, the first one first."""
        return list(self.terms["prizes"])

    @property
    def secret(self) -> str:
        """Under which the seed is sealed."""
        return f"draws.seed.{self.id.hex}"


class Entry(TenantModel):
    """Somebody's chance in a draw.

    Attributes:
        number: 1, 2, 3 … in each draw.
        ticket: told to the member; it says nothing of who he is.
        holder: stands for the member in this draw, so that entries of one member are
            seen to be one's.
        link: of the chain, see `algorithm.next_link`.
        age_confirmed: he said that he is 18 or older.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draw = DBForeignKey(Draw, db_on_delete=RESTRICT, db_index=False)
    number = models.PositiveIntegerField()
    member = DBForeignKey("members.Member", db_on_delete=RESTRICT)
    ticket = models.CharField(max_length=32)
    holder = models.CharField(max_length=32)
    link = models.CharField(max_length=64)
    age_confirmed = models.BooleanField(default=False)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="reward_draws_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="reward_draws_from_one"),
        ]


class Win(TenantModel):
    """A prize that an entry has won.

    Attributes:
        prize: its place in the terms.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draw = DBForeignKey(Draw, db_on_delete=RESTRICT, db_index=False)
    number = models.PositiveIntegerField()
    prize = models.PositiveSmallIntegerField()
    member = DBForeignKey("members.Member", db_on_delete=RESTRICT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="reward_draws_won_once"),
        ]


class Reveal(TenantModel):
    """The seed of a draw, told at its end; the database lets only the committed one in.

    Attributes:
        chain: the last link of the entries.
        is_void: stopped before it was drawn.
    """

    draw = DBForeignKey(Draw, db_on_delete=RESTRICT, primary_key=True)
    seed = models.BinaryField()
    commitment = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)
    entries = models.PositiveIntegerField()
    is_void = models.BooleanField(default=False)
    revealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    commitment=Func(
                        Func(F("seed"), function="sha256", output_field=models.BinaryField()),
                        Value("hex"),
                        function="encode",
                        output_field=models.CharField(),
                    )
                ),
                name="reward_draws_seed_is_the_committed_one",
            )
        ]


class Stop(TenantModel):
    """A draw was stopped, by somebody or by a monitor; everybody can read why."""

    draw = DBForeignKey(Draw, db_on_delete=RESTRICT, primary_key=True)
    reason = models.CharField(max_length=300)
    stopped_by = models.CharField(max_length=120)
    stopped_at = models.DateTimeField()

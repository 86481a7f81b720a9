"""What somebody wants to buy."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.cart.choices import CartPurpose
from kernel.common.db.fields import CASCADE, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.inventory.values import MOST_QUANTITY
from kernel.tenancy.models import TenantModel


class Cart(TenantModel):
    """The cart of a member, or of whoever holds a token.

    Attributes:
        token_hash: SHA-256 of the token; the token itself is nowhere.
        expires_at: when an unused cart is forgotten; a member's own cart never is.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=8, choices=CartPurpose.choices, default=CartPurpose.CART)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE, null=True, db_index=False)
    token_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001  None is nobody's
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None, token_hash__isnull=False)
                | Q(member__isnull=False, token_hash=None),
                name="cart_has_one_owner",
            ),
            models.UniqueConstraint(fields=["member", "purpose"], name="cart_one_for_a_member"),
            models.UniqueConstraint(fields=["token_hash", "purpose"], name="cart_one_for_a_token"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False),
                name="cart_forgotten_at",
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("crt", self.id)


class CartLine(TenantModel):
    """So many of a variant, in one make-up.

    Attributes:
        variant: None once it was deleted; `title_seen` says what it was.
        options: what was chosen beside the variant.
        form: what the buyer wrote: an engraving, a greeting.
        campaign: reference of the campaign that it is bought in; empty for none.
        choice_hash: of variant, options, form and campaign: the same again is one line.
        unit_minor_seen: what a piece cost when the buyer last agreed to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = DBForeignKey(Cart, db_on_delete=CASCADE, db_index=False)
    variant = DBForeignKey("catalogue.Variant", db_on_delete=SET_NULL, null=True)
    title_seen = models.CharField(max_length=300, default="", blank=True)
    quantity = models.PositiveIntegerField()
    options = models.JSONField(default=dict, blank=True)
    form = models.JSONField(default=dict, blank=True)
    campaign = models.CharField(max_length=80, default="", blank=True)
    choice_hash = models.CharField(max_length=64)
    unit_minor_seen = models.BigIntegerField(null=True)
    currency_seen = models.CharField(max_length=3, default="", blank=True)
    selected = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "choice_hash"], name="cart_one_line_each"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_QUANTITY),
                name="cart_quantity_bounds",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("cln", self.id)

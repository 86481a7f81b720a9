"""Chains of partners, products and prices for the tests of billing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from uuid import UUID

from channel_center.billing.models import Offer, Wallet
from channel_center.billing.services.lists import draft_list, publish_list, set_line
from channel_center.billing.services.offering import define_edition, define_offer, define_product
from channel_center.billing.services.wallets import top_up, wallet_of
from channel_center.models import Channel
from kernel.audit.actor import Actor
from kernel.tenancy.context import public_context
from tenants.models import Tenant

ACTOR = Actor.system("tests")
NAMES = {"zh-hans": "产品", "en": "Product"}


@dataclass(frozen=True)
class Market:
    """A shop, the partners above it, and what it may buy."""

    tenant_id: UUID
    channels: tuple[UUID, ...]

    def wallet(self, level: int) -> Wallet:
        """Return the wallet of the partner of a level."""
        return wallet_of(channel_id=self.channels[level], currency="CNY")

    @property
    def shop_wallet(self) -> Wallet:
        """Return the shop's."""
        return wallet_of(tenant_id=self.tenant_id)

    def fund(self, minor: int, *, shop: int | None = None) -> None:
        """Put money on each wallet."""
        for level in range(len(self.channels)):
            put(self.wallet(level), minor)
        if shop is None or shop:
            put(self.shop_wallet, minor if shop is None else shop)


def put(wallet: Wallet, minor: int) -> None:
    """Put money on a wallet."""
    top_up(wallet, minor, source="bank", reference=token_hex(8), actor=ACTOR)


@public_context()
def make_market(tenant_id: UUID, levels: int) -> Market:
    """Put so many partners between the operator and a shop."""
    parent: Channel | None = None
    ids = []
    for _level in range(levels):
        slug = f"p-{token_hex(5)}"
        parent = Channel.objects.create(
            name=slug, slug=slug, host=f"{slug}.example.com", parent=parent
        )
        ids.append(parent.pk)
    Tenant.objects.filter(pk=tenant_id).update(channel_id=parent.pk if parent else None)
    return Market(tenant_id, tuple(ids))


@public_context()
def make_offers(
    terms: Sequence[str], *, feature: str = "media", kind: str = "quota", trial_days: int = 0
) -> list[Offer]:
    """Make a product with one edition for each term, each higher than the one before."""
    code = f"p{token_hex(4)}"
    product = define_product(code, kind=kind, names=NAMES, feature=feature, actor=ACTOR)
    made = []
    for rank, term in enumerate(terms, start=1):
        edition = define_edition(product, f"e{rank}", rank=rank, limits={"storage_mb": 100 * rank})
        made.append(define_offer(edition, f"{code}.e{rank}", term=term, trial_days=trial_days))
    return made


@public_context()
def price(market: Market, offers: Sequence[Offer], levels: Sequence[Sequence[int]]) -> None:
    """Publish what each level asks; the last row is what the shop is asked for."""
    for level, amounts in enumerate(levels):
        owner = market.channels[level - 1] if level else None
        audience = "shop" if level == len(market.channels) else "partner"
        row = draft_list(owner, audience=audience, currency="CNY", actor=ACTOR)
        for offer, amount in zip(offers, amounts, strict=True):
            set_line(
                row.id, offer.code, amount_minor=amount, owner_id=owner, may_lose=True, actor=ACTOR
            )
        publish_list(row.id, owner_id=owner, actor=ACTOR)

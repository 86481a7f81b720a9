"""A shop with one partner that shall come to another, for the tests of moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest

from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.moves import money
from channel_center.moves.choices import AskedBy
from channel_center.moves.models import Move
from channel_center.moves.money import MoneyLine, Parties, told
from channel_center.moves.policy import set_policy
from channel_center.moves.services import asking
from channel_center.partners.models import Reach
from channel_center.partners.services.endpoints import make_endpoint
from channel_center.services.channels import add_staff
from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.branding.fields import INHERITED, PROVEN
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.keys.models import ApiKey
from kernel.keys.services import KeyDraft, make_key
from kernel.payments.models import PaymentBinding
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.choices import DomainKind
from tenants.models import Domain, Hold, Job, Tenant
from tenants.services import jobs
from tenants.services.domains import add_domain
from testkit.sealing import root_key
from testkit.tenants import refreshed

ACTOR = Actor.system("tests")
OWNER = Actor("staff", "stf_owner", "王小梅")
OTHER = Actor("operator", "stf_other", "Zhou Li")


class TooPoor(DomainError):
    """The receiving side cannot pay."""

    code = "tests.too_poor"


@dataclass
class Book:
    """Credits the one side and charges the other, each once for a key."""

    price: int = 900
    owned: dict[UUID | None, int] = field(default_factory=dict)
    settled: set[UUID] = field(default_factory=set)
    refuses: bool = False

    def preview(self, parties: Parties, *, now: datetime) -> Sequence[MoneyLine]:
        return [
            MoneyLine("Unused time", Money(self.price, "CNY"), credited=True, side="giving"),
            MoneyLine("Wholesale", Money(self.price, "CNY"), credited=False, side="receiving"),
        ]

    def settle(self, key: UUID, parties: Parties, *, now: datetime) -> Mapping[str, Any]:
        if self.refuses:
            raise TooPoor
        if key not in self.settled:
            self.settled.add(key)
            self._move(parties.giving_id, self.price)
            self._move(parties.receiving_id, -self.price)
        return {
            "giving": str(parties.giving_id),
            "receiving": str(parties.receiving_id),
            "minor": self.price,
        }

    def take_back(self, key: UUID, done: Mapping[str, Any], *, now: datetime) -> None:
        if key in self.settled:
            self.settled.discard(key)
            self._move(UUID(done["giving"]), -done["minor"])
            self._move(UUID(done["receiving"]), done["minor"])

    def _move(self, side: UUID | None, minor: int) -> None:
        self.owned[side] = self.owned.get(side, 0) + minor


@pytest.fixture(autouse=True)
def book(db: None) -> Iterator[Book]:
    HOSTS.forget()
    found, former = Book(), money.money_legs()
    money.set_money_legs(found)
    with root_key():
        yield found
    money.set_money_legs(former)


def make_partner(name: str, *, parent: Channel | None = None, domain: str = "") -> Channel:
    brand: dict[str, Any] = {"name": name, "console_name": f"{name} Console"}
    if domain:
        brand |= {"store_domain": domain, PROVEN: [domain]}
    slug = f"{name.lower()}-{token_hex(3)}"
    with public_context():
        return Channel.objects.create(
            name=f"{name} Limited", slug=slug, host=f"{slug}.localhost", brand=brand, parent=parent
        )


@dataclass
class Scene:
    """A shop with Zeta that shall come to Eta."""

    shop: TenantRef
    zeta: Channel
    eta: Channel
    helper: Staff

    def ask(self, **told: Any) -> Move:
        options: dict[str, Any] = {"asked_side": AskedBy.SHOP, "actor": OWNER, "now": utc_now()}
        return asking.ask(self.shop.id, **({"address": self.eta.host} | options | told))

    def accept(self, move: Move) -> Move:
        now = utc_now()
        lines = told(
            money.of_side(money.money_legs().preview(asking.parties_of(move), now=now), "receiving")
        )
        return asking.accept(
            move.pk, receiving_id=move.receiving_id, agreed=lines, actor=OTHER, now=now
        )

    def begin(self) -> Move:
        set_policy(None, needs_approval=False, actor=ACTOR)
        return self.accept(self.ask())


@pytest.fixture
def scene(tenant_a: TenantRef) -> Scene:
    own, other = f"{token_hex(3)}.zeta-shops.net", f"{token_hex(3)}.eta-shops.net"
    zeta, eta = make_partner("Zeta", domain=own), make_partner("Eta", domain=other)
    hashed = "!"
    helper = add_staff(
        channel_id=zeta.pk, email=f"{token_hex(3)}@zeta.net", name="Zoe", password_hash=hashed
    )
    with public_context():
        brand = {"colour": "#123456", INHERITED: {"console_name": "Zeta", "store_domain": own}}
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=zeta.pk, brand=brand)
        Reach.objects.create(pk=helper.pk, tenant_ids=[str(tenant_a.id)])
        for each in (zeta, eta):
            make_endpoint(
                each.pk, name="hook", url="https://hooks.example.com/x", events=["*"], actor=ACTOR
            )
    add_domain(
        tenant_a.id,
        f"tea.{own}",
        kind=DomainKind.STORE,
        actor=ACTOR,
        primary=True,
        is_first=True,
    )
    with tenant_context(tenant_a):
        now = utc_now()
        for mode in ("direct", "connect"):
            PaymentBinding.objects.create(
                gateway="stripe", mode=mode, is_live=False, title=mode, is_enabled=True,
                checked_at=now,
            )  # fmt: skip
        boss = Staff.objects.get(email="owner@example.com")
        make_key(KeyDraft(name="till", scopes=["orders.view"]), by=boss, actor=OWNER, now=now)
    return Scene(refreshed(tenant_a), zeta, eta, helper)


def worked(move: Move) -> Job:
    move.refresh_from_db()
    assert move.job_id is not None
    claimed = jobs.claim(move.job_id)
    assert claimed is not None
    return jobs.work(claimed)


def state_of(shop: TenantRef) -> dict[str, Any]:
    """Return all that a move may touch."""
    with public_context():
        tenant = Tenant.objects.get(pk=shop.id)
        names = Domain.objects.filter(tenant=tenant).order_by("domain")
        found: dict[str, Any] = {
            "channel": tenant.channel_id,
            "brand": tenant.brand,
            "names": list(names.values_list("domain", "is_primary", "redirects", "state")),
            "holds": Hold.objects.filter(tenant=tenant, released_at=None).count(),
            "reach": list(Reach.objects.values_list("tenant_ids", flat=True)),
        }
    with tenant_context(shop):
        rows = PaymentBinding.objects.order_by("mode")
        found["accounts"] = list(rows.values_list("mode", "is_enabled", "needs_rebind"))
        found["keys"] = list(ApiKey.objects.values_list("name", "revoked_at"))
    return found

"""Steps of the shop's benchmark, with the settings that are served."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from time import perf_counter, process_time
from typing import Any, Final

import psutil
from django.core.management import call_command
from django.db import connection

from infra.bench.child import say
from infra.bench.ours import steps as installation
from infra.bench.shop.goods import SKUS, fill_shelves
from infra.bench.shop.visitors import ADDRESS
from kernel.catalogue.models import Variant
from kernel.checkout.services import Basket, Item, Placement, Shopper, place_many
from kernel.common.time import utc_now
from kernel.members.proven import Proven
from kernel.members.services.identities import sign_in_with
from kernel.orders.models import OrderGroup
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.choices import DomainKind
from tenants.directory import read_tenant
from tenants.models import Domain, Tenant

ACTOR = installation.ACTOR
_WARMING: Final = 2


def open_shop(products: int, pictured: int, members: int) -> dict[str, Any]:
    """Open a shop with goods and members; return its host, its goods and its members' tokens."""
    open_empty()
    call_command("collectstatic", interactive=False, verbosity=0)
    tenant, now = the_shop(), utc_now()
    with public_context():
        host = Domain.objects.get(tenant_id=tenant.id, kind=DomainKind.STORE).domain
    with tenant_context(tenant):
        say("filling the shelves", 0, products)
        fill_shelves(products, pictured=pictured, now=now)
        tokens = []
        for number in range(members):
            proven = Proven("email", f"member-{number}@example.com", name="Ada")
            tokens.append(sign_in_with(proven, device="bench", now=now).token)
            say("signing members in", number + 1, members)
        variants = [each.public_id for each in Variant.objects.order_by("sku")[:SKUS]]
    return {"host": host, "tokens": tokens, "variants": variants}


def open_empty() -> None:
    """Install, and open a shop with nothing in it."""
    installation.install()
    installation.fill(1)


def place_batches(batches: int, size: int) -> list[dict[str, float]]:
    """Place batches of orders as a sale's intake does; return what each took.

    One to three variants in an order, every buyer another one. Beside the seconds on
    the clock are those of processors, Python's and its server process's.
    """
    found = []
    with tenant_context(the_shop()):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            server = psutil.Process(cursor.fetchone()[0])
        # The first batches load code and plan statements.
        for number in range(-_WARMING, batches):
            placements = list(islice(_placements(number), size))
            before = (perf_counter(), process_time(), sum(server.cpu_times()[:2]))
            outcomes = place_many(placements, actor=ACTOR, now=utc_now())
            after = (perf_counter(), process_time(), sum(server.cpu_times()[:2]))
            if not all(outcome.is_new and outcome.group_id for outcome in outcomes):
                raise RuntimeError("an order was refused")
            clock, python, database = (b - a for a, b in zip(before, after, strict=True))
            if number >= 0:
                found.append({"clock": clock, "python": python, "database": database})
            say("placing batches", number, batches)
    return found


def count_orders() -> int:
    """Return how many groups of orders there are."""
    with tenant_context(the_shop()):
        return OrderGroup.objects.count()


def _placements(batch: int) -> Iterator[Placement]:
    variants = list(Variant.objects.order_by("sku").values_list("pk", flat=True)[:SKUS])
    number = 0
    while True:
        items = [
            Item(variants[(number * 7 + place * 13) % len(variants)], 1)
            for place in range(number % 3 + 1)
        ]
        key = f"{batch}-{number}"
        shopper = Shopper(email=f"{key}@example.com", token=key)
        yield Placement(Basket(items, shopper, "CNY", address=dict(ADDRESS)), key, None)
        number += 1


def the_shop() -> TenantRef:
    """Return the shop that was opened first."""
    with public_context():
        tenant_id = Tenant.objects.values_list("id", flat=True).earliest("created_at")
    return read_tenant(tenant_id)[0]

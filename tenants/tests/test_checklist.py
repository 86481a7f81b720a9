"""The owner's checklist says how things are, not what somebody ticked."""

from __future__ import annotations

import re
from secrets import token_hex

from kernel.audit.actor import Actor
from kernel.catalogue.models import Product
from kernel.common.time import utc_now
from kernel.payments.models import PaymentBinding
from kernel.payments.services import bind, set_enabled
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.ports import directory
from tenants.models import Domain, Tenant
from testkit.factories.orders import make_variant, pay, place
from testkit.sealing import root_key
from testkit.tenants import refreshed
from testkit.web import console
from themes.desk import draft_of, live_theme, pages_of
from themes.packs.services import put_on
from themes.releasing import publish

CLERK = Actor("staff", "stf_1", "Li")
STEPS = ["logo", "domain", "products", "payment", "theme", "publish", "sale"]
_STEP = re.compile(
    r'<li data-step="(\w+)"( class="done")?( aria-current="step")?>(.*?)</li>', re.DOTALL
)


def steps(tenant_a: TenantRef, *permissions: str) -> dict[str, tuple[bool, bool, str]]:
    """Return of each step whether it is done, whether it is the next, and what is said."""
    directory().forget(tenant_a.id)
    with console(refreshed(tenant_a)) as desk:
        desk.as_staff(*(permissions or ("*",)), email=f"{token_hex(4)}@example.com")
        page = desk.get("/", headers={"accept-language": "en"}).content.decode()
    return {
        code: (bool(done), bool(following), text)
        for code, done, following, text in _STEP.findall(page)
    }


def done(tenant_a: TenantRef) -> set[str]:
    return {code for code, (is_done, _next, _text) in steps(tenant_a).items() if is_done}


def test_each_step_is_done_when_the_thing_is_there_and_the_first_open_one_is_next(
    tenant_a: TenantRef,
) -> None:
    shown = steps(tenant_a)
    assert list(shown) == STEPS
    assert [code for code, (_done, is_next, _text) in shown.items() if is_next] == ["logo"]
    assert done(tenant_a) == set()

    with public_context():
        brand = Tenant.objects.get(pk=tenant_a.id).brand | {"logo_url": f"/look/{'a' * 64}.png"}
        Tenant.objects.filter(pk=tenant_a.id).update(brand=brand)
        Domain.objects.create(
            tenant_id=tenant_a.id, domain="tea-shop.com", kind="store", is_primary=False
        )
    shown = steps(tenant_a)
    assert "tea-shop.com waits for proof." in shown["domain"][2]
    assert (shown["logo"][0], shown["domain"][1]) == (True, True)

    with public_context():
        Domain.objects.filter(domain="tea-shop.com").update(state="verified")
    with tenant_context(tenant_a), root_key():
        variant = make_variant()
        put_on("fashion", actor=CLERK)
        row = bind(
            gateway="offline",
            is_live=False,
            title="Bank transfer",
            values={"way": "transfer", "instructions": "Soon.", "account": "6222", "days": 3},
            actor=CLERK,
            now=utc_now(),
        )
        assert "is not switched on yet" in steps(tenant_a)["payment"][2]
        set_enabled(row.pk, enabled=True, actor=CLERK)
        group = place((variant.pk, 1))
    assert done(tenant_a) == {"logo", "domain", "products", "payment", "theme"}
    assert "An order waits for payment." in steps(tenant_a)["sale"][2]

    with tenant_context(tenant_a):
        pay(group)
        page = next(each for each in pages_of(live_theme()) if each.template == "home")
        publish(page.pk, rev=draft_of(page).rev, note="", actor=CLERK)
    assert done(tenant_a) == set(STEPS)

    with tenant_context(tenant_a):
        Product.objects.update(status="draft")
        PaymentBinding.objects.update(is_enabled=False)
    shown = steps(tenant_a)
    assert done(tenant_a) == set(STEPS) - {"products", "payment"}
    assert "1 draft" in shown["products"][2]


def test_who_may_not_do_a_step_sees_it_without_a_button(tenant_a: TenantRef) -> None:
    shown = steps(tenant_a, "domains.manage")

    assert 'href="/domains/"' in shown["domain"][2]
    opened = [code for code, (_done, _next, text) in shown.items() if 'class="button' in text]
    assert opened == ["domain"]

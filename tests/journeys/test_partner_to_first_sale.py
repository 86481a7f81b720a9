"""From a partner who signs up to the first sale of a shop of his, on real processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from secrets import token_hex
from time import monotonic

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from channel_center.models import Channel
from channel_center.partners.services.tree import set_terms
from channel_center.services.channels import add_staff
from channel_center.snapshots.models import Template
from channel_center.snapshots.services.templates import Particulars, make_template, take_version
from channel_center.topups.models import Receiver, TopUpRequest
from channel_center.topups.services.receiving import set_receiver
from channel_center.topups.services.topping import decide
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.snapshots.registry import parts
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.ports import directory
from tenants.invalidation import announce
from tenants.models import Domain
from tenants.services.pool import refill
from testkit.factories.shipping import make_way
from tests.journeys.conftest import PASSWORD, Partner, Shop, Site, hashed
from tests.journeys.test_buying import bind_account, fits, write_address
from tests.journeys.test_design import ready
from tests.journeys.test_opening_a_shop import NEW_PASSWORD, open_page, sign_in
from themes.tests.samples import Shelf, picture_bytes

ACTOR = Actor.system("tests")
LOGO: FilePayload = {"name": "logo.webp", "mimeType": "image/webp", "buffer": picture_bytes(2)}
WIDTHS = (390, 1440)
STEPS = ("logo", "domain", "products", "payment", "theme", "publish", "sale")
# The promise is two seconds on a machine that does nothing else.


@dataclass(frozen=True)
class Stage:
    """Where the journey goes, and how wide its screens are."""

    browser: Browser
    site: Site
    width: int
    operator: str

    def desk(self, host: str, process: str) -> Desk:
        """Return a browser of somebody new at a console."""
        page = open_page(self.browser, language="en-US", width=self.width)
        return Desk(page, self.site.address(host, process).rstrip("/"))


@dataclass(frozen=True)
class Desk:
    """A browser of somebody, and where his console is."""

    page: Page
    base: str

    def go(self, path: str) -> None:
        """Open a page, which fits on a telephone and on a desk."""
        self.page.goto(f"{self.base}{path}")
        size = self.page.viewport_size
        assert size is not None
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844})
            assert fits(self.page, width), (path, width)
        self.page.set_viewport_size(size)

    def send(self, name: str) -> None:
        """Press a button of the page's main part."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()


@pytest.fixture
def operator(committing: None) -> str:
    email = f"{token_hex(4)}@example.com"
    add_staff(channel_id=None, email=email, name="Olga", password_hash=hashed())
    return email


@pytest.fixture
def template(shop: Shop) -> Iterator[str]:
    """The operator's template, taken from a shop that sells tea; partners may use it.

    What is shared with everybody does not stay for tests that come after.
    """
    tenant = inside(shop.store)
    with tenant_context(tenant):
        shelf = Shelf(tenant.currency)
        tea = shelf.category("Tea", "tea")
        shelf.product("Green tea", category=tea, minor=12_900, pictures=1)
        make_way(minor=800, currency=tenant.currency)
    row = make_template(Particulars("Tea house", is_shared=True), channel_id=None, actor=ACTOR)
    codes = [part.code for part in parts()]
    take_version(row.pk, tenant.id, codes, channel_id=None, actor=ACTOR)
    yield row.public_id
    with public_context():
        Template.objects.filter(pk=row.pk).update(archived_at=utc_now(), is_shared=False)


@pytest.fixture
def _paid_by_transfer(committing: None) -> Iterator[None]:
    """The operator takes transfers, as long as the test runs."""
    set_receiver(None, bank="Harbour Bank 6222 0000", least_minor=100, keys=None, actor=ACTOR)
    yield
    with public_context():
        TopUpRequest.objects.filter(receiver__channel=None).delete()
        Receiver.objects.filter(channel=None).delete()


def inside(host: str) -> TenantRef:
    found = directory().by_host(host, kind="store")
    assert found is not None
    return found


def sign_up(stage: Stage, above: Partner) -> Desk:
    """Have a partner applied for, approved and let in; return his console."""
    label = f"zeta-{token_hex(3)}"
    asks, rules = stage.desk(above.host, "channel"), stage.desk("operator.localhost", "channel")
    sign_in(asks.page, f"{asks.base}/sign-in/", above.email, PASSWORD)
    asks.go("/sub-partners/new/")
    told = {"name": label, "slug": label, "host": f"{label}.localhost", "person_name": "Zita",
            "person_email": f"{label}@example.com"}  # fmt: skip
    for field, value in told.items():
        asks.page.fill(f"#id_{field}", value)
    asks.send("Send")
    expect(asks.page.locator("main")).to_contain_text(label)

    sign_in(rules.page, f"{rules.base}/sign-in/", stage.operator, PASSWORD)
    rules.go("/partners/")
    row = rules.page.locator(".steps li", has_text=label)
    row.get_by_role("button", name="Approve").click()
    link = rules.page.inner_text(".secret code")
    for each in (asks, rules):
        each.page.context.close()

    desk = stage.desk(f"{label}.localhost", "channel")
    desk.page.goto(link)
    desk.page.fill("#id_password", NEW_PASSWORD)
    desk.page.click("main form button")
    sign_in(desk.page, f"{desk.base}/sign-in/", told["person_email"], NEW_PASSWORD)
    expect(desk.page).to_have_url(f"{desk.base}/")
    return desk


def top_up(desk: Desk) -> None:
    """Say that a transfer is under way; it is on the balance once the operator saw it."""
    desk.go("/top-ups/")
    desk.page.fill("#id_amount", "200.00")
    desk.page.fill("#id_reference", desk.base[-20:])
    desk.page.locator("#top-up button").click()
    expect(desk.page.locator("main")).to_contain_text("Being checked")
    with public_context():
        row = TopUpRequest.objects.get(reference=desk.base[-20:])
    decide(row.pk, receiver_channel=None, minor=20_000, actor=ACTOR, now=utc_now())
    desk.go("/")
    expect(desk.page.locator("main .tiles", has_text="¥200.00")).to_be_visible()
    expect(desk.page.locator("#chart-balance-title")).to_be_visible()


def status_of(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    return answer.status


def open_shop(desk: Desk, site: Site, template: str, label: str) -> str:
    """Open a shop from a template, and wait until it answers; return the owner's first password.

    How long that takes is measured by `stoa bench provisioning`.
    """
    desk.go("/shops/new/")
    fields = {"name": "Tea at the harbour", "label": label, "owner_name": "Li",
              "owner_email": f"{label}@example.com"}  # fmt: skip
    for field, value in fields.items():
        desk.page.fill(f"#id_{field}", value)
    desk.page.select_option("#id_template", template)
    desk.page.select_option("#id_locale", "en")
    began = monotonic()
    desk.page.click("main form button.button")
    store = site.address(f"{label}.localhost", "store")
    visitor = desk.page.context.new_page()
    while status_of(visitor, store) != HTTPStatus.OK:
        assert monotonic() - began < 90
    visitor.close()
    return desk.page.inner_text(".secret code")


def steps_done(desk: Desk) -> set[str]:
    desk.go("/")
    done = desk.page.locator("[data-step].done")
    return {str(each.get_attribute("data-step")) for each in done.all()}


def set_up(owner: Desk, site: Site, label: str) -> None:
    """Follow the checklist from the logo to the published page."""
    owner.page.locator("[aria-current=step] a").click()
    expect(owner.page).to_have_url(f"{owner.base}/brand/")
    owner.page.set_input_files("#id_logo_url", LOGO)
    owner.page.click(".looks-save button")
    expect(owner.page.locator(".notice.success")).to_be_visible()
    own = f"{label}.shop-owner.com"
    owner.go("/domains/")
    owner.page.fill("#id_domain", own)
    owner.page.click("main form button")
    with public_context():
        row = Domain.objects.get(domain=own)
        Domain.objects.filter(pk=row.pk).update(state="verified")
        announce(row.tenant_id)
    bind_account(owner.page, f"{owner.base}/", site)
    owner.go("/themes/packs/")
    owner.page.locator("button[name=theme][value^='fresh:']").first.click()
    expect(owner.page.locator(".notice.success")).to_be_visible()


def publish(owner: Desk) -> None:
    """Publish the front page as it stands, on a screen that has room for it."""
    size = owner.page.viewport_size
    assert size is not None
    owner.page.set_viewport_size({"width": 1440, "height": 900})
    owner.page.goto(f"{owner.base}/design/")
    owner.page.locator("main a[href*='/design/']").first.click()
    ready(owner.page)
    owner.page.evaluate("designDesk.hide(designDesk.doc.blocks.at(-1).id)")
    expect(owner.page.locator(".saving")).to_have_text("Saved")
    owner.page.get_by_role("button", name="Publish").click()
    owner.page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(owner.page.locator(".notice", has_text="The page is live.")).to_be_visible()
    owner.page.set_viewport_size(size)


def buy(browser: Browser, store: str, width: int) -> None:
    """Be a guest who finds tea, and pays by card."""
    page = open_page(browser, language="en-US", width=width)
    page.goto(f"{store}products/product-1/")
    page.get_by_role("button", name="Buy now").click()
    page.fill("#contact-email", "guest@example.com")
    write_address(page, is_live=True)
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("button", name="Pay ¥").click()
    page.fill("input[name=card]", "4242 4242 4242 4242")
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("h1")).to_have_text("Paid. Thank you!", timeout=180_000)
    page.context.close()


def in_many_shops(desk: Desk, action: str) -> None:
    """Tick all shops of the list, have something done to them, and watch it."""
    desk.go("/shops/")
    desk.page.check("#bulk [data-all]")
    desk.page.select_option("#id_bulk_action", action)
    desk.page.locator("#bulk button").click()
    if action == "hold":
        desk.page.fill("#id_reason", "unpaid")
    desk.page.locator("main form.card button.button").click()
    expect(desk.page.locator("[data-part=bulk]:not([data-live]) .pill.good").first).to_be_visible()


def come_in(partner: Desk, owner: Desk) -> None:
    """Ask to be let in, be let in, and stand in the shop's own log under both names."""
    partner.go("/shops/")
    partner.page.locator("td > a[href^='/shops/']").first.click()
    partner.page.locator("a[href$='/visits/']").click()
    partner.page.fill("#id_reason", "Freight is wrong")
    partner.page.locator("main form.card button, main .card form button.button").last.click()
    asked = partner.page.url
    owner.go("/staff/security/")
    owner.page.locator("a[href^='/staff/visits/']").click()
    for box in owner.page.locator("main input[type=checkbox]").all():
        box.check()
    owner.page.locator("main form button.button").first.click()
    expect(owner.page.locator(".notice.success")).to_be_visible()
    partner.page.goto(asked)
    partner.page.locator("form[action$='/enter/'] button").click()
    partner.page.wait_for_url("**/support/**")
    partner.page.click("main form button")
    expect(partner.page.locator(".notice.visit")).to_contain_text("Zita")
    owner.go("/activity/")
    expect(owner.page.locator("main")).to_contain_text("Zita")


@pytest.fixture(params=WIDTHS)
def stage(request: pytest.FixtureRequest, browser: Browser, site: Site, operator: str) -> Stage:
    return Stage(browser, site, request.param, operator)


@pytest.mark.usefixtures("_paid_by_transfer")
def test_a_partner_signs_up_opens_a_shop_from_a_template_and_it_sells(
    stage: Stage, partner: Partner, template: str
) -> None:
    site = stage.site
    with public_context():
        above = Channel.objects.get(host=partner.host)
    set_terms(
        above.pk,
        levels_below=1,
        approves_below=False,
        credit_limit_minor=0,
        currency="CNY",
        actor=ACTOR,
    )
    refill(1)
    zita = sign_up(stage, partner)
    top_up(zita)
    visitor = stage.desk("localhost", "store").page

    label = f"tea-{token_hex(3)}"
    password = open_shop(zita, site, template, label)
    store = site.address(f"{label}.localhost", "store")
    owner = stage.desk(f"console.{label}.localhost", "console")
    sign_in(owner.page, f"{owner.base}/sign-in/", f"{label}@example.com", password)
    for field, text in (("present", password), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)):
        owner.page.fill(f"#id_{field}", text)
    owner.page.click("main form button")

    assert steps_done(owner) <= {"products"}
    set_up(owner, site, label)
    publish(owner)
    assert steps_done(owner) == set(STEPS) - {"sale"}
    buy(stage.browser, store, stage.width)
    assert steps_done(owner) == set(STEPS)

    come_in(zita, owner)
    in_many_shops(zita, "hold")
    assert status_of(visitor, store) == HTTPStatus.SERVICE_UNAVAILABLE
    in_many_shops(zita, "lift")
    assert status_of(visitor, store) == HTTPStatus.OK
    for page in (zita.page, owner.page, visitor):
        page.context.close()

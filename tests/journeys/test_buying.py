"""From a file of products to a parcel in a member's hands, on real processes, to the last cent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django import Settings
from typer.testing import CliRunner

from config.cli import doctor
from kernel.audit.actor import Actor
from kernel.catalogue.choices import ProductKind
from kernel.common.money import Money
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.fulfilment.services import add_keys, hand_over
from kernel.ledger.services import TENANT, Owner, adjust, balance
from kernel.ledger.services import verify as verify_ledger
from kernel.members.models import Member
from kernel.members.services.addresses import Place, add_address
from kernel.members.tests.people import last_code
from kernel.orders.models import Order
from kernel.orders.timeline import explained, figures_of
from kernel.payments.choices import Verdict
from kernel.payments.models import Attempt, PaymentBinding, Proof
from kernel.payments.services import bind, review, set_enabled, sweep
from kernel.relations.models import Relation
from kernel.relations.services import invite_code_of
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.ports import directory
from testkit.factories.orders import make_variant
from testkit.factories.shipping import make_way
from tests.journeys.apparel import export
from tests.journeys.conftest import PASSWORD, Shop, Site
from tests.journeys.test_opening_a_shop import open_page as open_desk
from tests.journeys.test_opening_a_shop import sign_in
from tests.journeys.test_storefront import WCAG
from themes.tests.samples import Shelf, picture_bytes

CLERK = Actor("staff", "stf_1", "李文")
HOOK_SECRET = "whsec_ajourney"
TRANSFER: dict[str, object] = {
    "way": "transfer",
    "instructions": "Please transfer within three days.",
    "account": "6222 0000 0000 0000",
    "days": 3,
}
HOME_OF_HERS = Place("Lan", "13800138000", "Huaihai Road 1", region_code="310104")
PROOF: FilePayload = {"name": "proof.webp", "mimeType": "image/webp", "buffer": picture_bytes(1)}
KEY = "sk_test_ajourneythroughtheshop"
ACCOUNT = {
    "title": "Card",
    "value_restricted_key": KEY,
    "value_publishable_key": "pk_test_ajourneythroughtheshop",
    "value_webhook_secret": HOOK_SECRET,
}
BOOKS = ("ledger", "stock", "orders", "relations")
DESK = (
    *("/", "/orders/", "/orders/ship/", "/orders/reviews/", "/members/", "/products/"),
    *("/products/new/", "/categories/", "/collections/", "/collections/new/rules/", "/labels/"),
    *("/brands/", "/library/", "/units/", "/product-types/", "/stock/transfers/"),
    *("/prices/", "/prices/new/", "/prices/explain/?find=a&quantity=1", "/stock/"),
    *("/stock/movements/", "/stock/count/", "/stock/transfers/new/", "/stock/locations/"),
    *("/promotions/", "/promotions/new/?kind=reduction", "/promotions/new/?kind=add_on"),
    *("/coupons/", "/coupons/new/?kind=percent", "/levels/", "/levels/new/", "/segments/"),
    *("/segments/new/", "/tags/", "/withdrawals/", "/withdrawals/batches/"),
    *("/imports/", "/payments/received/", "/payments/refunds/", "/payments/splits/"),
    "/payments/add/",
    *("/ledger/journals/", "/ledger/differences/", "/staff/", "/staff/roles/new/", "/staff/new/"),
    *("/staff/security/", "/account/security/", "/account/factor/", "/exports/"),
    *("/account/keys/", "/account/sign-on/", "/provider/", "/provider/archive/"),
    *("/keys/", "/keys/new/", "/webhooks/", "/webhooks/new/", "/webhooks/events/"),
    *("/shipping/", "/shipping/templates/new/", "/shipping/ways/new/?method=same_city"),
    *("/figures/", "/figures/visits/", "/figures/money/", "/jobs/", "/fields/", "/activity/"),
    *("/notifications/", "/notifications/order.paid/email/en/", "/notifications/sent/"),
    *("/notices/", "/orders/policy/", "/orders/pickup/", "/orders/export/", "/after-sales/"),
    *("/taxes/", "/taxes/zones/new/", "/documents/", "/documents/requests/"),
    *("/languages/", "/languages/currencies/new/", "/languages/translations/"),
    *(
        "/languages/words/",
        "/documents/entities/new/",
        "/themes/packs/",
        "/rewards/",
        "/rewards/BD-02/",
        "/rewards/compose/?from=BD-01",
        "/rewards/simulations/",
        "/rewards/running/",
    ),
    *("/rewards/monitors/", "/rewards/draws/", "/rewards/risk/"),
    *("/rewards/approvals/", "/ledger/"),
)
PHONE = 390
# What a machine does in a moment takes a busy one much longer.
PATIENCE = 180_000


@pytest.fixture(autouse=True)
def _same_keys_and_bank(site: Site, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(site.keys)
    settings.STOA_STRIPE_API_BASE = site.stripe.url
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


@contextmanager
def inside(shop: Shop) -> Iterator[TenantRef]:
    """Be the shop."""
    tenant = directory().by_host(shop.store, kind="store")
    assert tenant is not None
    with tenant_context(tenant):
        yield tenant


def send_by_post(currency: str) -> None:
    """Have freight to pay."""
    make_way(minor=800, currency=currency)


def account(gateway: str, values: dict[str, object], title: str) -> None:
    """Have an account to be paid to."""
    row = bind(
        gateway=gateway, is_live=False, title=title, values=values, actor=CLERK, now=utc_now()
    )
    set_enabled(row.id, enabled=True, actor=CLERK)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """Something to sell, freight to pay, a bank account to be paid to."""
    with inside(shop) as tenant:
        shelf = Shelf(tenant.currency)
        tea = shelf.category("Tea", "tea")
        shelf.product("Green tea", category=tea, minor=12_900, pictures=1)
        send_by_post(tenant.currency)
        account("offline", TRANSFER, "Bank transfer")
    return shop


@pytest.fixture
def ways_of_all_kinds(stocked: Shop) -> Shop:
    """Keys to sell, goods to fetch, and what needs no bank to be paid."""
    with inside(stocked) as tenant:
        currency = tenant.currency
        stocked_keys = make_variant(
            kind=ProductKind.CARD_KEY, handle="gift", title="Gift card", minor=5_000, stock=0
        )
        add_keys(stocked_keys.pk, ["KEY-ONE-111"], actor=CLERK, now=utc_now())
        names = {"en": "Fetch it", "zh-hans": "到店自提"}
        make_way("counter", method="pickup", names=names, currency=currency)
        account("wallet", {"asset": currency.lower()}, "Balance")
        account("offline", {"way": "delivery", "instructions": "Have it ready."}, "At the door")
    return stocked


def open_page(browser: Browser, width: int, *, script: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, locale="en-US", java_script_enabled=script
    )
    context.set_default_timeout(90_000)
    return context.new_page()


def register(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#id_name", "Lan")
    page.fill("#id_login", "lan@example.com")
    page.fill("#id_password", "seven quiet boats at noon")
    page.click("main form button")
    page.wait_for_load_state()


def write_address(page: Page, *, is_live: bool) -> None:
    """Write an address; without scripts each division is asked for by the form's button."""
    page.fill("#place-name", "Wang Xiaomei")
    page.fill("#place-phone", "13800138000")
    page.fill("#place-line", "Huaihai Road 1")
    for number, (level, code) in enumerate((("province", "440000"), ("prefecture", "440300"))):
        page.select_option(f"#place-{level}", code)
        if not is_live:
            page.get_by_role("button", name="Go on choosing the region").click()
        expect(page.locator("#place-region select")).to_have_count(number + 3)
    page.select_option("#place-district", "440305")
    if is_live:
        expect(page.locator("shop-live[aria-busy]")).to_have_count(0)


def import_goods(desk: Page, console: str) -> None:
    """Hand a shop's export in, look, and put it on sale."""
    desk.goto(f"{console}imports/")
    file: FilePayload = {"name": "apparel.csv", "mimeType": "text/csv", "buffer": export(stock=5)}
    desk.set_input_files("input[type=file]", file)
    desk.click("main form.card button")
    expect(desk.locator("main")).to_contain_text("Varsity Cardigan")
    desk.check("#id_publish")
    desk.click("button[value=import]")
    expect(desk.locator(".page-head .pill.good")).to_be_visible(timeout=PATIENCE)
    expect(desk.locator(".tile b").first).to_have_text("6")


def bind_account(desk: Page, console: str, site: Site) -> None:
    """Fill in the account's form, switch it on, and tell Stripe where notices go."""
    desk.goto(f"{console}payments/add/stripe/direct/")
    for name, value in ACCOUNT.items():
        desk.fill(f"#id_{name}", value)
    desk.click("main form.card button.button")
    hook = desk.locator("dd.mono").inner_text()
    assert HOOK_SECRET not in desk.content()
    desk.click("button[name=enabled][value='1']")
    expect(desk.locator("button[name=enabled][value='0']")).to_be_visible()
    site.stripe.listen(hook.strip(), secret=HOOK_SECRET, key=KEY)


def put_into_cart(page: Page, base: str, word: str, size: str = "") -> None:
    page.goto(base)
    page.fill("#shop-search", word)
    page.press("#shop-search", "Enter")
    found = page.locator("article.product-card a").first
    # The index takes in what was imported a moment ago by events.
    page.wait_for_load_state()
    for _try in range(60):
        if found.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    found.click()
    if size:
        page.locator(".option-value", has_text=size).click()
    page.get_by_role("button", name="Add to cart").click()
    page.wait_for_load_state()


def pay_by_card(page: Page) -> None:
    page.get_by_role("button", name="Pay ¥").click()
    expect(page.locator("output")).to_contain_text("118.00")
    page.fill("input[name=card]", "4000 0000 0000 0002")
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("[role=alert]")).to_contain_text("declined")
    page.fill("input[name=card]", "4242 4242 4242 4242")
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("h1")).to_have_text("Paid. Thank you!", timeout=PATIENCE)


def ship(desk: Page, quantities: tuple[str, ...], tracking: str) -> None:
    """Send a parcel with so many of each line that is still open."""
    fields = desk.locator("#ship input[type=number]")
    expect(fields).to_have_count(len(quantities))
    for number, quantity in enumerate(quantities):
        fields.nth(number).fill(quantity)
    desk.fill("#id_carrier", "SF Express")
    desk.fill("#id_tracking", tracking)
    desk.click("#ship button")
    expect(desk.locator(".notice.success")).to_be_visible()


def receive(page: Page) -> None:
    page.get_by_role("link", name="See the order").click()
    expect(page.locator(".parcel")).to_have_count(2)
    expect(page.locator(".parcel").nth(1)).to_contain_text("SF2")
    page.get_by_role("link", name="Confirm receipt").click()
    page.get_by_role("button", name="Yes, it is here").click()
    expect(page.locator(".big-state")).to_have_text("Received")
    expect(page.locator(".timeline")).to_contain_text("Freight +¥8.00")
    expect(page.locator(".timeline")).to_contain_text("Paid so far +¥118.00")


def prove_the_books(shop: Shop) -> None:
    """Have every figure explained: by the doctor, the order's timeline and the ledger."""
    with inside(shop) as tenant:
        order = Order.objects.get()
        stripe = PaymentBinding.objects.get(gateway="stripe")
        assert (order.payment_status, order.fulfilment_status) == ("paid", "delivered")
        assert explained([order.pk])[order.pk] == figures_of(order)
        assert order.total_minor == order.paid_minor == 5_000 + 6_000 + 800
        assert balance(TENANT, "cny") == order.paid_minor
        assert balance(Owner("gateway", stripe.pk), "cny") == -order.paid_minor
    for book in BOOKS:
        answer = CliRunner().invoke(doctor.app, [book, "--tenant", tenant.public_id])
        assert answer.exit_code == 0, answer.output


def fits(page: Page, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(("width", "language"), [(390, "zh-CN"), (1440, "en-US")])
def test_a_file_becomes_goods_that_are_found_bought_paid_sent_and_received(
    browser: Browser, site: Site, shop: Shop, width: int, language: str
) -> None:
    base = site.address(shop.store, "store")
    console = site.address(shop.console, "console")
    with inside(shop) as tenant:
        send_by_post(tenant.currency)
    desk, page = open_desk(browser, language=language, width=width), open_page(browser, width)
    sign_in(desk, f"{console}sign-in/", shop.email, PASSWORD)

    import_goods(desk, console)
    bind_account(desk, console, site)
    register(page, f"{base}account/register/")
    put_into_cart(page, base, "cardigan", "Medium")
    put_into_cart(page, base, "harbour blue")
    page.get_by_role("link", name="Checkout").click()
    write_address(page, is_live=True)
    expect(page.locator(".sums .whole")).to_contain_text("¥118.00")
    page.get_by_role("button", name="Place the order").click()
    pay_by_card(page)
    desk.goto(f"{console}orders/")
    desk.locator("main td a[href^='/orders/']").first.click()
    ship(desk, ("1", "0"), "SF1")
    ship(desk, ("1",), "SF2")
    expect(desk.locator("#ship")).to_have_count(0)
    receive(page)

    prove_the_books(shop)
    assert fits(page, width)
    assert fits(desk, width)
    for number, path in enumerate(DESK):
        # Each page is examined once, on one of both screens; all of them have to fit a phone.
        is_examined = number % 2 == (width > PHONE)
        if width > PHONE and not is_examined:
            continue
        desk.goto(f"{console.removesuffix('/')}{path}")
        assert fits(desk, width), path
        if is_examined:
            faults = Axe().run(desk, options=WCAG).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"][:120]) for each in faults] == [], path
    expect(desk.locator("main")).to_contain_text("118.00")
    desk.context.close()
    page.context.close()


def test_who_pays_by_transfer_sends_a_proof_and_is_told_when_the_money_came(
    browser: Browser, site: Site, stocked: Shop
) -> None:
    base = site.address(stocked.store, "store")
    page = open_page(browser, 1440)

    register(page, f"{base}account/register/")
    page.goto(f"{base}categories/tea/")
    page.get_by_role("link", name="Green tea").click()
    page.get_by_role("button", name="Buy now").click()
    write_address(page, is_live=True)
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("button", name="Pay ¥").click()
    expect(page.locator("h1")).to_have_text("Please transfer the amount")
    expect(page.locator(".till-facts")).to_contain_text("6222 0000 0000 0000")
    page.set_input_files("#proof-file", PROOF)
    page.get_by_role("button", name="Send the proof").click()
    expect(page.locator(".notice")).to_contain_text("We have your proof")
    with inside(stocked):
        attempt = Attempt.objects.get()
        assert Proof.objects.get().content_type == "image/webp"
        review(
            attempt.pk,
            verdict=Verdict.CONFIRM,
            received=Money(attempt.amount_minor, attempt.currency),
            reference="bank 42",
            note="",
            actor=CLERK,
            now=utc_now(),
        )
    page.reload()
    expect(page.locator("h1")).to_have_text("Paid. Thank you!")
    page.context.close()


def test_a_guest_orders_without_scripts_and_thinks_better_of_it(
    browser: Browser, site: Site, stocked: Shop
) -> None:
    base = site.address(stocked.store, "store")
    page = open_page(browser, 390, script=False)

    page.goto(f"{base}products/product-1/")
    page.get_by_role("button", name="Buy now").click()
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    page.fill("#contact-email", "guest@example.com")
    write_address(page, is_live=False)
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator(".till-sum strong")).to_have_text("¥137.00")
    page.get_by_role("link", name="See the order").click()
    page.get_by_role("link", name="Cancel").click()
    page.fill("#confirm-reason", "Ordered by mistake")
    page.get_by_role("button", name="Cancel the order").click()

    expect(page.locator(".big-state")).to_have_text("Cancelled")
    expect(page.locator(".timeline")).to_contain_text("Ordered by mistake")
    stranger = open_page(browser, 390)
    stranger.goto(page.url)
    expect(stranger.locator("h1")).to_have_text("Sign in")
    with inside(stocked):
        assert Order.objects.count() == 1
    stranger.context.close()
    page.context.close()


def buy(page: Page, base: str, handle: str, *, shipping: str = "", way: str) -> str:
    """Buy one thing by the way of this title; return the number of the order."""
    page.goto(f"{base}products/{handle}/")
    page.get_by_role("button", name="Buy now").click()
    if shipping:
        page.locator("label", has_text=shipping).click()
        expect(page.locator("shop-live[aria-busy]")).to_have_count(0)
    page.get_by_role("button", name="Place the order").click()
    page.locator("label", has_text=way).click()
    page.get_by_role("button", name="Pay ¥").click()
    page.get_by_role("link", name="See the order").click()
    return page.url.rstrip("/").rpartition("/")[2]


def sign_up_by_code(page: Page, shop: Shop, base: str) -> Member:
    """Come by somebody's link, join by a code; return the new member, with money in hand."""
    with inside(shop):
        sponsor = Member.objects.create(login="mei@example.com", name="Mei")
        link = f"{base}account/register/?via={invite_code_of(sponsor.pk)}"
    page.goto(link)
    page.goto(f"{base}account/sign-in/code/")
    page.fill("#id_login", "13800138000")
    page.get_by_role("button", name="Send me a code").click()
    with inside(shop):
        code = last_code("+8613800138000")
    page.fill("#id_code", code)
    page.locator("main form button.wide").click()
    expect(page.locator(".member-badge, .shop-tools")).to_be_visible()
    with inside(shop) as tenant:
        member = Member.objects.get(login="+8613800138000")
        assert Relation.objects.get(member=member).sponsor_id == sponsor.pk
        add_address(member.pk, HOME_OF_HERS, now=utc_now())
        gift = Owner("member", member.pk)
        adjust(gift, tenant.currency.lower(), 40_000, key="gift", reason="sorry", actor=CLERK)
    return member


def test_an_invited_member_pays_by_balance_and_at_the_door_and_fetches_goods(
    browser: Browser, site: Site, ways_of_all_kinds: Shop
) -> None:
    shop = ways_of_all_kinds
    base, page = site.address(shop.store, "store"), open_page(browser, 390)
    member = sign_up_by_code(page, shop, base)

    buy(page, base, "gift", way="Balance")
    expect(page.locator(".key-list code")).to_have_text("KEY-ONE-111")

    buy(page, base, "product-1", shipping="Fetch it", way="Balance")
    with inside(shop):
        hand_over(page.locator(".pickup-code").inner_text(), actor=CLERK, now=utc_now())
    page.reload()
    expect(page.locator(".pickup")).to_contain_text("It was used.")

    cancelled = buy(page, base, "product-1", shipping="Post", way="Balance")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("main")).to_contain_text("What you paid goes back the way it came.")
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.locator(".big-state")).to_have_text("Cancelled")
    with inside(shop):
        sweep(now=utc_now())
    page.goto(f"{base}account/assets/")
    expect(page.locator(".moves li").first).to_contain_text("Given back for an order")
    expect(page.locator(".asset strong").first).to_have_text("¥221.00")

    buy(page, base, "product-1", shipping="Post", way="At the door")
    expect(page.locator(".order-actions")).to_be_visible()
    with inside(shop):
        order = Order.objects.get(number=cancelled)
        assert (order.status, order.member_id) == ("cancelled", member.pk)
        assert Order.objects.filter(payment_status="authorised").count() == 1
        assert list(verify_ledger()) == []
    page.context.close()

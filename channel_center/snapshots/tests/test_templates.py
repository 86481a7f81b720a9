"""Templates of shops: taken from one, brought into others, and taken back."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage

from channel_center.snapshots.errors import NothingToBring, UnknownTemplate
from channel_center.snapshots.models import Following, Template
from channel_center.snapshots.services.bringing import (
    begin_with,
    bring_wanted,
    dry_run,
    push,
    take_back,
)
from channel_center.snapshots.services.templates import (
    Particulars,
    change_template,
    make_template,
    take_version,
    usable_templates,
)
from kernel.access.models import Role, RoleAssignment, Staff
from kernel.audit.actor import Actor
from kernel.catalogue.models import Category, Picture, Product
from kernel.catalogue.services.pictures import add_picture
from kernel.catalogue.services.products import change_product
from kernel.common.time import utc_now
from kernel.inventory.selectors import availability
from kernel.media.selectors import name_for
from kernel.media.services import keep_picture, render_asset
from kernel.notifications.models import MessageTemplate
from kernel.notifications.services.templates import save_template
from kernel.notifications.wording import Words
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.snapshots.models import Application, AppliedPiece
from kernel.snapshots.registry import parts
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.errors import UnknownTenant
from tenants.choices import JobState
from tenants.models import Job
from tenants.services.jobs import claim, work
from testkit.factories.catalogue import make_category, make_product, picture_bytes, variants_of
from testkit.factories.shipping import make_way
from testkit.tenants import open_test_tenant, refreshed
from themes.desk import draft_of, live_theme, pages_of, save_draft
from themes.packs.services import put_on
from themes.registry import find
from themes.releasing import publish, versions_of
from themes.store import published

ACTOR = Actor.system("tests")


@pytest.fixture
def model(committing: None) -> TenantRef:
    """A shop that others are made like."""
    tenant = open_test_tenant()
    with tenant_context(tenant):
        drinks = make_category("Drinks")
        tea = make_category("Tea", parent=drinks)
        make_way("post", minor=800)
        product = make_product(
            title="Green tea",
            handle="green-tea",
            price="19.90",
            compare_at="25.00",
            options={"Weight": ["50 g", "100 g"]},
            category_ids=[tea.id],
        )
        add_picture(product.id, picture_bytes(), actor=ACTOR, alt="A tin")
        make_product(title="Cup", handle="cup")
    return tenant


@pytest.fixture
def other(committing: None) -> TenantRef:
    """A shop that is to become like it."""
    return open_test_tenant()


def taken(model: TenantRef, template: Template) -> int:
    codes = [part.code for part in parts()]
    return take_version(template.pk, model.id, codes, channel_id=None, actor=ACTOR).number


def done(job: Job) -> Job:
    with public_context():
        claimed = claim(job.pk)
        assert claimed is not None
        return work(claimed)


def bring(template: Template, tenant: TenantRef, **choices: object) -> UUID:
    """Have it brought; return the application."""
    job = done(push(template.pk, tenant.id, channel_id=None, actor=ACTOR, **choices))  # type: ignore[arg-type]
    assert job.state == JobState.DONE
    return UUID(str(job.data["application"]))


def kinds(template: Template, tenant: TenantRef) -> dict[str, str]:
    _version, found = dry_run(template.pk, tenant.id, channel_id=None)
    return {item.key: item.kind.value for item in found}


def test_a_shop_becomes_like_the_template_and_keeps_what_it_made_its_own(
    model: TenantRef, other: TenantRef
) -> None:
    template = make_template(Particulars("Tea house"), channel_id=None, actor=ACTOR)
    assert taken(model, template) == 1
    assert set(kinds(template, other).values()) == {"new"}

    bring(template, other)

    assert kinds(template, other) == {}
    with tenant_context(other):
        product = Product.objects.get(handle="green-tea")
        variants = variants_of(product)
        assert {item.title for item in variants} == {"50 g", "100 g"}
        stock = availability([item.id for item in variants])
        assert all(item.sellable > 0 for item in stock.values())
        assert Picture.objects.get(product=product).alt == "A tin"
        assert Category.objects.get(title="Tea").path == "drinks/tea"
        assert ShippingMethod.objects.get(code="post").template == FreightTemplate.objects.get()
        cup = Product.objects.get(handle="cup")
        change_product(cup.id, {"title": "Our cup"}, actor=ACTOR)

    # What the shop changed is its own; the template's news come for the rest.
    with tenant_context(model):
        for handle in ("green-tea", "cup"):
            product = Product.objects.get(handle=handle)
            change_product(product.id, {"summary": "", "tags": ["new"]}, actor=ACTOR)
        make_product(title="Pot", handle="pot")
    assert taken(model, template) == 2
    assert kinds(template, other) == {"green-tea": "changed", "cup": "own", "pot": "new"}

    second = bring(template, other)

    with tenant_context(other):
        assert Product.objects.get(handle="green-tea").tags == ["new"]
        assert Product.objects.get(handle="cup").title == "Our cup"
    assert kinds(template, other) == {"cup": "own"}
    with public_context():
        assert Following.objects.get(tenant_id=other.id).version == 2

    # Taken back: what was there before is there again, what was not is off the shelves.
    assert take_back(second, other.id, channel_id=None, actor=ACTOR) == (2, 0)
    with tenant_context(other):
        assert Product.objects.get(handle="green-tea").tags == []
        assert Product.objects.get(handle="pot").status == "archived"


def test_only_what_was_chosen_is_brought_and_one_refusal_keeps_nothing_back(
    model: TenantRef, committing: None
) -> None:
    euro = open_test_tenant(currency="EUR")
    template = make_template(Particulars("Tea house"), channel_id=None, actor=ACTOR)
    taken(model, template)

    chosen = [("shipping.templates", "post-rates"), ("catalogue.products", "cup")]
    application = bring(template, euro, chosen=chosen, number=1)

    with tenant_context(euro):
        assert list(Product.objects.values_list("handle", flat=True)) == ["cup"]
        refused = AppliedPiece.objects.get(application=application, part="shipping.templates")
        assert "CNY" in refused.why
        assert not FreightTemplate.objects.exists()
        assert Application.objects.get().version == 1


def test_a_worker_that_is_killed_goes_on_and_brings_everything_once(
    model: TenantRef, other: TenantRef
) -> None:
    template = make_template(Particulars("Tea house"), channel_id=None, actor=ACTOR)
    taken(model, template)
    job = push(template.pk, other.id, channel_id=None, actor=ACTOR)
    done(job)
    with public_context():
        # As if the worker had died before it could say that the step was done.
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING, step=1, lease_until="2020-01-01T00:00:00Z", finished_at=None
        )

    assert done(job).state == JobState.DONE

    with tenant_context(other):
        assert Product.objects.count() == 2
        assert Application.objects.count() == 1
        assert Picture.objects.count() == 1


def test_a_shop_that_is_still_being_set_up_gets_its_template_afterwards(
    model: TenantRef, other: TenantRef
) -> None:
    template = make_template(Particulars("Tea house"), channel_id=None, actor=ACTOR)
    taken(model, template)
    first = push(template.pk, other.id, channel_id=None, actor=ACTOR)
    with public_context():
        Following.objects.all().delete()

    # Its set-up is another job that has not ended.
    begin_with(template.pk, other.id, channel_id=None, actor=ACTOR)
    assert bring_wanted() == 0
    with public_context():
        Job.objects.filter(pk=first.pk).update(state=JobState.DONE)
    assert bring_wanted() == 1

    with public_context():
        job = Job.objects.exclude(pk=first.pk).get(tenant_id=other.id)
    assert done(job).state == JobState.DONE
    with tenant_context(other):
        assert Product.objects.count() == 2


def test_nobody_takes_from_or_brings_to_shops_of_another(
    model: TenantRef, other: TenantRef
) -> None:
    mine, foreign = uuid4(), uuid4()
    own = make_template(Particulars("Tea house"), channel_id=None, actor=ACTOR)
    taken(model, own)

    with pytest.raises(UnknownTemplate):
        push(own.pk, other.id, channel_id=mine, actor=ACTOR)
    with pytest.raises(UnknownTemplate):
        change_template(own.pk, Particulars("x"), channel_id=mine, actor=ACTOR)
    with pytest.raises(NothingToBring):
        push(own.pk, other.id, channel_id=None, actor=ACTOR, number=7)
    change_template(own.pk, Particulars("Tea house", is_shared=True), channel_id=None, actor=ACTOR)
    with pytest.raises(UnknownTenant):
        push(own.pk, other.id, channel_id=mine, actor=ACTOR)
    theirs = make_template(Particulars("Mine"), channel_id=mine, actor=ACTOR)
    with pytest.raises(UnknownTenant):
        take_version(theirs.pk, model.id, ["catalogue.products"], channel_id=mine, actor=ACTOR)
    with public_context():
        assert own in usable_templates(mine)
        assert own in usable_templates(foreign)
        assert theirs not in usable_templates(foreign)
    with tenant_context(other):
        assert not Product.objects.exists()


def test_the_theme_and_the_published_pages_come_along_with_their_pictures(
    model: TenantRef, other: TenantRef
) -> None:
    with tenant_context(model):
        put_on("fashion", actor=ACTOR)
    model = refreshed(model)
    with tenant_context(model):
        page = next(row for row in pages_of(live_theme()) if row.template == "home")
        picture = keep_picture(picture_bytes(width=900, height=600), name="tea.png")
        drawn = render_asset(picture.id)
        assert drawn is not None
        doc = draft_of(page).doc
        hero: dict[str, Any] = {
            "id": "b-own",
            "type": "media.hero",
            "v": find("media.hero").version,  # type: ignore[union-attr]
            "settings": {"title": "Spring", "image": {"asset": name_for(drawn, 800)}},
        }
        rev = save_draft(page.pk, {**doc, "blocks": [hero]}, rev=0, actor=ACTOR)
        publish(page.pk, rev=rev, note="", actor=ACTOR)
    template = make_template(Particulars("Tea house"), channel_id=None, actor=ACTOR)
    taken(refreshed(model), template)

    bring(template, other)

    other = refreshed(other)
    assert other.offers.theme.startswith("fashion:")
    with tenant_context(other):
        shown = published("home")
        assert [block.id for block in shown.blocks] == ["b-own"]
        asset = cast("Any", shown.blocks[0].settings)["image"]["asset"]
        assert default_storage.exists(asset)
    assert kinds(template, other) == {}


def test_a_draft_that_nobody_published_is_kept_when_a_page_comes_from_a_template(
    model: TenantRef, other: TenantRef
) -> None:
    def words(text: str) -> dict[str, Any]:
        return {"id": "b-own", "type": "text.rich", "settings": {"html": f"<p>{text}</p>"}}

    def write(text: str, *, is_live: bool) -> None:
        page = next(row for row in pages_of(live_theme()) if row.template == "home")
        draft = draft_of(page)
        doc: dict[str, Any] = {**draft.doc, "blocks": [words(text)]}
        rev = save_draft(page.pk, doc, rev=draft.rev, actor=ACTOR)
        if is_live:
            publish(page.pk, rev=rev, note="", actor=ACTOR)

    with tenant_context(model):
        write("Head office", is_live=True)
    with tenant_context(other):
        write("Branch", is_live=True)
        write("Not ready yet", is_live=False)
    template = make_template(Particulars("Tea house"), channel_id=None, actor=ACTOR)
    taken(refreshed(model), template)

    bring(template, other, chosen=[("themes.pages", "/home/home")])

    with tenant_context(refreshed(other)):
        home = next(row for row in pages_of(live_theme()) if row.template == "home")
        shown = cast("Any", published("home").blocks[0].settings)["html"]
        kept = [each.version.doc["blocks"][0]["settings"]["html"] for each in versions_of(home)]
    assert shown == "<p>Head office</p>"
    assert kept == ["<p>Head office</p>", "<p>Not ready yet</p>", "<p>Branch</p>"]


def test_roles_and_words_of_messages_come_along_and_nobody_comes_to_more_by_it(
    model: TenantRef, other: TenantRef
) -> None:
    words = Words(subject="Thank you", body="Your tea is on its way, {{ number }}.")
    with tenant_context(model):
        Role.objects.create(code="clerk", name="Clerk", permissions=["orders.view", "no.such"])
        Role.objects.create(code="second", name="Second owner", permissions=["*"])
        save_template("order.paid", "email", "en", words, actor=ACTOR, now=utc_now())
    template = make_template(Particulars("Tea house"), channel_id=None, actor=ACTOR)
    taken(model, template)

    application = bring(template, other)

    with tenant_context(other):
        clerk = Role.objects.get(code="clerk")
        assert (clerk.name, clerk.permissions) == ("Clerk", ["orders.view"])
        assert not Role.objects.filter(code="second").exists()
        assert MessageTemplate.objects.get().subject == "Thank you"
        person = Staff.objects.create(email="clerk@example.com", name="Chen")
        RoleAssignment.objects.create(staff=person, role=clerk)
    with tenant_context(model):
        Role.objects.filter(code="clerk").update(permissions=["orders.view", "members.view"])
    taken(model, template)
    bring(template, other)
    with tenant_context(other):
        assert Role.objects.get(code="clerk").permissions == ["orders.view"]
        faults = AppliedPiece.objects.exclude(fault={}).filter(part="access.roles")
        assert faults.count() == 1
    take_back(application, other.id, channel_id=None, actor=ACTOR)
    with tenant_context(other):
        assert not MessageTemplate.objects.exists()
        assert Role.objects.filter(code="clerk").exists()

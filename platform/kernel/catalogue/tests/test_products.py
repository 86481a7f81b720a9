"""Products: made, changed, kept apart, refused."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.audit.models import AuditEntry
from kernel.catalogue.errors import (
    HandleTaken,
    InvalidAttributes,
    InvalidOptions,
    InvalidProduct,
    NotPublishable,
    SkuTaken,
    StaleVersion,
)
from kernel.catalogue.models import HandleRedirect, Product, ProductVersion, Variant
from kernel.catalogue.services import (
    OptionSpec,
    ValueSpec,
    change_product,
    create_product,
    discard_draft,
    publish_draft,
    save_draft,
    save_grid,
    save_product_type,
    set_bundle,
)
from kernel.common.errors import DomainError
from kernel.common.ids import uuid7
from kernel.common.outbox.models import OutboxEvent
from kernel.tenancy.context import TenantRef
from testkit.factories.catalogue import ACTOR, make_product, variants_of

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def test_a_product_begins_as_a_draft_with_one_variant() -> None:
    product = create_product({"title": "Blue Shirt"}, actor=ACTOR, sku="BS-1")

    assert (product.handle, product.status, product.version) == ("blue-shirt", "draft", 1)
    assert [(item.sku, item.is_default) for item in variants_of(product)] == [("BS-1", True)]


def test_a_handle_is_made_of_letters_of_any_script_and_is_always_free() -> None:
    first, second = (
        create_product({"title": "有机 五常大米（5kg）"}, actor=ACTOR) for _number in range(2)
    )

    assert (first.handle, second.handle) == ("有机-五常大米-5kg", "有机-五常大米-5kg-2")


def test_a_change_is_logged_audited_and_told() -> None:
    product = make_product(title="Old", price=None)

    change_product(product.id, {"title": "New", "tags": ["a", "a", "b"]}, actor=ACTOR)

    changed = Product.objects.get(pk=product.pk)
    assert (changed.title, changed.tags, changed.version) == ("New", ["a", "b"], 2)
    log = ProductVersion.objects.get(product=product, number=2)
    assert (log.changed, log.data["product"]["title"]) == (["title", "tags"], "New")
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.before) == ("product.changed", {"title": "Old", "tags": []})
    event = OutboxEvent.objects.latest("sequence")
    assert (event.name, event.payload["changed"]) == (
        "catalogue.product_changed",
        ["title", "tags"],
    )


def test_saying_what_is_so_already_leaves_no_trace() -> None:
    product = make_product(title="Same")
    entries, events = AuditEntry.objects.count(), OutboxEvent.objects.count()

    change_product(product.id, {"title": " Same ", "tags": []}, actor=ACTOR)

    assert Product.objects.get(pk=product.pk).version == product.version
    assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == (entries, events)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 300),
        ("title", "a\x00b"),
        ("title", "a\u202eb"),
        ("title", "\ud800"),
        ("title", 5),
        ("handle", "Not A Handle"),
        ("handle", "../etc"),
        ("handle", "x" * 300),
        ("kind", "ship"),
        ("status", "sold"),
        ("description_html", "x" * 10_000_000),
        ("tags", ["x"] * 1000),
        ("tags", ["x" * 300]),
        ("tags", "red"),
        ("min_per_order", 0),
        ("min_per_order", -1),
        ("min_per_order", True),
        ("min_per_order", 10**12),
        ("max_per_order", -5),
        ("step", 1.5),
        ("brand_id", uuid7()),
        ("category_ids", [uuid7()]),
        ("label_ids", ["x"]),
        ("published_from", "2026-01-01T00:00:00"),
        ("published_until", "soon"),
        ("i18n", {"xx": {"title": "x"}}),
        ("i18n", {"en": {"title": "x" * 300}}),
        ("i18n", {"en": {"price": "1"}}),
        ("tax_class", "No Such"),
        ("pk", "1"),
    ],
)
def test_a_value_that_cannot_be_used_changes_nothing(field: str, value: Any) -> None:
    product = make_product(title="Shirt")
    before = Product.objects.filter(pk=product.pk).values().get()

    with pytest.raises(InvalidProduct):
        change_product(product.id, {"summary": "Soft", field: value}, actor=ACTOR)  # type: ignore[misc]
    with pytest.raises(InvalidProduct):
        create_product({"title": "Other", field: value}, actor=ACTOR)  # type: ignore[misc]

    assert Product.objects.filter(pk=product.pk).values().get() == before
    assert Product.objects.count() == 1


def test_limits_and_dates_must_go_together() -> None:
    product = make_product()

    for fields in (
        {"min_per_order": 5, "max_per_order": 4},
        {
            "published_from": "2026-02-01T00:00:00+00:00",
            "published_until": "2026-01-01T00:00:00+00:00",
        },
    ):
        with pytest.raises(InvalidProduct):
            change_product(product.id, fields, actor=ACTOR)  # type: ignore[arg-type]


def test_a_handle_belongs_to_one_product_and_leaves_a_redirect() -> None:
    first, second = make_product(title="First"), make_product(title="Second")

    with pytest.raises(HandleTaken):
        change_product(second.id, {"handle": "first"}, actor=ACTOR)
    with pytest.raises(HandleTaken):
        create_product({"title": "x", "handle": "first"}, actor=ACTOR)
    change_product(first.id, {"handle": "premier"}, actor=ACTOR)

    assert HandleRedirect.objects.get(handle="first").product_id == first.id
    assert set(Product.objects.values_list("handle", flat=True)) == {"premier", "second"}


def test_a_sku_belongs_to_one_variant() -> None:
    make_product(sku="A-1")

    with pytest.raises(SkuTaken):
        create_product({"title": "Other"}, actor=ACTOR, sku="A-1")

    assert Product.objects.count() == 1


def test_descriptions_keep_what_is_safe() -> None:
    html = (
        '<h2>Care</h2><p onclick="x()">Wash <b>cold</b></p><script>alert(1)</script>'
        '<a href="javascript:alert(1)">x</a><iframe src="//evil"></iframe>'
        '<img src="https://a.example/b.jpg" onerror="x">'
    )

    product = make_product(description_html=html)

    assert product.description_html == (
        '<h2>Care</h2><p>Wash <b>cold</b></p><a rel="noopener nofollow">x</a>'
        '<img src="https://a.example/b.jpg">'
    )


def test_a_stale_form_overwrites_nothing() -> None:
    product = make_product(title="One")
    change_product(product.id, {"title": "Two"}, actor=ACTOR)

    with pytest.raises(StaleVersion) as caught:
        change_product(product.id, {"title": "Three"}, actor=ACTOR, expected_version=1)

    assert caught.value.fields["version"] == 2
    assert Product.objects.get(pk=product.pk).title == "Two"


def test_a_draft_is_seen_by_nobody_until_it_is_published() -> None:
    product = make_product(title="Old")

    save_draft(product.id, {"title": "New"}, actor=ACTOR)
    save_draft(product.id, {"published_from": None, "summary": "Soft"}, actor=ACTOR)
    before = Product.objects.get(pk=product.pk)
    publish_draft(product.id, actor=ACTOR)

    after = Product.objects.get(pk=product.pk)
    assert (before.title, before.version) == ("Old", 1)
    assert (after.title, after.summary, after.draft) == ("New", "Soft", None)
    save_draft(product.id, {"title": "Newer"}, actor=ACTOR)
    assert discard_draft(product.id, actor=ACTOR).draft is None


def test_attributes_fit_their_product_type() -> None:
    kind = save_product_type(
        code="cloth",
        name="Cloth",
        actor=ACTOR,
        schema=[
            {"code": "material", "kind": "text", "required": True},
            {"code": "weight", "kind": "number", "unit": "g"},
            {"code": "fit", "kind": "choice", "choices": ["slim", "wide"]},
            {"code": "shade", "kind": "colour"},
            {"code": "washable", "kind": "boolean"},
            {"code": "season", "kind": "date"},
            {"code": "manual", "kind": "file"},
        ],
    )
    values = {
        "material": "Linen",
        "weight": "120.50",
        "fit": "wide",
        "shade": "#FFAA00",
        "washable": True,
        "season": "2026-03-01",
        "manual": "files/care.pdf",
    }

    product = make_product(product_type_id=kind.id, attributes=values)

    assert product.attributes == {**values, "weight": "120.5", "shade": "#ffaa00"}
    wrong = {
        "weight": "1e99",
        "fit": "round",
        "shade": "red",
        "washable": "yes",
        "season": "May",
        "manual": "../x",
        "size": "L",
    }
    with pytest.raises(InvalidAttributes) as caught:
        change_product(product.id, {"attributes": wrong}, actor=ACTOR)
    assert set(caught.value.fields["invalid"]) == {"material", *wrong}  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "schema",
    [
        "x",
        [{"code": "A b", "kind": "text"}],
        [{"code": "a", "kind": "money"}],
        [{"code": "a", "kind": "choice"}],
        [{"code": "a", "kind": "text"}] * 2,
        [{"code": "a", "kind": "text"}] * 1000,
    ],
)
def test_a_schema_that_cannot_be_read_is_refused(schema: Any) -> None:
    with pytest.raises(InvalidProduct):
        save_product_type(code="x", name="X", schema=schema, actor=ACTOR)


def test_a_product_on_sale_has_something_to_buy() -> None:
    product = make_product()
    variant = variants_of(product)[0]

    with pytest.raises(NotPublishable):
        save_grid(product.id, [(variant.id, {"status": "archived"})], actor=ACTOR)

    assert Variant.objects.get(pk=variant.pk).status == "active"


def test_a_bundle_holds_variants_that_are_no_bundles() -> None:
    shirt = variants_of(make_product())[0]
    bundle = make_product(kind="bundle")
    inner = variants_of(make_product(kind="bundle"))[0]

    set_bundle(bundle.id, {shirt.id: 2}, actor=ACTOR)

    for items in ({}, {inner.id: 1}, {shirt.id: 0}, {shirt.id: -1}, {uuid7(): 1}):
        with pytest.raises(DomainError):
            set_bundle(bundle.id, items, actor=ACTOR)


def test_the_version_log_cannot_be_rewritten(tenant_a: TenantRef) -> None:
    from kernel.tenancy.append_only import append_only_tables

    assert {"catalogue_productversion", "pricing_pricehistory"} <= append_only_tables()


@pytest.mark.parametrize(
    "options",
    [
        [OptionSpec(name=f"O{n}", values=[ValueSpec(name="a")]) for n in range(4)],
        [
            OptionSpec(name=f"O{n}", values=[ValueSpec(name=str(v)) for v in range(20)])
            for n in "ab"
        ],
        [OptionSpec(name="O", values=[ValueSpec(name=str(v)) for v in range(100_000)])],
        [OptionSpec(name="O", values=[])],
        [OptionSpec(name="O", values=[ValueSpec(name="a"), ValueSpec(name="A")])],
        [OptionSpec(name="O", values=[ValueSpec(name="a")])] * 2,
        [OptionSpec(name="O", values=[ValueSpec(name="a", colour="red")])],
        [OptionSpec(name="O", values=[ValueSpec(name="a", id=uuid7())])],
    ],
)
def test_an_absurd_matrix_makes_nothing(options: list[OptionSpec]) -> None:
    with pytest.raises(InvalidOptions):
        create_product({"title": "x"}, options=options, actor=ACTOR)

    assert not Product.objects.exists()

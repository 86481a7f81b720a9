"""Options and variants: generated, kept, archived, brought back, saved in one grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kernel.catalogue.errors import InvalidProduct, SkuTaken
from kernel.catalogue.models import OptionType, OptionValue, Product, Variant, VariantValue
from kernel.catalogue.services import OptionSpec, ValueSpec, save_grid, set_options
from kernel.common.ids import uuid7
from testkit.factories.catalogue import ACTOR, make_product, variants_of

pytestmark = pytest.mark.usefixtures("in_tenant_a")
FIVES = {name: [f"{name}{number}" for number in range(5)] for name in ("A", "B", "C")}


def specs(options: Mapping[str, Sequence[str]]) -> list[OptionSpec]:
    return [
        OptionSpec(name=name, values=[ValueSpec(name=value) for value in values])
        for name, values in options.items()
    ]


def on_sale(product: Product) -> dict[str, UUID]:
    return {item.title: item.id for item in variants_of(product) if item.status == "active"}


def test_a_matrix_is_generated_in_its_order() -> None:
    product = make_product(options={"Colour": ["红", "蓝"], "Size": ["S", "M"]})

    titles = [item.title for item in variants_of(product)]
    assert titles == ["红 / S", "红 / M", "蓝 / S", "蓝 / M"]
    assert [item.is_default for item in variants_of(product)] == [True, False, False, False]


def test_variants_are_kept_when_options_and_values_are_reordered() -> None:
    product = make_product(options={"Colour": ["Red", "Blue"], "Size": ["S", "M"]})
    before = on_sale(product)

    set_options(product.id, specs({"Size": ["M", "S"], "Colour": ["Blue", "Red"]}), actor=ACTOR)

    after = on_sale(product)
    assert list(after) == ["M / Blue", "M / Red", "S / Blue", "S / Red"]
    swapped = {" / ".join(reversed(title.split(" / "))): key for title, key in after.items()}
    assert swapped == before


def test_renaming_by_id_keeps_the_variants() -> None:
    product = make_product(options={"Size": ["S", "M"]})
    size = OptionType.objects.get(product=product)
    values = OptionValue.objects.filter(option_type=size).order_by("position")
    before = list(on_sale(product).values())

    renamed = [ValueSpec(name=f"{item.name}L", id=item.id) for item in values]
    set_options(product.id, [OptionSpec(name="Größe", values=renamed, id=size.id)], actor=ACTOR)

    assert on_sale(product) == dict(zip(["SL", "ML"], before, strict=True))


def test_the_variants_of_a_deleted_value_are_archived_and_come_back_with_it() -> None:
    product = make_product(options={"Colour": ["Red", "Blue"], "Size": ["S", "M"]})
    before = on_sale(product)

    set_options(product.id, specs({"Colour": ["Red"], "Size": ["S", "M"]}), actor=ACTOR)
    without = on_sale(product)
    set_options(product.id, specs({"Colour": ["Red", "Blue"], "Size": ["S", "M"]}), actor=ACTOR)

    assert set(without) == {"Red / S", "Red / M"}
    assert Variant.objects.filter(product=product).count() == 4
    assert on_sale(product) == before


def test_a_variant_that_was_taken_off_sale_by_hand_stays_so() -> None:
    product = make_product(options={"Size": ["S", "M"]})
    second = variants_of(product)[1]
    save_grid(product.id, [(second.id, {"status": "archived"})], actor=ACTOR)

    set_options(product.id, specs({"Size": ["S", "M", "L"]}), actor=ACTOR)

    assert list(on_sale(product)) == ["S", "L"]


def test_an_added_option_keeps_the_variants_and_a_removed_one_keeps_the_first() -> None:
    product = make_product(options={"Size": ["S", "M"]})
    before = on_sale(product)

    set_options(product.id, specs({"Size": ["S", "M"], "Colour": ["Red", "Blue"]}), actor=ACTOR)
    wide = on_sale(product)
    set_options(product.id, specs({"Colour": ["Red", "Blue"]}), actor=ACTOR)
    narrow = on_sale(product)
    set_options(product.id, [], actor=ACTOR)

    assert (wide["S / Red"], wide["M / Red"]) == (before["S"], before["M"])
    assert narrow == {"Red": wide["S / Red"], "Blue": wide["S / Blue"]}
    assert on_sale(product) == {"": narrow["Red"]}


def test_only_the_combinations_asked_for_are_made() -> None:
    product = make_product(options={"Size": ["S"]})

    set_options(
        product.id,
        specs({"Size": ["S", "M"], "Colour": ["Red", "Blue"]}),
        only=[("m", "blue")],
        actor=ACTOR,
    )

    assert list(on_sale(product)) == ["S / Red", "M / Blue"]


def test_a_grid_of_125_variants_is_saved_with_as_many_statements_as_one_of_8() -> None:
    wide = make_product(options=FIVES, price=None)
    narrow = make_product(options={name: values[:2] for name, values in FIVES.items()}, price=None)

    costs = []
    for product in (narrow, wide):
        rows: list[Any] = [
            (item.id, {"sku": f"{product.handle}-{number}", "weight_grams": number, "barcode": "9"})
            for number, item in enumerate(variants_of(product))
        ]
        with CaptureQueriesContext(
            connection,
        ) as caught:
            saved = save_grid(product.id, rows, actor=ACTOR)
        costs.append(len(caught))

    assert (len(saved), saved[124].weight_grams) == (125, 124)
    assert Variant.objects.filter(product=wide, barcode="9").count() == 125
    assert costs[0] == costs[1] <= 24


def test_variants_may_exchange_their_skus() -> None:
    product = make_product(options={"Size": ["S", "M"]})
    first, second = variants_of(product)

    save_grid(
        product.id, [(first.id, {"sku": second.sku}), (second.id, {"sku": first.sku})], actor=ACTOR
    )

    assert [item.sku for item in variants_of(product)] == [second.sku, first.sku]


@pytest.mark.parametrize(
    "fields",
    [
        {"sku": ""},
        {"sku": "x" * 100},
        {"sku": "a\nb"},
        {"weight_grams": -1},
        {"weight_grams": 10**15},
        {"weight_grams": "5"},
        {"cost_minor": -1, "currency": "CNY"},
        {"cost_minor": 10**16, "currency": "CNY"},
        {"cost_minor": 5},
        {"currency": "XXX"},
        {"image_id": uuid7()},
        {"oversell_limit": -1},
        {"out_of_stock": "wait"},
        {"ships_by": "tomorrow"},
        {"price": "5"},
    ],
)
def test_one_bad_row_saves_no_row(fields: Any) -> None:
    product = make_product(options={"Size": ["S", "M"]})
    first, second = variants_of(product)

    with pytest.raises(InvalidProduct):
        save_grid(product.id, [(first.id, {"barcode": "1"}), (second.id, fields)], actor=ACTOR)

    assert [item.barcode for item in variants_of(product)] == ["", ""]
    assert Product.objects.get(pk=product.pk).version == product.version


def test_a_sku_of_somebody_else_saves_no_row() -> None:
    make_product(sku="TAKEN")
    product = make_product(options={"Size": ["S", "M"]})
    first, second = variants_of(product)

    for skus in (("NEW", "TAKEN"), ("SAME", "SAME")):
        with pytest.raises(SkuTaken):
            save_grid(
                product.id,
                [(first.id, {"sku": skus[0]}), (second.id, {"sku": skus[1]})],
                actor=ACTOR,
            )

    assert [item.sku for item in variants_of(product)] == [first.sku, second.sku]


def test_a_row_of_another_product_is_refused() -> None:
    product, other = make_product(), make_product()

    with pytest.raises(InvalidProduct):
        save_grid(product.id, [(variants_of(other)[0].id, {"barcode": "1"})], actor=ACTOR)


MATRICES = st.dictionaries(
    st.sampled_from(["A", "B", "C"]),
    st.lists(st.sampled_from(["1", "2", "3"]), min_size=1, max_size=3, unique=True),
    max_size=3,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(MATRICES, min_size=1, max_size=5))
@example([{"B": ["1"]}, {"B": ["2"]}])
def test_whatever_is_done_to_options_variants_are_never_lost_or_doubled(
    steps: list[dict[str, list[str]]],
) -> None:
    product = make_product(options={"A": ["1", "2"]}, price=None)
    seen = {item.id for item in variants_of(product)}

    for options in steps:
        set_options(product.id, specs(options), actor=ACTOR)
        variants = variants_of(product)
        active = [item for item in variants if item.status == "active"]
        assert seen <= {item.id for item in variants}
        assert [item.is_default for item in active].count(True) == 1
        assert len({item.signature for item in variants}) == len(variants)
        for item in active:
            values = VariantValue.objects.filter(variant=item, option_value__is_archived=False)
            assert set(values.values_list("option_type__name", flat=True)) == set(options)
        seen = {item.id for item in variants}

"""Freight templates are kept by rules: no region twice, none deleted that is in use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.catalogue.errors import InvalidProduct
from kernel.catalogue.services import change_product
from kernel.members.region_files import InvalidRegionFile, compare, install
from kernel.members.regions import document_of, edition, path_of
from kernel.shipping.counting import Load, count
from kernel.shipping.errors import (
    InvalidShippingMethod,
    InvalidTemplate,
    RegionsOverlap,
    StaleTemplate,
    TemplateCodeTaken,
    TemplateInUse,
)
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.nearby import Band, Nearby
from kernel.shipping.places import EVERYWHERE, where_of
from kernel.shipping.rules import Free, Rule, compiled
from kernel.shipping.services import (
    ShippingTerms,
    TemplateTerms,
    change_template,
    delete_shipping_method,
    delete_template,
    set_shipping_method,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_variant
from testkit.factories.shipping import make_template, make_way

ACTOR = Actor.system("tests")
REST = Rule((EVERYWHERE,), first_minor=800)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (("330100",), ("330100",), "浙江省 杭州市"),
        (("330000",), ("330106",), "浙江省 杭州市 西湖区"),
        (("330106",), ("330000",), "浙江省 杭州市 西湖区"),
        (("CN",), ("110000",), "北京市"),
        (("US",), ("US-NY",), "US-NY"),
        (("*",), ("*",), ""),
    ],
)
@pytest.mark.usefixtures("in_tenant_a")
def test_regions_that_overlap_are_refused_by_name(
    first: tuple[str, ...], second: tuple[str, ...], says: str
) -> None:
    with pytest.raises(RegionsOverlap) as refused:
        make_template("post", [Rule(first), Rule(second)])

    assert refused.value.fields["field"] == "regions"
    assert says in str(refused.value)
    assert not FreightTemplate.objects.exists()


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule(()), "regions"),
        (Rule(("999999",)), "regions"),
        (Rule(("Zhejiang",)), "regions"),
        (Rule(("330000",), first_minor=-1), "first_minor"),
        (Rule(("330000",), first=0), "first"),
        (Rule(("330000",), more_minor=100), "more"),
        (Rule(("330000",), free=Free(pieces=0)), "free.pieces"),
        (Rule(("330000",), surcharge_minor=10**16), "surcharge_minor"),
        (Rule(("330000",), delivers=False), "rules"),
    ],
)
@pytest.mark.usefixtures("in_tenant_a")
def test_what_cannot_be_is_refused_at_its_field(rule: Rule, field: str) -> None:
    with pytest.raises(InvalidTemplate) as refused:
        make_template("post", [rule])

    assert refused.value.fields["field"] == field


@pytest.mark.usefixtures("in_tenant_a")
def test_a_template_is_changed_audited_and_deleted_only_when_nothing_uses_it() -> None:
    row = make_template("post", [REST])
    product = make_variant().product
    way = make_way(template=row)
    terms = TemplateTerms("By post", "weight", [REST])

    changed = change_template(row.pk, terms, expected_version=1, actor=ACTOR)
    same = change_template(row.pk, terms, actor=ACTOR)
    change_product(product.pk, {"freight_template": "post"}, actor=ACTOR)

    assert (changed.version, same.version) == (2, 2)
    with pytest.raises(StaleTemplate):
        change_template(
            row.pk, TemplateTerms("X", "piece", [REST]), expected_version=1, actor=ACTOR
        )
    with pytest.raises(TemplateCodeTaken):
        make_template("post", [REST])
    with pytest.raises(InvalidProduct):
        change_product(product.pk, {"freight_template": "nothing"}, actor=ACTOR)
    with pytest.raises(TemplateInUse):
        delete_template(row.pk, actor=ACTOR)
    change_product(product.pk, {"freight_template": ""}, actor=ACTOR)
    with pytest.raises(TemplateInUse):
        delete_template(row.pk, actor=ACTOR)
    delete_shipping_method(way.pk, actor=ACTOR)
    delete_template(row.pk, actor=ACTOR)
    acts = AuditEntry.objects.filter(action__startswith="shipping.").order_by("sequence")
    assert [act.action.removeprefix("shipping.") for act in acts] == [
        "template_created",
        "method_set",
        "template_changed",
        "method_deleted",
        "template_deleted",
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"method": "virtual"}, "method"),
        ({"countries": ["China"]}, "countries"),
        ({"fee_minor": -1}, "fee_minor"),
        ({"names": {}}, "names"),
        ({"method": "same_city"}, "nearby.bands"),
        ({"method": "same_city", "nearby": Nearby(bands=(Band(5, 1),))}, "nearby.latitude"),
        (
            {"method": "same_city", "nearby": Nearby(91, 0, (Band(5, 1),))},
            "nearby.latitude",
        ),
        (
            {"method": "same_city", "nearby": Nearby(1, 1, (Band(5, 1), Band(4, 1)))},
            "nearby.bands",
        ),
    ],
)
@pytest.mark.usefixtures("in_tenant_a")
def test_a_way_that_cannot_be_is_refused_at_its_field(wrong: dict[str, Any], field: str) -> None:
    told: dict[str, Any] = {
        "code": "post", "names": {"en": "Post"}, "method": "express", "currency": "CNY", **wrong
    }  # fmt: skip

    with pytest.raises(InvalidShippingMethod) as refused:
        set_shipping_method(ShippingTerms(**told), actor=ACTOR)

    assert refused.value.fields["field"] == field


def test_a_tenant_s_templates_are_its_own(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    with tenant_context(tenant_a):
        make_template("own", [REST])
    with tenant_context(tenant_b):
        assert not FreightTemplate.objects.filter(code="own").exists()


def newer_file(folder: Path, **changes: Any) -> Path:
    """Hangzhou's Xihu becomes a new district with another code; Gongshu gets another name."""
    told = dict(document_of(""))
    names = dict(told["regions"])
    del names["330106"]
    names |= {"330199": "新西湖区", "330105": "新拱墅区"}
    told |= {
        "edition": "2031",
        "source": "tests",
        "regions": names,
        "former": {"330106": "330199"},
        **changes,
    }
    file = folder / "newer.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def test_region_data_upgrades_do_not_orphan_templates(
    tmp_path: Path, settings: LazySettings
) -> None:
    row = FreightTemplate(code="t", name="t", measure="piece", currency="CNY")
    row.rules = [Rule(("330106",), first_minor=500).data(), REST.data()]
    settings.STOA_REGIONS_FILE = str(tmp_path / "kept" / "regions.json")
    load = [Load(0, pieces=1, template="t")]
    before = edition()[0]

    found = compare(newer_file(tmp_path))
    install(newer_file(tmp_path), at=Path(settings.STOA_REGIONS_FILE))

    # Old addresses and new ones meet the line that names the old code.
    way = ShippingMethod(code="post", method="express", currency="CNY")
    costs = [
        count(way, load, where_of({"region_code": code}), {"t": compiled(row)}).minor
        for code in ("330106", "330199", "330105")
    ]
    assert (before, edition()[0]) == ("2023", "2031")
    assert (list(found.added), list(found.renamed), list(found.replaced)) == (
        ["330199"],
        ["330105"],
        ["330106"],
    )
    assert costs == [500, 500, 800]
    assert path_of("330106")[-1].name == "新西湖区"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"former": {}}, "330106 has no successor"),
        ({"former": {"330106": "1"}}, "successor that is not there"),
        ({"regions": {"330199": "x"}, "former": {}}, "330100"),
        ({"regions": []}, "no list"),
        ({"edition": ""}, "missing"),
    ],
)
def test_a_region_file_that_would_lose_a_code_is_refused(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    kept = tmp_path / "kept.json"

    with pytest.raises(InvalidRegionFile, match=says):
        install(newer_file(tmp_path, **changes), at=kept)

    assert not kept.exists()

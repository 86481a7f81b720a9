"""Ways to ship and freight templates, as staff keep them in the console."""

from __future__ import annotations

import pytest

from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.rules import Rule, rule_of
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.shipping import make_template, make_way
from testkit.web import TenantClient

STAFF = ("shipping.view", "shipping.manage")
LINE = {"delivers": "yes", "first": "1", "first_price": "8", "free_match": "any", "act": "save"}


@pytest.fixture
def template(tenant: TenantRef) -> FreightTemplate:
    with tenant_context(tenant):
        return make_template("tea", [Rule(("330000",), first_minor=600)], measure="weight")


def rules(tenant: TenantRef) -> list[Rule]:
    with tenant_context(tenant):
        return [rule_of(data) for data in FreightTemplate.objects.get(code="tea").rules]


def test_a_template_is_made_line_by_line_and_tried_out(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*STAFF)
    told = {"name": "Tea", "code": "tea", "measure": "weight"}
    made = desk.post("/shipping/templates/new/", told)
    page = made["Location"].partition("lines/")[0]

    opened = desk.post(f"{page}lines/new/", LINE | {"act": "open:330000"})
    looked = desk.post(f"{page}lines/new/", LINE | {"act": "find", "find": "西湖"})
    saved = desk.post(
        f"{page}lines/new/",
        LINE
        | {
            "region": ["330106", "310000"],
            "more": "0.5",
            "more_price": "2",
            "free_kilos": "3",
        },
    )
    tried = desk.get(f"{page}?region=杭州&pieces=1&weight=2.2")
    far = desk.get(f"{page}?region=330106&pieces=1&weight=2.2")

    assert [made.status_code, opened.status_code, looked.status_code] == [302, 200, 200]
    assert 'value="330100"' in opened.content.decode()
    assert "浙江省 杭州市 西湖区" in looked.content.decode()
    assert saved.status_code == 302
    # 2.2 kg is not more than 3 kg, and goes free.
    assert "Free" in far.content.decode()
    assert tried.status_code == 200
    [everywhere, near] = rules(tenant)
    assert everywhere.regions == ("*",)
    assert (near.regions, near.first, near.first_minor) == (("330106", "310000"), 1000, 800)
    assert (near.more, near.more_minor, near.free.grams) == (500, 200, 3000)


def test_a_region_of_another_line_is_refused_at_the_regions(
    desk: TenantClient, tenant: TenantRef, template: FreightTemplate
) -> None:
    desk.as_staff(*STAFF)
    page = f"/shipping/templates/{template.public_id}/lines/new/"

    refused = desk.post(page, LINE | {"region": ["330106"]})
    split = desk.post(page, LINE | {"region": ["CN"], "act": "split:CN"})

    text = refused.content.decode()
    assert refused.status_code == 422
    assert "浙江省 杭州市 西湖区 is part of 浙江省, which stands in line 1." in text
    assert 'id="regions-wrong"' in text
    # The parts that another line has are left there.
    assert 'value="320000" checked' in split.content.decode()
    assert 'value="330000" checked' not in split.content.decode()
    assert len(rules(tenant)) == 1


def test_ways_of_every_kind_are_kept_changed_and_deleted(
    desk: TenantClient, tenant: TenantRef, template: FreightTemplate
) -> None:
    desk.as_staff(*STAFF)
    names = {"name_en": "Post", "name_zh-hans": "邮寄", "position": "0", "is_active": "on"}
    express = {"code": "post", "template": str(template.pk), "combining": "sum", "fee": "2"}
    rider = {
        "code": "rider", "latitude": "30.2741", "longitude": "120.1551", "km_0": "3",
        "band_fee_0": "5", "km_1": "8.5", "band_fee_1": "9", "district_0": "杭州 西湖区",
        "away_0": "4",
    }  # fmt: skip

    answers = [
        desk.post(f"/shipping/ways/new/?method={method}", names | told).status_code
        for method, told in (
            ("express", express),
            ("same_city", rider),
            ("pickup", {"code": "counter"}),
            ("same_city", {"code": "nowhere"}),
            ("express", express),
        )
    ]
    with tenant_context(tenant):
        way = ShippingMethod.objects.get(code="post")
        near = ShippingMethod.objects.get(code="rider").nearby
    page = f"/shipping/ways/{way.public_id}/"
    changed = desk.post(page, names | express | {"fee": "3"})
    listed = desk.get("/shipping/").content.decode()
    gone = desk.post(page, {"act": "delete"})

    assert answers == [302, 302, 302, 422, 422]
    assert [band["up_to_m"] for band in near["bands"]] == [3000, 8500]
    assert near["districts"] == {"330106": 4000}
    assert (changed.status_code, gone.status_code) == (302, 302)
    assert "Divisions of China: edition 2023." in listed
    with tenant_context(tenant):
        assert not ShippingMethod.objects.filter(code="post").exists()


def test_staff_who_may_only_look_change_nothing(
    desk: TenantClient, tenant: TenantRef, template: FreightTemplate
) -> None:
    with tenant_context(tenant):
        way = make_way(template=template)
    desk.as_staff("shipping.view")
    pages = (
        "/shipping/",
        f"/shipping/templates/{template.public_id}/",
        f"/shipping/ways/{way.public_id}/",
    )

    assert [desk.get(page).status_code for page in pages] == [200, 200, 200]
    assert [desk.post(page, {}).status_code for page in pages[1:]] == [403, 403]
    assert desk.post(f"{pages[1]}lines/new/", LINE).status_code == 403

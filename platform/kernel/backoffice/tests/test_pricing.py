"""Price lists as staff meet them, and the groups of members that they are for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.catalogue.models import Variant
from kernel.checkout.placing import place_many
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.members.services.merging import merge_members
from kernel.members.services.staff import set_member_tags, tags_of
from kernel.orders.models import OrderGroup
from kernel.pricing.models import PriceList, PriceListEntry
from kernel.pricing.services import prices_for
from kernel.pricing.values import Buyer, PriceRequest
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_member, make_placement, make_variant
from testkit.web import TenantClient

STAFF = ("prices.view", "prices.manage", "members.view", "members.manage")
FORM = {"name": "Spring", "priority": "5", "audience": "all", "is_active": "on"}


@pytest.fixture
def tea(tenant: TenantRef) -> Variant:
    with tenant_context(tenant):
        return make_variant(title="Green tea", minor=1000)


def costs(tenant: TenantRef, variant: Variant, member: Member | None = None) -> int:
    with tenant_context(tenant):
        asked = [PriceRequest(variant.pk)]
        buyer = Buyer(member_id=member.pk if member else None)
        found = prices_for(asked, buyer=buyer, currency="CNY", now=utc_now())
        return found[variant.pk].unit.minor


def make_list(desk: TenantClient, **changed: str) -> str:
    return str(desk.post("/prices/new/", FORM | changed)["Location"])


def test_who_may_only_look_changes_nothing(desk: TenantClient) -> None:
    desk.as_staff("*", email="boss@example.com")
    path = make_list(desk)
    desk.as_staff("prices.view")

    seen = {desk.get(each).status_code for each in ("/prices/", "/prices/explain/", path)}
    refused = {desk.post(each, FORM).status_code for each in (path, f"{path}entries/")}

    assert (seen, refused, desk.get("/prices/new/").status_code) == ({200}, {403}, 403)


def test_single_prices_are_found_set_and_taken_out(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff(*STAFF)
    path = make_list(desk)

    found = desk.post(f"{path}entries/", {"act": "find", "find": "green"}).content.decode()
    key = tea.public_id
    added = {"picked": key, f"price_{key}": "8.00", f"from_{key}": "1"}
    desk.post(f"{path}entries/", added)
    cheaper = costs(tenant, tea)
    with tenant_context(tenant):
        entry = PriceListEntry.objects.get()
    exported = b"".join(desk.get("/exports/lists/prices.csv")).decode()
    desk.post(f"{path}entries/", {f"price_{entry.pk.hex}": ""})

    assert "Green tea" in found
    assert (cheaper, costs(tenant, tea)) == (800, 1000)
    assert "8.00" in exported


def test_rules_take_so_many_per_cent_off(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff(*STAFF)
    path = make_list(desk)

    saved = desk.post(path, {**FORM, "of_0": "all", "off_0": "12.5", "from_0": "1"})
    wrong = desk.post(path, {**FORM, "of_0": "category", "value_0": "nowhere", "off_0": "1"})

    assert (saved.status_code, wrong.status_code) == (302, 422)
    assert costs(tenant, tea) == 875
    assert 'value="12.5"' in desk.get(path).content.decode()


def test_a_list_for_a_tag_reaches_the_members_who_bear_it(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff(*STAFF)
    with tenant_context(tenant):
        buyer, other = make_member(), make_member()
    path = make_list(desk, audience="groups", groups="wholesale")
    desk.post(
        path,
        {**FORM, "audience": "groups", "groups": "wholesale", "of_0": "all", "off_0": "20"},
    )
    desk.post(f"/members/{buyer.public_id}/tags/", {"tags": "wholesale, early"})

    assert (costs(tenant, tea), costs(tenant, tea, other)) == (1000, 1000)
    assert costs(tenant, tea, buyer) == 800
    with tenant_context(tenant):
        asked = [
            make_placement((tea.pk, 1), member_id=buyer.pk),
            make_placement((tea.pk, 1), member_id=other.pk),
            make_placement((tea.pk, 1)),
        ]
        placed = place_many(asked, actor=TESTER, now=utc_now())
        groups = [OrderGroup.objects.get(pk=str(each.group_id)) for each in placed]
        assert [group.total_minor for group in groups] == [800, 1000, 1000]
    assert "wholesale" in desk.get("/members/?tag=wholesale").content.decode()
    assert buyer.public_id not in desk.get("/members/?tag=calm").content.decode()


def test_joined_accounts_keep_the_tags_of_both(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        kept, absorbed = make_member(), make_member()
        set_member_tags(kept.pk, ["early"], actor=TESTER, now=utc_now())
        set_member_tags(absorbed.pk, ["early", "wholesale"], actor=TESTER, now=utc_now())

        merge_members(kept.pk, absorbed.pk, actor=TESTER, reason="same", now=utc_now())

        assert tags_of([kept.pk])[kept.pk] == ["early", "wholesale"]


def test_a_price_is_explained_for_a_member_at_a_moment(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff(*STAFF)
    tomorrow = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    path = make_list(desk, name="Tomorrow", starts=tomorrow)
    desk.post(path, {**FORM, "starts": tomorrow, "name": "Tomorrow", "of_0": "all", "off_0": "10"})
    later = (utc_now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")

    now = desk.get("/prices/explain/?find=green&quantity=1").content.decode()
    then = desk.get(f"/prices/explain/?find=green&quantity=1&at={later}").content.decode()
    nobody = desk.get("/prices/explain/?find=green&quantity=1&member=nobody").content.decode()

    assert "¥10.00" in now
    assert "Tomorrow" not in now
    assert "¥9.00" in then
    assert "Tomorrow" in then
    assert "Exactly one member" in nobody


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"audience": "groups", "groups": " , "}, "groups"),
        ({"starts": "2026-05-02T10:00", "ends": "2026-05-01T10:00"}, "ends"),
    ],
)
def test_a_list_that_cannot_be_is_marked(
    desk: TenantClient, tenant: TenantRef, changed: dict[str, str], field: str
) -> None:
    desk.as_staff(*STAFF)

    answer = desk.post("/prices/new/", FORM | changed)

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    with tenant_context(tenant):
        assert not PriceList.objects.exists()

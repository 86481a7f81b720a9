"""Addresses, invoice profiles, favourites, footprints and consents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.common.ids import uuid7
from kernel.members.choices import ConsentKind, InvoiceKind
from kernel.members.errors import (
    InvalidAddress,
    InvalidInvoiceProfile,
    NotKept,
    TooMany,
    UnknownDocument,
)
from kernel.members.models import Address, Footprint, InvoiceProfile, Member
from kernel.members.regions import edition, path_of, regions_below, written
from kernel.members.services import addresses, favourites
from kernel.members.services.addresses import Place
from kernel.members.services.consents import (
    allows,
    current_documents,
    outstanding,
    publish_document,
    say,
)
from kernel.members.services.invoices import (
    Invoicee,
    invoice_profiles_of,
    remove_invoice_profile,
    save_invoice_profile,
)
from kernel.members.tests.people import CLERK, NOW, registered
from kernel.tenancy.context import TenantRef

ROAD = Place("秦兰", "13800138000", "和平路 1 号", region_code="330106")
STREET = Place("Ann Lee", "+12025550123", "1 Pier St", "US", region_code="US-NY", city="New York")
TERMS = {"zh-hans": {"title": "服务条款", "body": "……"}, "en": {"title": "Terms", "body": "…"}}


@pytest.fixture
def member(in_tenant_a: TenantRef) -> Member:
    return registered()


def defaults() -> list[str]:
    return [address.line for address in Address.objects.filter(is_default=True)]


@pytest.mark.parametrize(
    ("country", "code", "written_as"),
    [("US", "US-CA", "CA"), ("JP", "JP-13", "Tokyo"), ("GB", "GB-ENG", "ENG"), ("US", "", "")],
)
def test_a_state_is_kept_as_people_write_it(
    member: Member, country: str, code: str, written_as: str
) -> None:
    place = replace(STREET, country=country, region_code=code)

    row = addresses.add_address(member.id, place, now=NOW)

    assert (row.region_code, row.region) == (code, written_as)
    with pytest.raises(InvalidAddress):
        addresses.add_address(member.id, replace(STREET, region_code="US-ZZ"), now=NOW)


def test_the_first_address_is_the_default_until_another_is(member: Member) -> None:
    first = addresses.add_address(member.id, ROAD, now=NOW)
    second = addresses.add_address(member.id, STREET, now=NOW + timedelta(1))
    assert (first.region, second.region, first.phone) == (
        "浙江省 杭州市 西湖区",
        "NY",
        "+8613800138000",
    )
    assert defaults() == [ROAD.line]

    addresses.change_address(member.id, second.id, STREET, is_default=True, now=NOW)
    assert defaults() == [STREET.line]
    addresses.remove_address(member.id, second.id)

    assert defaults() == [ROAD.line]


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("region_code", replace(ROAD, region_code="")),
        ("region_code", replace(ROAD, region_code="330100")),
        ("region_code", replace(ROAD, region_code="999999")),
        ("region_code", replace(ROAD, region_code="'; --")),
        ("region_code", replace(STREET, region_code="CA-ON")),
        ("country", replace(ROAD, country="China")),
        ("phone", replace(ROAD, phone="12")),
        ("name", replace(ROAD, name=" ")),
        ("name", replace(ROAD, name="a\x00b")),
        ("line", replace(ROAD, line="x" * 201)),
        ("city", replace(STREET, city="")),
        ("postcode", replace(STREET, postcode="<b>")),
    ],
)
def test_an_address_to_which_nothing_can_be_sent_is_refused(
    member: Member, field: str, place: Place
) -> None:
    with pytest.raises(InvalidAddress) as refused:
        addresses.add_address(member.id, place, now=NOW)

    assert refused.value.fields["field"] == field
    assert not Address.objects.exists()


def test_somebody_elses_address_is_not_there(member: Member) -> None:
    other = registered("b@example.com")
    address = addresses.add_address(other.id, ROAD, now=NOW)

    with pytest.raises(NotKept):
        addresses.change_address(member.id, address.id, STREET, is_default=True, now=NOW)
    with pytest.raises(NotKept):
        addresses.remove_address(member.id, address.id)

    assert Address.objects.get().line == ROAD.line


def test_no_more_than_fifty_addresses_are_kept(member: Member) -> None:
    Address.objects.bulk_create(
        [Address(member=member, name="x", phone="x", line="x") for _number in range(50)]
    )

    with pytest.raises(TooMany):
        addresses.add_address(member.id, ROAD, now=NOW)

    assert Address.objects.count() == 50


def test_every_region_leads_up_to_a_province() -> None:
    provinces = regions_below()
    assert len(provinces) == 34

    def walk(code: str) -> int:
        below = regions_below(code)
        assert all(path_of(part.code)[-2].code == code for part in below)
        return len(below) + sum(walk(part.code) for part in below if part.has_parts)

    assert len(provinces) + sum(walk(each.code) for each in provinces) > 3_300
    assert written("441900003") == "广东省 东莞市 东城街道"
    assert written("110101") == "北京市 东城区"
    assert edition()[0] == "2023"


@given(st.text(max_size=12))
def test_a_code_that_is_none_has_no_path(code: str) -> None:
    path = path_of(code)

    assert path == [] or path[-1].code == code


def test_an_invoice_profile_of_a_company_has_its_tax_number(member: Member) -> None:
    with pytest.raises(InvalidInvoiceProfile) as refused:
        save_invoice_profile(member.id, Invoicee(InvoiceKind.COMPANY, "兰兰公司"), now=NOW)
    assert refused.value.fields["field"] == "tax_number"

    first = save_invoice_profile(
        member.id, Invoicee(InvoiceKind.COMPANY, "兰兰公司", "91330106ma27x"), now=NOW
    )
    second = save_invoice_profile(
        member.id, Invoicee(InvoiceKind.PERSON, "秦兰"), is_default=True, now=NOW
    )

    assert [p.id for p in invoice_profiles_of(member.id)] == [second.id, first.id]
    assert first.tax_number == "91330106MA27X"
    remove_invoice_profile(member.id, second.id)
    with pytest.raises(NotKept):
        remove_invoice_profile(registered("b@example.com").id, first.id)
    assert InvoiceProfile.objects.get().id == first.id


def test_a_favourite_is_kept_once(member: Member) -> None:
    thing = uuid7()

    for _tap in range(2):
        favourites.add_favourite(member.id, kind="product", object_id=thing, now=NOW)

    assert favourites.favourite_ids(member.id, kind="product", among=[thing, uuid7()]) == {thing}
    favourites.remove_favourite(member.id, kind="product", object_id=thing)
    assert not favourites.favourites_of(member.id, kind="product").exists()


def test_footprints_move_up_and_the_oldest_go(member: Member) -> None:
    things = [uuid7() for _number in range(favourites.MOST_FOOTPRINTS)]
    Footprint.objects.bulk_create(
        [
            Footprint(
                member=member, kind="product", object_id=thing, seen_at=NOW + timedelta(seconds=n)
            )
            for n, thing in enumerate(things)
        ]
    )
    later = NOW + timedelta(hours=1)

    favourites.leave_footprint(member.id, kind="product", object_id=things[0], now=later)
    favourites.leave_footprint(member.id, kind="product", object_id=uuid7(), now=later)

    rows = list(favourites.footprints_of(member.id, kind="product"))
    assert len(rows) == favourites.MOST_FOOTPRINTS
    assert {row.object_id for row in rows[:2]} >= {things[0]}
    assert things[1] not in {row.object_id for row in rows}
    favourites.clear_footprints(member.id)
    assert not Footprint.objects.exists()


def test_a_new_version_of_a_text_is_asked_for_anew(member: Member) -> None:
    for _version in range(2):
        publish_document(ConsentKind.TERMS, TERMS, is_required=True, actor=CLERK, now=NOW)
    publish_document(ConsentKind.MARKETING, TERMS, is_required=False, actor=CLERK, now=NOW)

    assert [(d.kind, d.version) for d in current_documents()] == [("marketing", 1), ("terms", 2)]
    say(member.id, ConsentKind.TERMS, version=1, is_given=True, now=NOW)
    assert [d.kind for d in outstanding(member.id)] == ["terms"]
    say(member.id, ConsentKind.TERMS, version=2, is_given=True, now=NOW)
    assert outstanding(member.id) == []
    with pytest.raises(UnknownDocument):
        say(member.id, ConsentKind.TERMS, version=3, is_given=True, now=NOW)


def test_the_latest_word_counts(member: Member) -> None:
    publish_document(ConsentKind.MARKETING, TERMS, is_required=False, actor=CLERK, now=NOW)
    assert not allows(member.id, ConsentKind.MARKETING)

    say(member.id, ConsentKind.MARKETING, version=1, is_given=True, now=NOW)
    assert allows(member.id, ConsentKind.MARKETING)
    say(member.id, ConsentKind.MARKETING, version=1, is_given=False, now=NOW + timedelta(1))

    assert not allows(member.id, ConsentKind.MARKETING)

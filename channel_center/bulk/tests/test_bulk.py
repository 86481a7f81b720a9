"""The same done to many shops: who may, what becomes of each, killed and stopped half-way."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.bulk.choices import BulkState, ItemState
from channel_center.bulk.errors import BulkOver, InvalidBulk, NothingChosen, UnknownBulk
from channel_center.bulk.models import BulkItem, BulkRun
from channel_center.bulk.services import working
from channel_center.bulk.services.announcing import told_here
from channel_center.bulk.services.beginning import begin, stop, try_again
from channel_center.bulk.services.working import work_on
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.tests.test_console_and_api import signed_in
from channel_center.partners.tests.test_tree import ACTOR, make_partner
from kernel.modules.registry import manifests
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.errors import UnknownTenant
from tenants.choices import InstallState, TenantState
from tenants.models import Hold, ModuleInstall, Tenant
from testkit.sealing import root_key
from testkit.tenants import refreshed

HOLD = {"level": 3, "reason": "unpaid since May"}


@pytest.fixture(autouse=True)
def _as_channel_process(db: None, settings: Settings) -> Iterator[None]:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    with root_key():
        yield
    with public_context():
        cache.clear()


@pytest.fixture
def shops(tenant_a: TenantRef, tenant_b: TenantRef) -> list[UUID]:
    return [tenant_a.id, tenant_b.id]


@pytest.fixture
def partner(shops: list[UUID]) -> Channel:
    channel = make_partner()
    with public_context():
        Tenant.objects.filter(pk__in=shops).update(channel_id=channel.pk)
    return channel


def states(run: BulkRun) -> list[str]:
    with public_context():
        rows = BulkItem.objects.filter(run=run).order_by("pk")
        return list(rows.values_list("state", flat=True))


def state_of(run: BulkRun) -> str:
    with public_context():
        return BulkRun.objects.get(pk=run.pk).state


def tenant_states(shops: list[UUID]) -> set[str]:
    with public_context():
        return set(Tenant.objects.filter(pk__in=shops).values_list("state", flat=True))


def test_many_shops_are_held_back_and_lifted_and_what_others_hold_stays(
    shops: list[UUID], partner: Channel
) -> None:
    with public_context():
        Hold.objects.create(tenant_id=shops[0], kind="billing", level=2, reason="-", placed_by="x")
    held = begin("hold", shops, HOLD, channel_id=partner.pk, actor=ACTOR)
    assert not work_on(held.pk, seconds=30)

    assert (states(held), state_of(held)) == ([ItemState.DONE] * 2, BulkState.DONE)
    assert tenant_states(shops) == {TenantState.SUSPENDED}
    lifted = begin("lift", shops, {}, channel_id=partner.pk, actor=ACTOR)
    work_on(lifted.pk, seconds=30)
    assert TenantState.SUSPENDED not in tenant_states(shops)
    with public_context():
        left = Hold.objects.filter(tenant_id__in=shops, released_at=None)
        assert list(left.values_list("kind", flat=True)) == ["billing"]


def test_a_worker_that_dies_leaves_the_shop_as_it_was_and_the_next_one_goes_on(
    shops: list[UUID], partner: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin("hold", shops, HOLD, channel_id=partner.pk, actor=ACTOR)
    ended = working._end
    calls = []

    def dies_at_the_second(item: BulkItem, state: ItemState, why: dict[str, str]) -> None:
        calls.append(item.pk)
        if len(calls) == 2:
            raise SystemExit
        ended(item, state, why)

    monkeypatch.setattr(working, "_end", dies_at_the_second)
    with pytest.raises(SystemExit):
        work_on(run.pk, seconds=30)
    monkeypatch.undo()

    assert states(run) == [ItemState.DONE, ItemState.WAITING]
    work_on(run.pk, seconds=30)
    assert states(run) == [ItemState.DONE] * 2
    with public_context():
        assert Hold.objects.filter(tenant_id__in=shops, kind="channel").count() == 2


def test_a_refusal_stands_beside_the_shop_in_both_languages_and_can_be_tried_again(
    shops: list[UUID], partner: Channel
) -> None:
    run = begin("hold", shops, HOLD, channel_id=partner.pk, actor=ACTOR)
    with public_context():
        Tenant.objects.filter(pk=shops[1]).update(channel_id=None)
    work_on(run.pk, seconds=30)

    assert states(run) == [ItemState.DONE, ItemState.REFUSED]
    with public_context():
        why = BulkItem.objects.get(run=run, tenant_id=shops[1]).why
    assert why == {
        "en": "The shop is no longer looked after from here.",
        "zh-hans": "这家店铺已不由此处管理。",
    }
    with public_context():
        Tenant.objects.filter(pk=shops[1]).update(channel_id=partner.pk)
    assert try_again(run.pk, channel_id=partner.pk, actor=ACTOR) == 1
    work_on(run.pk, seconds=30)
    assert (states(run), state_of(run)) == ([ItemState.DONE] * 2, BulkState.DONE)


def test_stopping_leaves_out_what_was_not_begun(shops: list[UUID], partner: Channel) -> None:
    run = begin("hold", shops, HOLD, channel_id=partner.pk, actor=ACTOR)

    assert stop(run.pk, channel_id=partner.pk, actor=ACTOR) == 2

    assert not work_on(run.pk, seconds=30)
    assert (states(run), state_of(run)) == ([ItemState.LEFT] * 2, BulkState.STOPPED)
    assert TenantState.SUSPENDED not in tenant_states(shops)
    with pytest.raises(BulkOver):
        stop(run.pk, channel_id=partner.pk, actor=ACTOR)


def test_a_function_is_switched_on_and_off_in_all_of_them(
    shops: list[UUID], partner: Channel
) -> None:
    code = next(
        code for code, each in manifests().items() if each.tier == "free" and not each.requires
    )
    with public_context():
        ModuleInstall.objects.filter(tenant_id__in=shops, module=code).delete()
    on = begin("module_on", shops, {"module": code}, channel_id=partner.pk, actor=ACTOR)
    work_on(on.pk, seconds=60)

    assert states(on) == [ItemState.DONE] * 2
    off = begin("module_off", shops, {"module": code}, channel_id=partner.pk, actor=ACTOR)
    work_on(off.pk, seconds=60)
    with public_context():
        found = ModuleInstall.objects.filter(tenant_id__in=shops, module=code)
        assert set(found.values_list("state", flat=True)) == {InstallState.DISABLED}


def test_shops_that_were_chosen_are_told_something_and_others_are_not(
    tenant_a: TenantRef,
    tenant_b: TenantRef,
    partner: Channel,
    django_capture_on_commit_callbacks: object,
) -> None:
    told = {"text_zh": "周日维护", "text_en": "Maintenance on Sunday", "urgency": "warn",
            "hours": 5}  # fmt: skip
    run = begin("announce", [tenant_a.id], told, channel_id=partner.pk, actor=ACTOR)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a factory of pytest-django
        work_on(run.pk, seconds=30)

    with tenant_context(tenant_a):
        assert [(each.text, each.urgency) for each in told_here(is_shop=True)] == [
            ("周日维护", "warn")
        ]
    with tenant_context(tenant_b):
        assert told_here(is_shop=True) == []
    with public_context():
        assert told_here(is_shop=False) == []


@pytest.mark.parametrize(
    ("action", "told", "field"),
    [
        ("hold", {"level": 4, "reason": "x"}, "level"),
        ("hold", {"level": True, "reason": "x"}, "level"),
        ("hold", {"level": 3, "reason": " "}, "reason"),
        ("module_on", {"module": "no_such"}, "module"),
        ("template", {"template": "x"}, "template"),
        ("announce", {"text_zh": "a", "text_en": "b", "urgency": "info", "hours": 0}, "hours"),
        ("announce", {"text_zh": "a", "text_en": "", "urgency": "info", "hours": 1}, "text_en"),
        ("ring", {"ring": 1}, "action"),
        ("purge", {}, "action"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_begins(
    shops: list[UUID], partner: Channel, action: str, told: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidBulk) as refusal:
        begin(action, shops, told, channel_id=partner.pk, actor=ACTOR)

    assert refusal.value.fields["field"] == field
    with public_context():
        assert not BulkRun.objects.exists()


def test_nobody_does_anything_to_anothers_shops_or_sees_anothers_work(
    shops: list[UUID], partner: Channel
) -> None:
    other = make_partner()
    with pytest.raises(UnknownTenant):
        begin("hold", shops, HOLD, channel_id=other.pk, actor=ACTOR)
    with pytest.raises(NothingChosen):
        begin("hold", [], HOLD, channel_id=partner.pk, actor=ACTOR)
    run = begin("hold", shops, HOLD, channel_id=partner.pk, actor=ACTOR)
    with pytest.raises(UnknownBulk):
        stop(run.pk, channel_id=other.pk, actor=ACTOR)
    assert signed_in(other.host, other).get(f"/bulk/{run.public_id}/").status_code == 404


def test_the_list_of_shops_leads_to_the_work_and_its_progress(
    tenant_a: TenantRef, tenant_b: TenantRef, partner: Channel
) -> None:
    desk = signed_in(partner.host, partner)
    assert 'form="bulk"' in desk.get("/shops/").content.decode()

    asked = desk.get("/bulk/new/", {"action": "hold", "all": "1", "q": tenant_a.name})
    assert tenant_a.public_id in asked.content.decode()
    assert tenant_b.public_id not in asked.content.decode()
    shops = f"{tenant_a.public_id},{tenant_b.public_id}"
    refused = desk.post("/bulk/new/", {"action": "hold", "shops": shops, "level": "3"})
    assert refused.status_code == 422
    begun = desk.post("/bulk/new/", {"action": "hold", "shops": shops, **HOLD})

    page = begun.headers["Location"]
    assert "0 of 2" in desk.get(page).content.decode()
    with public_context():
        work_on(BulkRun.objects.get().pk, seconds=30)
    shown = desk.get(page).content.decode()
    assert "2 of 2" in shown
    assert "data-live" not in shown
    assert refreshed(tenant_a).state == TenantState.SUSPENDED
    assert page in desk.get("/bulk/").content.decode()


def test_the_operator_puts_shops_into_a_ring(shops: list[UUID], settings: Settings) -> None:
    desk: Client = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    with public_context():
        ids = ",".join(row.public_id for row in Tenant.objects.filter(pk__in=shops))
    desk.post("/bulk/new/", {"action": "ring", "shops": ids, "ring": "7"})
    with public_context():
        work_on(BulkRun.objects.get().pk, seconds=30)
        rings = set(Tenant.objects.filter(pk__in=shops).values_list("ring", flat=True))

    assert rings == {7}
    partner = make_partner()
    assert signed_in(partner.host, partner).get("/bulk/new/?action=ring").status_code == 403

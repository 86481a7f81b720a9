"""Operation: stops of functions, announcements, the fleet and its upgrade."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.hosts import HOSTS
from channel_center.operations.errors import InvalidAnnouncement, InvalidRing, UnknownStop
from channel_center.operations.services.announcing import (
    AnnouncementDraft,
    announce,
    shown_to,
    withdraw,
)
from channel_center.operations.services.stops import resume_module, stop_module
from channel_center.operations.services.upgrading import set_ring, stop_upgrade, upgrade
from channel_center.partners.tests.test_console_and_api import signed_in
from channel_center.partners.tests.test_tree import ACTOR, make_partner
from kernel.common.time import utc_now
from kernel.modules.ports import entitlements
from kernel.modules.registry import manifests
from kernel.tenancy.context import TenantRef, public_context
from kernel.tenancy.ports import directory
from tenants.choices import RunState
from tenants.fleet.errors import NoRunToAbort, RunInProgress
from tenants.models import MigrationRun, ModuleInstall, Tenant
from testkit.sealing import root_key


@pytest.fixture(autouse=True)
def _as_channel_process(db: None, settings: Settings) -> Iterator[None]:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    with root_key():
        yield


@pytest.fixture
def operator(settings: Settings) -> Client:
    return signed_in(str(settings.STOA_OPERATOR_HOST), None)


def free_module() -> str:
    return next(code for code, manifest in manifests().items() if manifest.tier == "free")


def mode_in(tenant: TenantRef, code: str) -> str:
    directory().forget(tenant.id)
    return entitlements().decide(tenant.id, code, utc_now()).mode


def test_a_stopped_function_is_off_in_every_shop_until_it_goes_on(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    code = free_module()
    with public_context():
        for tenant in (tenant_a, tenant_b):
            ModuleInstall.objects.update_or_create(
                tenant_id=tenant.id, module=code, defaults={"state": "enabled"}
            )
    assert mode_in(tenant_a, code) == "full"

    number = stop_module(code, reason="charges twice", actor=ACTOR)

    assert number >= 2
    assert [mode_in(each, code) for each in (tenant_a, tenant_b)] == ["off", "off"]
    resume_module(code, actor=ACTOR)
    assert [mode_in(each, code) for each in (tenant_a, tenant_b)] == ["full", "full"]
    with pytest.raises(UnknownStop):
        resume_module(code, actor=ACTOR)


@pytest.mark.parametrize(("code", "reason"), [("no_such", "x"), ("", " ")])
def test_a_stop_wants_a_function_and_a_reason(code: str, reason: str) -> None:
    with pytest.raises(UnknownStop):
        stop_module(code or free_module(), reason=reason, actor=ACTOR)


def draft(**changed: object) -> AnnouncementDraft:
    now = utc_now()
    values: dict[str, object] = {
        "text_zh": "今晚维护",
        "text_en": "Maintenance tonight",
        "audience": "shops",
        "urgency": "warn",
        "starts_at": now - timedelta(minutes=1),
        "ends_at": now + timedelta(hours=1),
    }
    return AnnouncementDraft(**(values | changed))  # type: ignore[arg-type]


def test_an_announcement_is_shown_to_whom_it_is_for_and_until_it_is_taken_back(
    django_capture_on_commit_callbacks: object,
) -> None:
    capture = django_capture_on_commit_callbacks
    with capture(execute=True):  # type: ignore[operator]  # a factory of pytest-django
        row = announce(draft(), actor=ACTOR)

    assert [each.urgency for each in shown_to(is_shop=True)] == ["warn"]
    assert shown_to(is_shop=False) == []
    with capture(execute=True):  # type: ignore[operator]  # a factory of pytest-django
        withdraw(row.pk, actor=ACTOR)
    assert shown_to(is_shop=True) == []
    with public_context():
        cache.clear()


@pytest.mark.parametrize(
    "changed",
    [{"text_en": " "}, {"audience": "moon"}, {"urgency": "x"}, {"ends_at": utc_now()}],
)
def test_an_announcement_that_says_nothing_or_never_ends_is_refused(
    changed: dict[str, object],
) -> None:
    starts_at = utc_now() + timedelta(days=1) if "ends_at" in changed else utc_now()
    with pytest.raises(InvalidAnnouncement):
        announce(draft(**{"starts_at": starts_at, **changed}), actor=ACTOR)


def test_the_fleet_shows_each_shop_and_puts_it_into_another_ring(
    operator: Client, tenant_a: TenantRef
) -> None:
    page = operator.get("/fleet/?q=tenant").content.decode()

    moved = operator.post(f"/fleet/{tenant_a.public_id}/ring/", {"ring": "0"})

    assert tenant_a.name in page
    assert "0.0 %" in page
    assert moved.status_code == 302
    with public_context():
        assert Tenant.objects.get(pk=tenant_a.id).ring == 0
    with pytest.raises(InvalidRing):
        set_ring(tenant_a.id, 12, actor=ACTOR)


def test_one_upgrade_runs_at_a_time_and_can_be_stopped() -> None:
    with pytest.raises(NoRunToAbort):
        stop_upgrade(actor=ACTOR)
    with public_context():
        run = MigrationRun.objects.create(release="x", state=RunState.RUNNING)

    with pytest.raises(RunInProgress):
        upgrade(actor=ACTOR)
    stop_upgrade(actor=ACTOR)

    with public_context():
        assert MigrationRun.objects.get(pk=run.pk).abort_requested


def test_the_operators_pages_answer_and_the_palette_finds_shops_and_partners(
    operator: Client, tenant_a: TenantRef
) -> None:
    partner = make_partner()
    for path in ("/fleet/", "/functions/", "/announcements/", "/partners/", "/"):
        assert operator.get(path).status_code == 200, path

    found = operator.get("/palette/?q=nort").json()["items"]
    shops = operator.get(f"/palette/?q={tenant_a.name}").json()["items"]

    assert f"/partners/{partner.public_id}/" in [each["path"] for each in found]
    assert f"/shops/{tenant_a.public_id}/" in [each["path"] for each in shops]
    assert signed_in(partner.host, partner).get("/palette/?q=tenant").json() == {"items": []}

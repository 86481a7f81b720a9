"""What protects the accounts of staff: second factor, sessions, letters, helpers for a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from config.celery import app
from kernel.access.factors import begin_factor, confirm_factor
from kernel.access.models import SecondFactor, Staff, StaffSession
from kernel.access.services import create_owner, hash_password
from kernel.access.totp import code_at, step_of
from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

PASSWORD = "a quiet harbour at dawn"
TESTER = Actor.system("tests")


@pytest.fixture(autouse=True)
def _sealer(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=utc_now())
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


@pytest.fixture
def _at_once() -> Iterator[None]:
    """Run tasks where they are sent."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def owner(tenant: TenantRef) -> Staff:
    with tenant_context(tenant):
        # Attempts are counted by address, also from one test to the next.
        email = f"{token_hex(6)}@example.com"
        return create_owner(email=email, name="Boss", password_hash=hash_password(PASSWORD))


def sign_in(browser: Client, person: Staff) -> str:
    answer = browser.post("/sign-in/", {"email": person.email, "password": PASSWORD})
    return str(answer.headers.get("Location", answer.status_code))


def with_factor(tenant: TenantRef, person: Staff) -> tuple[str, list[str]]:
    with tenant_context(tenant):
        secret, now = begin_factor(person), utc_now() - timedelta(minutes=2)
        codes = confirm_factor(person, code_at(secret, step_of(now)), actor=TESTER, now=now)
    return secret, codes


def test_an_app_is_set_up_and_its_code_is_asked_for_from_then_on(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    assert sign_in(desk, owner) == "/"
    page = desk.get("/account/factor/")
    secret = page.context["secret"].replace(" ", "")
    assert b"<svg" in page.content

    wrong = desk.post("/account/factor/", {"code": "000000"})
    before = code_at(secret, step_of(utc_now()) - 1)
    made = desk.post("/account/factor/", {"code": before})

    assert wrong.status_code == 422
    assert len(made.context["codes"]) == 10
    desk.post("/sign-out/")
    assert sign_in(desk, owner) == "/sign-in/code/"
    assert desk.get("/orders/").status_code == 302, "half signed in is not signed in"
    assert desk.post("/sign-in/code/", {"code": before}).status_code == 422, "it was used"
    fresh = desk.post("/sign-in/code/", {"code": code_at(secret, step_of(utc_now()) + 1)})
    assert fresh.headers["Location"] == "/"
    assert desk.get("/orders/").status_code == 200


def test_a_recovery_code_opens_once(desk: TenantClient, tenant: TenantRef, owner: Staff) -> None:
    _secret, codes = with_factor(tenant, owner)

    sign_in(desk, owner)
    first = desk.post("/sign-in/code/", {"code": codes[0].upper()})
    desk.post("/sign-out/")
    sign_in(desk, owner)
    again = desk.post("/sign-in/code/", {"code": codes[0]})

    assert (first.status_code, again.status_code) == (302, 422)
    with tenant_context(tenant):
        assert len(SecondFactor.objects.get().recovery) == 9
        assert AuditEntry.objects.filter(action="access.recovery_used").count() == 1


def test_whoever_has_none_sets_one_up_first_once_the_shop_wants_it(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    sign_in(desk, owner)

    desk.post("/staff/security/factor/", {"needs_factor": "on"})

    assert desk.get("/orders/").headers["Location"] == "/account/factor/"
    assert desk.get("/api/v1/admin/orders/").status_code == 401
    secret = desk.get("/account/factor/").context["secret"].replace(" ", "")
    desk.post("/account/factor/", {"code": code_at(secret, step_of(utc_now()))})
    assert desk.get("/orders/").status_code == 200
    desk.post("/account/factor/remove/")
    with tenant_context(tenant):
        assert SecondFactor.objects.filter(confirmed_at__isnull=False).exists()


def test_a_colleague_takes_a_lost_factor_away_and_that_is_on_record(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    with_factor(tenant, owner)
    path = f"/staff/people/{owner.public_id}/factor/"
    desk.as_staff("staff.view", "staff.manage", email="lesser@example.com")
    desk.post(path)
    with tenant_context(tenant):
        assert SecondFactor.objects.exists(), "who has fewer rights takes nothing away"
    desk.as_staff("*", email="other@example.com")

    desk.post(path)

    with tenant_context(tenant):
        assert not SecondFactor.objects.exists()
        entry = AuditEntry.objects.get(action="access.factor_reset")
        assert entry.object_id == str(owner.pk)
    assert sign_in(desk, owner) == "/"


def test_devices_are_listed_and_signed_out_from_elsewhere(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    phone = TenantClient(tenant, "console", headers={"User-Agent": "iPhone Safari"})
    sign_in(phone, owner)
    sign_in(desk, owner)
    assert b"Safari, iPhone" in desk.get("/account/security/").content

    desk.post("/account/sessions/end/")

    assert phone.get("/orders/").status_code == 302
    assert desk.get("/orders/").status_code == 200
    with tenant_context(tenant):
        assert StaffSession.objects.filter(ended_at=None).count() == 1


@pytest.mark.usefixtures("_at_once")
def test_a_letter_tells_of_a_sign_in_on_a_new_device_and_of_none_on_a_known_one(
    desk: TenantClient,
    owner: Staff,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            sign_in(desk, owner)
        desk.post("/sign-out/")

    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    assert "127.0.0.1" in mail.outbox[0].body


def test_a_helper_enters_once_by_a_link_and_is_out_when_the_time_is_over(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    sign_in(desk, owner)
    with tenant_context(tenant):
        role = str(owner.assignments.get().role_id)
    told = {"reason": "a parcel is stuck", "hours": "4", "roles": [role]}
    link = desk.post("/staff/security/support/", told).context["link"]
    path = "/support/" + link.rsplit("/", 2)[1] + "/"
    helper = TenantClient(tenant, "console")

    looked, entered = helper.get(path), helper.post(path)

    assert (looked.status_code, entered.status_code) == (200, 302)
    assert helper.get("/orders/").status_code == 200
    assert TenantClient(tenant, "console").post(path).status_code == 404, "it works once"
    with tenant_context(tenant):
        person = Staff.objects.get(name="Support")
        assert person.expires_at is not None
        left = person.expires_at - utc_now()
        assert timedelta(hours=3, minutes=59) < left <= timedelta(hours=4)
        Staff.objects.filter(pk=person.pk).update(expires_at=utc_now() - timedelta(seconds=1))
    assert helper.get("/orders/").status_code == 302


def test_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B; six of its eight digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert [code_at(secret, at // 30) for at in (59, 1111111109, 20000000000)] == [
        "287082",
        "081804",
        "353130",
    ]

"""Whoever is invited gets a letter, chooses a password by its link, and the link is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from secrets import token_hex

import pytest
from django.core import mail
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from config.celery import app
from kernel.access.arriving import GOOD_FOR, ArrivalOver, arrival_token, arriving_person
from kernel.access.models import Role, Staff
from kernel.access.services import create_owner, hash_password
from kernel.access.tasks import announce_invitation
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

FIRST, OWN = "a quiet harbour at dawn", "green lemon reading room"


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def link_in(letter: mail.EmailMessage) -> str:
    found = re.search(r"https?://[^/]+(/welcome/\S+)", str(letter.body))
    assert found is not None
    return found[1]


def test_a_colleague_who_is_invited_chooses_a_password_by_the_link_of_a_letter(
    desk: TenantClient,
    tenant: TenantRef,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    desk.as_staff("*", email="boss@example.com")
    with tenant_context(tenant):
        role = Role.objects.create(code=token_hex(6), name="Till", permissions=["orders.view"])
    email = f"{token_hex(6)}@example.com"
    told = {"name": "Ann", "email": email, "roles": [str(role.pk)]}
    with django_capture_on_commit_callbacks(execute=True):
        invited = desk.post("/staff/new/", told)
    [letter] = [each for each in mail.outbox if each.to == [email]]
    link, guest = link_in(letter), TenantClient(tenant, "console")
    shown, weak = guest.get(link), guest.post(link, {"password": "12345"})
    chosen, again = guest.post(link, {"password": OWN}), guest.get(link)
    signed_in = guest.post("/sign-in/", {"email": email, "password": OWN})

    assert b"Ann" in invited.content
    assert (shown.status_code, weak.status_code) == (200, 422)
    assert (chosen["Location"], again.status_code) == ("/sign-in/", 410)
    assert signed_in["Location"] == "/"


def test_a_link_is_over_after_a_week_and_opens_nothing_in_another_shop(
    tenant: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant):
        person = create_owner(
            email=f"{token_hex(6)}@example.com",
            name="Boss",
            password_hash=hash_password(FIRST),
            must_change_password=True,
        )
        token, now = arrival_token(person), utc_now()
        assert arriving_person(token, now=now).pk == person.pk
    assert timedelta(days=1) < GOOD_FOR <= timedelta(days=7)
    with tenant_context(tenant_b), pytest.raises(ArrivalOver):
        arriving_person(token, now=now)
    with tenant_context(tenant):
        Staff.objects.filter(pk=person.pk).update(must_change_password=False)
        with pytest.raises(ArrivalOver):
            arriving_person(token, now=now)


def test_the_owner_of_a_new_shop_is_written_to_in_the_shops_language(
    tenant: TenantRef, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    email = f"{token_hex(6)}@example.com"
    with tenant_context(tenant), django_capture_on_commit_callbacks(execute=True):
        person = create_owner(
            email=email,
            name="王小梅",
            password_hash=hash_password(FIRST),
            must_change_password=True,
        )
        announce_invitation(person)

    [letter] = [each for each in mail.outbox if each.to == [email]]
    assert "后台" in str(letter.subject)
    assert str(tenant.host("console")) in str(letter.body)
    assert FIRST not in str(letter.body)

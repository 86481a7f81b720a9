"""Nothing of the channel console or its API answers a stranger, or a person without the right."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.fixtures import Settings

from channel_center.hosts import HOSTS
from channel_center.partners.choices import PartnerRole
from channel_center.partners.services.people import PersonDraft, invite
from channel_center.partners.tests.test_tree import ACTOR, make_partner
from kernel.tenancy.context import public_context

OPEN = (
    *("sign-in/", "sign-out/", "support/", "invited/", "welcome/", "account/", "language/"),
    *("brand.css", "mark.svg", "favicon.ico", "robots.txt", "look/"),
    "api/v1/channel/openapi.json",
    # Links that are signed, and what Stripe signs.
    *("pay/top-up/", "hooks/top-up/"),
)
FOR_EVERYBODY = ("", "palette/")
"""What anybody sees who works here: the start page, and what the palette may show him."""


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Return an address for each route, with something in place of each id."""
    for each in patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, path)
        else:
            yield re.sub(r"<[^>]+>", "1", path)


@pytest.fixture
def paths(db: None, settings: Settings) -> list[str]:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    found = list(routes(get_resolver("config.urls_channel").url_patterns))
    return [path for path in found if not path.startswith(OPEN)]


def test_every_route_is_shut_to_strangers(paths: list[str]) -> None:
    client = Client(headers={"host": make_partner().host})

    answers = {
        (path, method): client.generic(method, f"/{path}").status_code
        for path in paths
        for method in ("GET", "POST")
    }

    assert len(answers) > 100
    assert set(answers.values()) <= {302, 401, 403, 405}, answers


def test_a_person_without_any_right_opens_the_start_page_alone(paths: list[str]) -> None:
    channel = make_partner()
    draft = PersonDraft(name="Wu", email="wu@example.com", role=PartnerRole.SUPPORT)
    person = invite(channel.pk, draft, actor=ACTOR).person
    with public_context():
        person.assignments.all().delete()
        person.must_change_password = False
        person.save(update_fields=["must_change_password"])
        client = Client(headers={"host": channel.host})
        client.force_login(person)

    opened = [
        path
        for path in paths
        for answer in (client.get(f"/{path}"), client.post(f"/{path}"))
        if answer.status_code not in {403, 405}
    ]

    assert set(opened) == set(FOR_EVERYBODY)

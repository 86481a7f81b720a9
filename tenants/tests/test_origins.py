"""A delivery network before a shop's pictures: who may be one, and what pages say of it."""

from __future__ import annotations

import pytest
from pytest_django import Settings
from typer.testing import CliRunner

from config.cli.tenant import app
from config.settings.security import content_policy
from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.tenancy.context import TenantRef, public_context
from tenants.errors import InvalidTenantField
from tenants.models import Tenant
from tenants.services.origins import checked_origin, set_media_origin
from testkit.modules import anew
from testkit.web import console, store

ACTOR = Actor.system("tests")
BAD = [
    "http://cdn.example.com",
    "cdn.example.com",
    "//cdn.example.com",
    "https://cdn.example.com/a",
    "https://cdn.example.com?a",
    "https://cdn.example.com#a",
    "https://anna:x@cdn.example.com",
    "https://*.example.com",
    "https://cdn.example.com; script-src *",
    "https://cdn.example.com https://x.org",
    "https://cdn.example.com\nhttps://x.org",
    "https://localhost",
    "https://127.0.0.1",
    "https://[::1]",
    "https://cdn.example.com:0",
    "https://cdn.example.com:65536",
    "https://-cdn.example.com",
    "https://" + "a" * 64 + ".com",
    "https://" + "abcdefgh." * 30 + "com",
    "https://图.example.com",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_origin_of_https_is_refused(text: str) -> None:
    with pytest.raises(InvalidTenantField):
        checked_origin(text)


def test_pages_of_a_shop_allow_the_network_that_its_operator_named(
    tenant_a: TenantRef, tenant_b: TenantRef, settings: Settings
) -> None:
    def policies(tenant: TenantRef) -> list[str]:
        found = []
        for process, browse in {"store": store, "console": console}.items():
            settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_policy(process)}
            with browse(tenant) as browser:
                found.append(browser.get("/")["Content-Security-Policy"])
        return found

    before = policies(tenant_a)
    told = CliRunner().invoke(
        app, ["media-origin", tenant_a.public_id, "https://CDN.Example.com:443/"]
    )
    set_media_origin(tenant_a.id, "https://cdn.example.com", actor=ACTOR)
    shown = policies(anew(tenant_a.id))
    others = policies(tenant_b)
    set_media_origin(tenant_a.id, "", actor=ACTOR)

    assert told.exit_code == 0, told.output
    for old, new in zip(before, shown, strict=True):
        directives = dict(part.strip().partition(" ")[::2] for part in new.split(";"))
        assert directives["img-src"].endswith(" https://cdn.example.com")
        assert directives["media-src"].endswith(" https://cdn.example.com")
        assert new.count("cdn.example.com") == 2
        assert "cdn.example.com" not in old
    assert "cdn.example.com" not in "".join([*others, *policies(anew(tenant_a.id))])
    with public_context():
        assert Tenant.objects.get(pk=tenant_a.id).media_origin == ""
        acts = AuditEntry.objects.filter(action="tenants.media_origin_changed")
        assert [each.after for each in acts.order_by("sequence")] == [
            {"origin": "https://cdn.example.com"},
            {"origin": ""},
        ]

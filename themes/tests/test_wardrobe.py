"""Themes of a shop as its people copy, carry and change them."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.audit.actor import Actor
from kernel.media.models import Asset, AssetUse
from kernel.media.names import asset_id_of
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console, store
from themes.archives import archive_of, take_in
from themes.desk import draft_of, live_theme, pages_of, save_draft
from themes.errors import InvalidArchive
from themes.models import ThemeInstance
from themes.names import LANDING, MANY
from themes.own_pages import make_page, make_part
from themes.taking_along import in_library
from themes.tests.samples import picture_bytes
from themes.tests.test_releases import told

ACTOR: Final = Actor.system("tests")


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        client.as_staff("design.edit", "design.publish")
        yield client


def write_home(theme: ThemeInstance, text: str) -> None:
    page = next(each for each in pages_of(theme) if each.template == "home")
    gone: Any = {"id": "b-gone", "type": "gone.block", "v": 2, "settings": {"kept": True}}
    document = told(f"<p>{text}</p>", "home", gone)
    save_draft(page.pk, document, rev=draft_of(page).rev, actor=ACTOR)


def front(tenant: TenantRef) -> str:
    with store(tenant) as visitor:
        return str(visitor.get("/").content.decode())


def test_a_copy_is_edited_unseen_and_put_in_use_at_once(
    desk: TenantClient,
    tenant_a: TenantRef,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with tenant_context(tenant_a), django_capture_on_commit_callbacks(execute=True):
        first = live_theme()
        write_home(first, "First words")
    with django_capture_on_commit_callbacks(execute=True):
        desk.post("/design/publish/")
    desk.post(f"/design/themes/{first.pk}/copy/")
    with tenant_context(tenant_a):
        copy = ThemeInstance.objects.exclude(pk=first.pk).get()
        write_home(copy, "Other words")
    before = front(tenant_a)
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(f"/design/themes/{copy.pk}/use/")
    after = front(tenant_a)
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(f"/design/themes/{first.pk}/use/")
    back = front(tenant_a)
    desk.post(f"/design/themes/{first.pk}/away/")
    desk.post(f"/design/themes/{copy.pk}/away/")
    listed = desk.get("/design/", headers={"Accept-Language": "en"}).content.decode()

    assert "First words" in before
    assert "Other words" in after
    assert "First words" in back
    assert len(re.findall(r"/design/themes/[0-9a-f-]+/copy/", listed)) == 1


def test_a_theme_is_carried_to_another_shop_as_a_file(
    desk: TenantClient, tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        theme = live_theme()
        write_home(theme, "Carried")
        assert archive_of(theme.pk) == archive_of(theme.pk)
    sent = desk.get(f"/design/themes/{theme.pk}/file/")
    with console(tenant_b) as other:
        other.as_staff("design.edit", "design.publish")
        other.post("/design/themes/", {"file": SimpleUploadedFile("t.zip", sent.content)})
    with tenant_context(tenant_b):
        made = ThemeInstance.objects.latest("created_at")
        page = next(each for each in pages_of(made) if each.template == "home")
        blocks: Any = draft_of(page).doc["blocks"]

    assert sent["Content-Type"] == "application/zip"
    assert made.role == "draft"
    assert [each["id"] for each in blocks] == ["b-home", "b-gone"]
    assert blocks[1]["settings"] == {"kept": True}


def test_pictures_and_own_pages_travel_with_a_theme_and_are_not_doubled(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    picture = picture_bytes(3)
    with tenant_context(tenant_a):
        theme = live_theme()
        shown = in_library(picture, name="Harbour", actor=ACTOR)
        hero: Any = {"id": "b-hero", "type": "media.hero", "settings": {"image": {"asset": shown}}}
        part = make_part(hero, title="Harbour", actor=ACTOR, theme=theme)
        ref: Any = {"id": "b-ref", "type": "core.ref", "settings": {"part": part.handle}}
        document = {**told("x"), "blocks": [ref, hero]}
        make_page(LANDING, title="夏日", handle="summer", actor=ACTOR, document=document)
        content = archive_of(theme.pk)
        before = Asset.objects.count()
        take_in(content, actor=ACTOR)
        assert Asset.objects.count() == before
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
    with tenant_context(tenant_b):
        for _time in range(2):
            made = take_in(content, actor=ACTOR)
        pages = {each.handle: each for each in pages_of(made) if each.template in MANY}
        docs: Any = {handle: draft_of(page).doc for handle, page in pages.items()}
        asset = Asset.objects.get()
        found = asset_id_of(docs["summer"]["blocks"][1]["settings"]["image"]["asset"])
        uses = AssetUse.objects.filter(asset=asset).count()

    assert len([name for name in names if name.startswith("files/")]) == 1
    assert {"pages/landing/summer.json", "pages/part/harbour.json"} <= set(names)
    assert pages["summer"].title == "夏日"
    assert found == asset.pk
    assert uses == 4


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("files/../../etc.webp", id="elsewhere"),
        pytest.param(f"files/{'0' * 64}.webp", id="another content"),
        pytest.param("strange.bin", id="stranger"),
    ],
)
def test_a_picture_that_is_not_what_its_name_says_is_refused(
    tenant_a: TenantRef, name: str
) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("theme.json", json.dumps({"format": 1}))
        archive.writestr(name, picture_bytes(1))
    with tenant_context(tenant_a), pytest.raises(InvalidArchive):
        take_in(made.getvalue(), actor=ACTOR)


def packed(**files: Any) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, told_in in files.items():
            text = told_in if isinstance(told_in, str) else json.dumps(told_in)
            archive.writestr(name.replace("__", "/") + ".json", text)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04 no archive", id="broken"),
        pytest.param(packed(pages__home=told("x")), id="headless"),
        pytest.param(packed(theme={"format": 9}), id="format"),
        pytest.param(packed(theme={"format": 1}, pages__passwd={}), id="stranger"),
        pytest.param(packed(theme={"format": 1}, pages__home={"blocks": [1]}), id="faulty"),
        pytest.param(packed(theme={"format": 1}, pages__home=" " * 300_000), id="bomb"),
        pytest.param(packed(theme={"format": 1}, pages__home="{"), id="no-json"),
    ],
)
def test_a_file_that_holds_no_theme_is_refused_and_nothing_is_made(
    tenant_a: TenantRef, content: bytes
) -> None:
    with tenant_context(tenant_a), pytest.raises(InvalidArchive):
        take_in(content, actor=ACTOR)

    with tenant_context(tenant_a):
        assert not ThemeInstance.objects.exists()


def test_who_may_edit_alone_puts_nothing_in_use(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        theme = live_theme()
        write_home(theme, "x")
    with console(tenant_a) as client:
        client.as_staff("design.edit", email="e@example.com")
        assert client.post(f"/design/themes/{theme.pk}/use/").status_code == 403
        assert client.post("/design/publish/").status_code == 403
        assert client.post(f"/design/themes/{theme.pk}/copy/").status_code == 302

"""Files that are sent straight to the storage, and the API of the library."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.media.errors import InvalidAsset, NotUploaded, UnknownUpload
from kernel.media.models import Upload
from kernel.media.services import begin_upload, finish_upload, room_taken, sweep
from kernel.media.tests.samples import ACTOR, MP4, PDF, add, photo
from kernel.tenancy.context import TenantRef, current_tenant, tenant_context
from testkit.buckets import bucket_server, new_bucket
from testkit.factories.catalogue import make_product
from testkit.web import TenantClient, console

ADMIN = "/api/v1/admin/media/"
JSON: Any = {"content_type": "application/json"}


@pytest.fixture
def bucket(settings: Settings) -> Iterator[str]:
    """A bucket in which the shop's files are kept."""
    with bucket_server() as address:
        settings.STOA_S3 = new_bucket(address)
        storages = {**settings.STORAGES}
        storages["default"] = {"BACKEND": "kernel.tenancy.storage.S3TenantStorage"}
        settings.STORAGES = storages
        yield str(settings.STOA_S3["bucket"])


@pytest.fixture
def staff(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        client.as_staff("media.view", "media.manage", "products.manage")
        yield client


@pytest.mark.usefixtures("in_tenant_a")
def test_uploads_cannot_escape_the_tenants_prefix(bucket: str) -> None:
    now = utc_now()
    ticket = begin_upload("../../other/film.mp4", len(MP4), actor=ACTOR, now=now)
    form = ticket.form
    policy = json.loads(base64.b64decode(form.fields["policy"]))["conditions"]
    key = f"tenants/{current_tenant().id.hex}/uploads/{ticket.upload.pk.hex}"

    with pytest.raises(NotUploaded):
        finish_upload(ticket.upload.pk, actor=ACTOR, now=now)
    sent = httpx.post(form.url, data=dict(form.fields), files={"file": ("x.html", MP4)})
    storage: Any = default_storage
    arrived = storage.connection.Object(bucket, key).get()["ContentType"]
    added = finish_upload(ticket.upload.pk, actor=ACTOR, now=now)

    assert form.fields["key"] == key
    assert {"key": key} in policy
    assert {"bucket": bucket} in policy
    assert ["content-length-range", 1, len(MP4)] in policy
    assert (sent.status_code, arrived) == (204, "application/octet-stream")
    assert (added.asset.kind, added.asset.name) == ("video", "film.mp4")
    with default_storage.open(added.asset.file) as file:
        assert file.read() == MP4
    with pytest.raises(UnknownUpload):
        finish_upload(ticket.upload.pk, actor=ACTOR, now=now)


@pytest.mark.usefixtures("in_tenant_a")
def test_room_is_kept_for_uploads_and_given_back(django_capture_on_commit_callbacks: Any) -> None:
    now = utc_now()
    bad = begin_upload("a.mp4", 5_000, actor=ACTOR, now=now).upload
    left = begin_upload("b.mp4", 7_000, actor=ACTOR, now=now).upload
    taken = room_taken()
    default_storage.save(bad.file, ContentFile(b"MZ" + b"\x00" * 100))
    default_storage.save(left.file, ContentFile(MP4))

    with pytest.raises(InvalidAsset), django_capture_on_commit_callbacks(execute=True):
        finish_upload(bad.pk, actor=ACTOR, now=now)
    with pytest.raises(UnknownUpload):
        finish_upload(left.pk, actor=ACTOR, now=now + timedelta(hours=2))
    sweep(now=now + timedelta(hours=2))

    assert (taken, room_taken(), Upload.objects.count()) == (12_000, 0, 0)
    assert not default_storage.exists(left.file)


def test_a_form_takes_its_own_file_and_no_other(staff: TenantClient, tenant_b: TenantRef) -> None:
    asked = staff.post(f"{ADMIN}uploads/", {"name": "清单.pdf", "size": len(PDF)}, **JSON).json()

    def send(content: bytes, **changes: str) -> int:
        told = {**asked["fields"], **changes, "file": SimpleUploadedFile("x", content)}
        return int(staff.post("/uploads/", told).status_code)

    refused = [
        send(PDF, key=asked["fields"]["key"].replace("uploads/", "media/")),
        send(PDF, largest="999999999"),
        send(PDF, until=str(int(asked["fields"]["until"]) + 1)),
        send(PDF, signature="x"),
        send(PDF + b" "),
        send(b""),
    ]
    with console(tenant_b) as other:
        told = {**asked["fields"], "file": SimpleUploadedFile("x", PDF)}
        refused.append(other.post("/uploads/", told).status_code)
    sent = [send(PDF), send(PDF)]
    finish = f"{ADMIN}uploads/{asked['id']}/"
    made = staff.post(finish)

    assert asked["url"].endswith("/uploads/")
    assert refused == [403, 403, 403, 403, 400, 400, 403]
    assert sent == [204, 400]
    assert (made.status_code, made.json()["name"], made.json()["state"]) == (
        201,
        "清单.pdf",
        "ready",
    )
    assert staff.post(finish).status_code == 404


def test_staff_look_after_files_over_the_api(staff: TenantClient, tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        product = make_product(title="Shirt")
    folder = staff.post(f"{ADMIN}folders/", {"name": "Looks"}, **JSON).json()["id"]
    file = SimpleUploadedFile("look.gif", photo(), content_type="text/html")
    made = staff.post(f"{ADMIN}assets/", {"file": file, "alt": "A look", "folder": folder})
    key = made.json()["id"]
    with tenant_context(tenant_a):
        deliver_pending(clock=utc_now, limit=20)
    item = f"{ADMIN}assets/{key}/"
    again = staff.post(f"{ADMIN}assets/", {"file": SimpleUploadedFile("b.jpg", photo())})
    script = SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>")
    refused = staff.post(f"{ADMIN}assets/", {"file": script})
    pictures = f"/api/v1/admin/products/{product.public_id}/pictures/"
    shown = staff.post(pictures, {"asset": key})
    neither = staff.post(pictures, {"alt": "x"})
    told = staff.patch(item, {"focus": [0.25, 1], "name": "Red"}, **JSON)
    in_use = staff.delete(item)
    uses = staff.get(f"{item}uses/").json()["items"]
    listed = staff.get(f"{ADMIN}assets/", {"folder": folder, "q": "red", "kind": "image"}).json()
    cut = staff.post(f"{item}cuts/", {"width": 96, "height": 96}, **JSON)
    framed = staff.get(staff.get(cut.json()["url"])["Location"])
    forged = staff.get(cut.json()["url"].replace("96x96", "1600x1600")).status_code
    room = staff.get(f"{ADMIN}room/").json()
    held = staff.delete(f"{ADMIN}folders/{folder}/")
    staff.as_staff("media.view", email="reader@example.com")
    forbidden = staff.delete(item)

    assert (made.status_code, again.status_code, shown.status_code) == (201, 200, 201)
    assert (made.json()["url"], again.json()["id"]) == ("", key)
    assert (refused.status_code, refused.json()["code"]) == (422, "media.invalid")
    assert neither.status_code == 422
    assert (told.json()["focus"], told.json()["name"]) == ([0.25, 1.0], "Red.jpg")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "media.in_use")
    assert in_use.json()["uses"] == uses
    assert [each["title"] for each in uses] == ["Shirt"]
    assert [each["id"] for each in listed["results"]] == [key]
    assert framed["Content-Type"] == "image/webp"
    assert forged == 404
    assert 0 < room["bytes"] < room["limit"]
    assert (held.status_code, forbidden.status_code) == (409, 403)


def test_a_player_gets_the_part_of_a_film_that_it_asks_for(
    staff: TenantClient, tenant_a: TenantRef
) -> None:
    with tenant_context(tenant_a):
        url = default_storage.url(add(MP4 + b"the end", "film.mp4").asset.file)

    part = staff.get(url, headers={"Range": f"bytes={len(MP4)}-"})
    beyond = staff.get(url, headers={"Range": "bytes=9999-"})

    assert (part.status_code, part.getvalue()) == (206, b"the end")
    assert part["Content-Range"] == f"bytes {len(MP4)}-{len(MP4) + 6}/{len(MP4) + 7}"
    assert beyond.status_code == 416


def test_a_shop_sees_no_file_of_another(
    staff: TenantClient, tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        asset = add(PDF, "prices.pdf").asset
        url = default_storage.url(asset.file)

    with console(tenant_b) as other:
        other.as_staff("media.view", "media.manage")
        answers = [
            other.get(f"{ADMIN}assets/{asset.public_id}/").status_code,
            other.delete(f"{ADMIN}assets/{asset.public_id}/").status_code,
            other.get(url).status_code,
        ]
        listed = other.get(f"{ADMIN}assets/").json()["results"]

    assert (answers, listed) == ([404, 404, 404], [])
    assert staff.get(url).getvalue() == PDF

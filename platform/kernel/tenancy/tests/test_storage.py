"""Files of a tenant, on disk and in a bucket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.signing import BadSignature
from django.http import Http404
from django.test import RequestFactory
from pytest_django import Settings

from kernel.common.time import utc_now
from kernel.tenancy import files
from kernel.tenancy.context import BrandRef, TenantRef, no_scope, public_context, tenant_context
from kernel.tenancy.errors import NoTenant
from kernel.tenancy.storage import (
    LocalArchiveStorage,
    LocalTenantStorage,
    S3ArchiveStorage,
    S3TenantStorage,
    delete_all,
    walk,
)
from kernel.tenancy.storage.local import LINK_LIFETIME, check_link
from testkit.buckets import bucket_server, new_bucket


def shop(number: int) -> TenantRef:
    name = f"shop {number}"
    return TenantRef(
        id=UUID(int=number), schema=f"t_{number:016d}", role="", name=name, brand=BrandRef(name)
    )


ANNA, BERT = shop(1), shop(2)
BAD_NAMES = [
    "",
    "..",
    "../x",
    "a/../../x",
    "a/./b",
    "a//b",
    "/etc/passwd",
    "//server/share",
    "C:/x",
    "c:x",
    "..\\x",
    "a\\b",
    "a\0b",
    "a\nb",
    "%2e%2e/x",
    "%2E%2E%2Fx",
    "%252e%252e%252fx",
    "a/%2e%2e/%2e%2e/x",
    "..%5cx",
    "a%00b",
    "%2fetc%2fpasswd",
    "x" * 256,
    "/".join(["abcdefgh"] * 200),
    "\ud800",
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with bucket_server() as address:
        yield address


@pytest.fixture
def bucket(server: str, settings: Settings) -> str:
    """An empty bucket, named in the settings."""
    settings.STOA_S3 = new_bucket(server)
    return str(settings.STOA_S3["bucket"])


@pytest.fixture
def disk(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(params=["disk", "bucket"])
def storage(request: pytest.FixtureRequest) -> Storage:
    request.getfixturevalue(request.param)
    return LocalTenantStorage() if request.param == "disk" else S3TenantStorage()


@pytest.fixture(params=["disk", "bucket"])
def archives(request: pytest.FixtureRequest) -> LocalArchiveStorage | S3ArchiveStorage:
    request.getfixturevalue(request.param)
    return LocalArchiveStorage() if request.param == "disk" else S3ArchiveStorage()


class Broken(Exception):
    pass


def break_off(archives: LocalArchiveStorage | S3ArchiveStorage, parts: list[bytes]) -> None:
    with archives.writer("x/half.age") as file:
        for part in parts:
            file.write(part)
        raise Broken


def test_each_tenant_has_its_own_file_of_a_name(storage: Storage) -> None:
    for tenant in (ANNA, BERT):
        with tenant_context(tenant):
            assert (
                storage.save("logos/logo.txt", ContentFile(tenant.name.encode()))
                == "logos/logo.txt"
            )

    for tenant in (ANNA, BERT):
        with tenant_context(tenant), storage.open("logos/logo.txt") as file:
            assert file.read() == tenant.name.encode()


def test_a_file_of_another_tenant_is_not_there(storage: Storage) -> None:
    with tenant_context(ANNA):
        storage.save("only-anna.txt", ContentFile(b"hers"))

    with tenant_context(BERT):
        assert not storage.exists("only-anna.txt")
        assert storage.listdir("") == ([], [])
        assert list(walk(storage)) == []
        storage.delete("only-anna.txt")
        with pytest.raises(FileNotFoundError):
            storage.open("only-anna.txt")

    with tenant_context(ANNA):
        assert storage.exists("only-anna.txt")


def test_without_a_scope_there_is_no_file(storage: Storage) -> None:
    with no_scope():
        for attempt in (
            lambda: storage.save("x.txt", ContentFile(b"x")),
            lambda: storage.open("x.txt"),
            lambda: storage.exists("x.txt"),
            lambda: storage.delete("x.txt"),
            lambda: storage.listdir(""),
            lambda: storage.size("x.txt"),
            lambda: storage.url("x.txt"),
        ):
            with pytest.raises(NoTenant):
                attempt()


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_leads_elsewhere_is_refused_by_every_method(
    storage: Storage, name: str
) -> None:
    with tenant_context(ANNA):
        for attempt in (
            lambda: storage.save(name or "/", ContentFile(b"x")),
            lambda: storage.open(name),
            lambda: storage.exists(name),
            lambda: storage.delete(name),
            lambda: storage.listdir(name or ".."),
            lambda: storage.size(name),
            lambda: storage.url(name),
        ):
            with pytest.raises(SuspiciousFileOperation):
                attempt()


def test_a_name_may_hold_any_script_and_a_per_cent_sign(storage: Storage) -> None:
    with tenant_context(ANNA):
        saved = storage.save("图片/100% 羊毛 coat.txt", ContentFile(b"wool"))

        assert list(walk(storage)) == [saved]
        assert storage.size(saved) == 4


def test_the_same_name_again_keeps_both_files(storage: Storage) -> None:
    with tenant_context(ANNA):
        first = storage.save("a/b.txt", ContentFile(b"1"))
        second = storage.save("a/b.txt", ContentFile(b"22"))

        assert first != second
        assert (storage.size(first), storage.size(second)) == (1, 2)


def test_deleting_all_deletes_one_tenants_files(storage: Storage) -> None:
    for tenant in (ANNA, BERT):
        with tenant_context(tenant):
            storage.save("a/b/c.txt", ContentFile(b"1"))
            storage.save("d.txt", ContentFile(b"1"))

    with tenant_context(ANNA):
        assert delete_all(storage) == 2
        assert list(walk(storage)) == []
    with tenant_context(BERT):
        assert list(walk(storage)) == ["d.txt", "a/b/c.txt"]


def test_a_symbolic_link_is_not_followed(disk: Path) -> None:
    storage = LocalTenantStorage()
    secret = disk / "secret.txt"
    secret.write_text("secret")
    with tenant_context(ANNA):
        storage.save("own.txt", ContentFile(b"own"))
        root = Path(storage.location)
        (root / "link.txt").symlink_to(secret)
        (root / "folder").symlink_to(disk)

        for name in ("link.txt", "folder/secret.txt"):
            with pytest.raises(SuspiciousFileOperation):
                storage.open(name)
        with pytest.raises(SuspiciousFileOperation):
            storage.save("folder/new.txt", ContentFile(b"x"))
        assert list(walk(storage)) == ["own.txt"]


def test_a_link_holds_for_its_tenant_its_file_and_its_time(disk: Path) -> None:
    now = utc_now()
    storage = LocalTenantStorage()
    with tenant_context(ANNA):
        link = urlsplit(storage.url("a.png"))
    given = {key: values[0] for key, values in parse_qs(link.query).items()}

    assert link.path == "/media/a.png"
    with tenant_context(ANNA):
        check_link("a.png", **given, now=now)
        with pytest.raises(BadSignature):
            check_link("b.png", **given, now=now)
        with pytest.raises(BadSignature):
            check_link("a.png", **{**given, "until": "99999999999"}, now=now)
        with pytest.raises(BadSignature):
            check_link("a.png", until="x", signature=given["signature"], now=now)
    with tenant_context(BERT), pytest.raises(BadSignature):
        check_link("a.png", **given, now=now)
    with public_context(), pytest.raises(BadSignature):
        check_link("a.png", **given, now=now)

    later = now + 3 * LINK_LIFETIME
    with tenant_context(ANNA), pytest.raises(BadSignature, match="too old"):
        check_link("a.png", **given, now=later)


@pytest.mark.django_db
def test_the_view_serves_signed_links_of_the_current_tenant_only(disk: Path) -> None:
    storage = LocalTenantStorage()
    with tenant_context(ANNA):
        storage.save("page.html", ContentFile(b"<script>"))
        link = storage.url("page.html")
        answer = files.serve_file(RequestFactory().get(link), "page.html")

        assert b"".join(answer) == b"<script>"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        answer.close()
        with pytest.raises(Http404):
            files.serve_file(RequestFactory().get("/media/page.html"), "page.html")
    with tenant_context(BERT):
        storage.save("page.html", ContentFile(b"his"))
        with pytest.raises(Http404):
            files.serve_file(RequestFactory().get(link), "page.html")


def test_an_address_in_the_bucket_opens_one_file_for_a_time(bucket: str) -> None:
    storage = S3TenantStorage()
    with tenant_context(ANNA):
        storage.save("a b.txt", ContentFile(b"hello"))
        address = storage.url("a b.txt")

    assert httpx.get(address).text == "hello"
    parts = parse_qs(urlsplit(address).query)
    assert urlsplit(address).path.endswith(f"/tenants/{ANNA.id.hex}/a%20b.txt")
    assert parts["X-Amz-Expires"] == ["3600"]
    assert parts["X-Amz-Signature"]


@pytest.mark.django_db
def test_links_to_pictures_begin_where_a_delivery_network_stands(storage: Storage) -> None:
    name, origin = "media/a/b c-480.webp", "https://cdn.example.com"
    with tenant_context(ANNA):
        storage.save(name, ContentFile(b"RIFF"))
        plain = storage.url(name)
    with tenant_context(replace(ANNA, media_origin=origin)):
        link, private = storage.url(name), storage.url("exports/a.csv")

    assert link.startswith(f"{origin}/")
    assert urlsplit(link).path == urlsplit(plain).path
    assert not private.startswith(origin)
    # What the network asks in turn: the same path and query, where the file lies.
    asked = urlsplit(plain)._replace(query=urlsplit(link).query).geturl()
    if isinstance(storage, S3TenantStorage):
        assert httpx.get(asked).content == b"RIFF"
        return
    for tenant, kept_by in ((replace(ANNA, media_origin=origin), "public"), (ANNA, "private")):
        with tenant_context(tenant):
            answer = files.serve_file(RequestFactory().get(asked), name)
            assert answer["Cache-Control"].startswith(kept_by)
            answer.close()


def test_an_archive_appears_whole_or_not_at_all(
    archives: LocalArchiveStorage | S3ArchiveStorage,
) -> None:
    part = os.urandom(1024 * 1024)
    with public_context():
        with archives.writer("x/whole.age") as file:
            for _unused in range(33):
                file.write(part)
        with pytest.raises(Broken):
            break_off(archives, [part] * 20)

        assert archives.size("x/whole.age") == 33 * len(part)
        with archives.open("x/whole.age") as file:
            assert file.read(len(part)) == part
        assert not archives.exists("x/half.age")
        assert archives.listdir("x")[1] == ["whole.age"]
        archives.delete("x/whole.age")
        assert list(walk(archives)) == []


def test_no_tenant_sees_archives(archives: LocalArchiveStorage | S3ArchiveStorage) -> None:
    with public_context(), archives.writer("x.age") as file:
        file.write(b"x")

    with tenant_context(ANNA):
        for attempt in (
            lambda: archives.open("x.age"),
            lambda: archives.exists("x.age"),
            lambda: archives.listdir(""),
        ):
            with pytest.raises(NoTenant):
                attempt()

"""A tenant's stored secrets: bound to tenant, purpose and version; rotated row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.models import TenantSecret
from kernel.common.secrets.services import (
    default_sealer,
    drop_secret,
    get_secret,
    put_secret,
    rotate_secrets,
    rows_by_key,
)
from kernel.tenancy.context import TenantRef, tenant_context

AddKey = Callable[[int], Path]


@pytest.fixture
def add_key(tmp_path: Path, settings: Settings) -> Iterator[AddKey]:
    """Adds a root key of a given day, as a process sees it after its next start."""
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)

    def add(day: int) -> Path:
        path = write_new_key(tmp_path, now=datetime(2030, 1, day, tzinfo=UTC))
        default_sealer.cache_clear()
        return path

    add(1)
    yield add
    default_sealer.cache_clear()


@pytest.mark.usefixtures("add_key")
def test_each_tenant_reads_its_own(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    with tenant_context(tenant_a):
        put_secret("payments.wechat", {"key": "a"})
    with tenant_context(tenant_b):
        put_secret("payments.wechat", {"key": "b"})

    with tenant_context(tenant_a):
        assert dict(get_secret("payments.wechat")) == {"key": "a"}
    with tenant_context(tenant_b):
        assert dict(get_secret("payments.wechat")) == {"key": "b"}


@pytest.mark.usefixtures("add_key")
def test_a_row_copied_from_another_tenant_is_refused(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        put_secret("payments.wechat", {"key": "a"})
        blob = bytes(TenantSecret.objects.get().blob)
    with tenant_context(tenant_b):
        put_secret("payments.wechat", {"key": "b"})
        TenantSecret.objects.update(blob=blob)

        with pytest.raises(SecretsUnreadable):
            get_secret("payments.wechat")


@pytest.mark.usefixtures("add_key")
def test_rows_swapped_inside_a_tenant_are_refused(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        put_secret("one", {"key": "1"})
        put_secret("two", {"key": "2"})
        one, two = (bytes(TenantSecret.objects.get(purpose=p).blob) for p in ("one", "two"))
        TenantSecret.objects.filter(purpose="one").update(blob=two)
        TenantSecret.objects.filter(purpose="two").update(blob=one)

        for purpose in ("one", "two"):
            with pytest.raises(SecretsUnreadable):
                get_secret(purpose)


@pytest.mark.usefixtures("add_key")
def test_an_older_blob_put_back_is_refused(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        assert put_secret("one", {"key": "old"}) == 1
        old = bytes(TenantSecret.objects.get().blob)
        assert put_secret("one", {"key": "new"}) == 2
        assert dict(get_secret("one")) == {"key": "new"}
        TenantSecret.objects.update(blob=old)

        with pytest.raises(SecretsUnreadable):
            get_secret("one")


@pytest.mark.usefixtures("add_key")
def test_what_was_never_stored_or_was_dropped_is_missing(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        put_secret("one", {"key": "1"})
        assert drop_secret("one") is True
        assert drop_secret("one") is False

        with pytest.raises(SecretMissing):
            get_secret("one")


def test_rotation_reseals_everything_and_then_the_old_key_may_go(
    tenant_a: TenantRef, add_key: AddKey, tmp_path: Path
) -> None:
    with tenant_context(tenant_a):
        for number in range(7):
            put_secret(f"purpose.{number}", {"n": number})
        (old,) = tmp_path.glob("*.key")
        add_key(2)

        first, second = rotate_secrets(batch=3), rotate_secrets(batch=3)

        assert (first.rotated, first.unreadable) == (7, ())
        assert (second.rotated, second.unreadable) == (0, ())
        old.unlink()
        default_sealer.cache_clear()
        assert rows_by_key() == {default_sealer().current_key_id(): 7}
        assert [dict(get_secret(f"purpose.{n}")) for n in range(7)] == [{"n": n} for n in range(7)]


def test_a_rotation_that_died_goes_on_with_the_rest(tenant_a: TenantRef, add_key: AddKey) -> None:
    with tenant_context(tenant_a):
        for number in range(5):
            put_secret(f"purpose.{number}", {"n": number})
        add_key(2)

        def die_at_second_update(
            execute: Callable[..., object], sql: str, params: object, many: bool, context: object
        ) -> object:
            if sql.startswith("UPDATE"):
                seen.append(sql)
                if len(seen) == 2:
                    raise KeyboardInterrupt
            return execute(sql, params, many, context)

        seen: list[str] = []
        with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(die_at_second_update):
            rotate_secrets(batch=2)

        assert rotate_secrets(batch=2).rotated == 3
        assert [dict(get_secret(f"purpose.{n}")) for n in range(5)] == [{"n": n} for n in range(5)]


def test_rotation_names_what_does_not_open_and_leaves_it(
    tenant_a: TenantRef, add_key: AddKey
) -> None:
    with tenant_context(tenant_a):
        put_secret("good", {"n": 1})
        put_secret("spoilt", {"n": 2})
        TenantSecret.objects.filter(purpose="spoilt").update(blob=b"E1junk")
        add_key(2)

        done = rotate_secrets(batch=1)

        assert (done.rotated, done.unreadable) == (1, ("spoilt",))
        assert bytes(TenantSecret.objects.get(purpose="spoilt").blob) == b"E1junk"

"""The operator adds a key, sees what hangs on which, and reseals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from typer.testing import CliRunner

from config.cli.secrets import app
from kernel.common.secrets.models import TenantSecret
from kernel.common.secrets.services import default_sealer, get_secret, put_secret
from kernel.tenancy.context import TenantRef, public_context, tenant_context


@pytest.fixture
def keys(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    new_key(tmp_path)
    yield tmp_path
    default_sealer.cache_clear()


def new_key(directory: Path) -> Path:
    result = CliRunner().invoke(app, ["new-key", "--directory", str(directory)])
    assert result.exit_code == 0
    default_sealer.cache_clear()
    return Path(result.stdout.strip())


def report(*arguments: str, exit_code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == exit_code
    document: dict[str, object] = json.loads(result.stdout)
    return document


def test_rotation_walks_the_tenants_and_then_the_old_key_is_free(
    tenant_a: TenantRef, tenant_b: TenantRef, keys: Path
) -> None:
    for tenant in (tenant_a, tenant_b):
        with tenant_context(tenant):
            put_secret("payments.wechat", {"key": tenant.name})
    with public_context():
        put_secret("access.second_factor.x", {"secret": "an operator's"})
    old = default_sealer().current_key_id()
    new_key(keys)
    new = default_sealer().current_key_id()
    assert report("status")["secrets"] == {new: 0, old: 3}

    done = report("rotate")

    assert (done["rotated"], done["unreadable"]) == (3, [])
    assert report("status")["secrets"] == {new: 3}
    with tenant_context(tenant_b):
        assert dict(get_secret("payments.wechat")) == {"key": tenant_b.name}


def test_what_does_not_open_is_named_and_the_command_fails(tenant_a: TenantRef, keys: Path) -> None:
    with tenant_context(tenant_a):
        put_secret("spoilt", {"n": 1})
        TenantSecret.objects.update(blob=b"E1junk")
    new_key(keys)

    done = report("rotate", "--tenant", tenant_a.public_id, exit_code=1)

    assert done["unreadable"] == [{"tenant": tenant_a.public_id, "purpose": "spoilt"}]

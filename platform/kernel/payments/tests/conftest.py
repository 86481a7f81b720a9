"""A Stripe double, a root key, and something to sell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.payments import payables
from kernel.payments.models import PaymentBinding
from kernel.payments.tests.support import GOODS, Goods, bound, stripe_values
from kernel.tenancy.context import TenantRef
from testkit.servers.stripe import StripeDouble, stripe_double


@pytest.fixture(scope="session")
def root_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one root key."""
    directory = tmp_path_factory.mktemp("keys")
    write_new_key(directory, now=utc_now())
    return directory


@pytest.fixture(autouse=True)
def _sealer(root_keys: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(root_keys)
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


@pytest.fixture(scope="session")
def _double() -> Iterator[StripeDouble]:
    with stripe_double() as double:
        yield double


@pytest.fixture
def double(_double: StripeDouble, settings: Settings) -> StripeDouble:
    """Stripe, without memory of the tests before."""
    _double.state.forget()
    settings.STOA_STRIPE_API_BASE = _double.url
    return _double


@pytest.fixture(autouse=True)
def goods() -> Iterator[Goods]:
    """The owner of what is paid for."""
    handler = Goods()
    payables.register(GOODS, handler)
    yield handler
    payables.unregister(GOODS)


@pytest.fixture
def stripe_binding(in_tenant_a: TenantRef, double: StripeDouble) -> PaymentBinding:
    """An account at the double, switched on."""
    return bound("stripe", stripe_values())

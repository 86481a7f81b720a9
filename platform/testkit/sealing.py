"""A root key of the test's own, under which secrets can be sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import override_settings

from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now


@contextmanager
def root_key() -> Iterator[None]:
    """Seal and open secrets inside the block."""
    with (
        TemporaryDirectory() as folder,
        override_settings(STOA_KMS_KEY="", STOA_SECRETS_KEYS_DIR=folder),
    ):
        write_new_key(Path(folder), now=utc_now())
        default_sealer.cache_clear()
        yield
        default_sealer.cache_clear()

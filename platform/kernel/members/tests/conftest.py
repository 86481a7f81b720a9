from __future__ import annotations

from typing import Any

import pytest
import redis

from kernel.members.tests.people import MAILBOX


@pytest.fixture(autouse=True)
def _mailbox(settings: Any) -> None:
    """Keep messages where the tests can read them."""
    settings.STOA_SMS_PROVIDER = MAILBOX
    settings.EMAIL_BACKEND = "kernel.members.messages.mailbox.MailboxEmail"


@pytest.fixture(autouse=True)
def _nothing_counted(settings: Any) -> None:
    """Forget what other tests counted: tenant a is the same for all of them."""
    client = redis.Redis.from_url(settings.STOA_REDIS_URL)
    if keys := list(client.scan_iter(f"{settings.STOA_REDIS_PREFIX}limit*")):
        client.delete(*keys)
    client.close()

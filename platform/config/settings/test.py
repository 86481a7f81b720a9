"""Settings of the test run: real PostgreSQL and Redis, started by the run itself."""

from __future__ import annotations

import os
import tempfile

import pyrage

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
_admin = os.environ.get(
    "STOA_TEST_DATABASE_ADMIN_URL", "postgresql://postgres@127.0.0.1:1/postgres"
)
_run = os.environ.get("STOA_TEST_RUN", "0")
_state = tempfile.mkdtemp(prefix=f"stoa-{_worker}-", dir=os.environ.get("STOA_TEST_HOME"))

os.environ.setdefault("STOA_SECRET_KEY", "only-for-the-test-run-" + _run)
os.environ.setdefault("STOA_PROCESS", "cli")
os.environ["STOA_DB_PREFIX"] = f"stoat{_run}"
os.environ["STOA_STATE_DIR"] = _state
os.environ["STOA_ARCHIVE_IDENTITIES"] = str(pyrage.x25519.Identity.generate())
os.environ["STOA_MEDIA_ROOT"] = f"{_state}/media"
os.environ["STOA_REDIS_URL"] = os.environ.get("STOA_TEST_REDIS_URL", "redis://127.0.0.1:1/0")
os.environ["STOA_REDIS_PREFIX"] = f"stoa-{_worker}:"
os.environ["STOA_WARM_POOL_SIZE"] = "2"
os.environ["STOA_PROCESS_DATABASE_URL"] = _admin

from config.settings.base import *  # noqa: E402, F403  settings modules extend each other this way

# The session fixture prepares a database of the worker's own and points here at it.
STOA_TEST_DATABASE_ADMIN_URL = _admin
# Nobody answers there: a test speaks to a double of its own, or to nobody.
STOA_ALIPAY_API = "http://127.0.0.1:9/"
# What a test publishes is in the queue when its transaction is over.
STOA_OUTBOX_TOGETHER_SECONDS = 0
# Names of static files as they are in the tree: a test run collects none.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A block that fails is a fault of the code under test.
STOA_BLOCK_FAULTS_RAISE = True

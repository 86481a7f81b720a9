"""What a checkout remembers between starts: ports, passwords, where its data is.

Everything is below `.stoa/` in the checkout, so that two checkouts side by side
share nothing. `state.json` holds passwords and is readable by its owner only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from testkit.servers import postgres, redis
from testkit.servers.errors import ServerRefused
from testkit.servers.ports import LOOPBACK, answers

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE: Final = "stoa"
# Kind of process -> the database login it uses.
LOGINS: Final[dict[str, str]] = {
    "store": "store",
    "console": "console",
    "channel": "channel",
    # Health, metrics and the question which names may have a certificate: it
    # reads the same registry rows as the storefront and nothing else.
    "internal": "store",
    "worker": "worker",
    "beat": "worker",
    "provisioner": "owner",
    "cli": "owner",
}
WEB: Final = {"store": 8000, "console": 8001, "channel": 8002, "internal": 8003}
# Processes that people's browsers reach; pages link from one to another.
REACHED: Final = ("store", "console", "channel")
# Where the search for a free port begins.
SERVER_PORTS: Final = {"postgres": 15432, "redis": 16379, "stripe": 14242}
# Kinds of process that read or write files.
WITH_FILES: Final = frozenset({"store", "console", "channel", "worker", "provisioner", "cli"})
# Kinds of process that seal or open secrets: the tenants', or second factors of the platform.
WITH_SECRETS: Final = frozenset({"store", "console", "channel", "worker", "provisioner", "cli"})
# Kinds of process that speak to gateways.
WITH_PAYMENTS: Final = frozenset({"store", "console", "worker", "cli"})
FILE_VARIABLES: Final = tuple(
    f"STOA_S3_{name}" for name in ("ENDPOINT", "BUCKET", "ACCESS_KEY", "SECRET_KEY", "REGION")
)
ARCHIVE_VARIABLES: Final = ("STOA_ARCHIVE_IDENTITIES", "STOA_ARCHIVE_KEY_FILE")
# Kinds of process that write and read archives.
WITH_ARCHIVES: Final = frozenset({"worker", "provisioner", "cli"})
# What may be set for all processes of an installation; see `config.settings.base`.
COMMON_VARIABLES: Final = (
    "STOA_PRODUCT_NAME",
    "STOA_BASE_DOMAIN",
    "STOA_BEHIND_TLS_PROXY",
    "STOA_HTTPS",
    "STOA_OPERATOR_HOST",
    "STOA_OPERATOR_NAME",
    "STOA_OPERATOR_COLOUR",
    "STOA_PUBLIC_PORT_STORE",
    "STOA_PUBLIC_PORT_CONSOLE",
    "STOA_PUBLIC_PORT_CHANNEL",
    "STOA_DB_POOLER",
    "STOA_DB_POOL_SIZE",
    "STOA_DB_CONN_MAX_AGE",
    "STOA_TENANTS_PER_CONNECTION",
    "STOA_WARM_POOL_SIZE",
    "STOA_REDIS_PREFIX",
    "STOA_MEDIA_ROOT",
    "STOA_STATIC_ROOT",
    "STOA_SENTRY_DSN",
    "STOA_EMAIL_BACKEND",
    "STOA_SMTP_HOST",
    "STOA_SMTP_PORT",
    "STOA_SMTP_USER",
    "STOA_SMTP_PASSWORD",
    "STOA_SMTP_STARTTLS",
    "STOA_SMTP_TLS",
    "STOA_MAIL_FROM",
    "STOA_SMS_PROVIDER",
    "STOA_SMS_URL",
    "STOA_SMS_TOKEN",
    "STOA_COUNTRY_HEADER",
    "STOA_RATES_PROVIDER",
    "STOA_RATES_URL",
    "STOA_WEBHOOK_INNER_HOSTS",
    "STOA_ALIPAY_API",
    "STOA_WECHAT_API",
    "STOA_WECHAT_OPEN",
    "STOA_IDENTITY_INNER_HOSTS",
)
# Where Stripe is; when it is not set, a double of it runs beside the other processes.
STRIPE_VARIABLE: Final = "STOA_STRIPE_API_BASE"
# Without a gateway, messages are kept where the demo can show them.
MAILBOX: Final = {
    "STOA_SMS_PROVIDER": "kernel.members.messages.mailbox:MailboxSms",
    "STOA_EMAIL_BACKEND": "kernel.members.messages.mailbox.MailboxEmail",
}


@dataclass
class State:
    """The content of `state.json`."""

    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    prefix: str = "stoa"
    ports: dict[str, int] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    postgres_home: str = ""

    def password(self, name: str) -> str:
        """Return the password of this name, made at the first call."""
        return self.passwords.setdefault(name, secrets.token_hex(24))


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Running servers and all that is needed to use them.

    Attributes:
        admin_url: of a role that may create roles and databases.
        database: the name of the installation's own database.
        redis_url: database 0.
    """

    checkout: Checkout
    state: State
    admin_url: str
    database: str
    redis_url: str

    def login_url(self, login: str) -> str:
        """Return the database URL of `{prefix}_{login}`."""
        parts = urlsplit(self.admin_url)
        name = quote(f"{self.state.prefix}_{login}", safe="")
        host = parts.netloc.rpartition("@")[2]
        secret = quote(self.state.password(f"role:{login}"), safe="")
        netloc, path = f"{name}:{secret}@{host}", f"/{quote(self.database, safe='')}"
        return urlunsplit(parts._replace(netloc=netloc, path=path))

    @property
    def stripe_url(self) -> str:
        """Return where the double of Stripe answers; empty when Stripe itself, or another, does."""
        port = self.state.ports.get("stripe")
        ours = f"http://{LOOPBACK}:{port}" if port else ""
        # Our own process is given what the others are given.
        return ours if os.environ.get(STRIPE_VARIABLE) in {None, "", ours} else ""

    def settings(self, process: str) -> dict[str, str]:
        """Return the variables that this kind of process is given, and no others."""
        chosen = {
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "STOA_PROCESS": process,
            "STOA_PROCESS_DATABASE_URL": self.login_url(LOGINS[process]),
            "STOA_REDIS_URL": self.redis_url,
            "STOA_SECRET_KEY": self.state.secret_key,
            "STOA_STATE_DIR": str(self.checkout.state),
            "STOA_DB_PREFIX": self.state.prefix,
            # Browsers reach one's own machine without TLS.
            "STOA_HTTPS": "0",
            **{
                f"STOA_PUBLIC_PORT_{kind.upper()}": str(self.state.ports[kind])
                for kind in REACHED
                if kind in self.state.ports
            },
        }
        chosen |= {} if os.environ.get("STOA_SMTP_HOST") else MAILBOX
        if process != "cli":
            chosen["PROMETHEUS_MULTIPROC_DIR"] = str(self.checkout.metrics)
        if process in WITH_SECRETS:
            chosen["STOA_SECRETS_KEYS_DIR"] = str(self.checkout.root_keys)
        if process in WITH_ARCHIVES:
            chosen["STOA_ARCHIVE_KEY_FILE"] = str(self.checkout.archive_key)
        if process in WITH_PAYMENTS:
            chosen[STRIPE_VARIABLE] = self.stripe_url or os.environ.get(STRIPE_VARIABLE, "")
        allowed = COMMON_VARIABLES + (FILE_VARIABLES if process in WITH_FILES else ())
        allowed += ARCHIVE_VARIABLES if process in WITH_ARCHIVES else ()
        chosen.update({name: os.environ[name] for name in allowed if os.environ.get(name)})
        return chosen


@dataclass(frozen=True)
class Checkout:
    """A copy of the repository and its `.stoa/` folder."""

    root: Path

    @classmethod
    def here(cls) -> Checkout:
        """Return the checkout this code was imported from."""
        return cls(Path(__file__).resolve().parents[3])

    @property
    def folder(self) -> Path:
        """Return the folder of all that is not in the repository."""
        return self.root / ".stoa"

    @property
    def state(self) -> Path:
        """Return the folder of passwords and keys, closed to others."""
        return self.folder / "state"

    @property
    def archive_key(self) -> Path:
        """Return the file of the key that opens archives; they are lost with it."""
        return self.state / "archive.key"

    @property
    def logs(self) -> Path:
        """Return the folder of log files, one per process."""
        return self.folder / "logs"

    @property
    def metrics(self) -> Path:
        """Return the folder in which the processes add up their metrics."""
        return self.folder / "metrics"

    @property
    def root_keys(self) -> Path:
        """Return the folder of the keys that tenants' secrets hang on."""
        return self.state / "keys"

    @property
    def stripe_file(self) -> Path:
        """Return the file in which the double of Stripe keeps what was paid."""
        return self.state / "stripe.json"

    @property
    def sign_in_file(self) -> Path:
        """Return the file in which the demo's seed lists whom one can sign in as."""
        return self.state / "signin.json"

    @property
    def lock_file(self) -> Path:
        """Return the file that a running `stoa up` holds locked; it holds its process id."""
        return self.state / "up.lock"

    def make_folders(self) -> None:
        """Create `.stoa/`; others may pass through it but not look into `state`."""
        for folder, mode in ((self.folder, 0o711), (self.logs, 0o700), (self.state, 0o700)):
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)

    def load(self) -> State:
        """Return what is remembered; a new state at the first start."""
        path = self.state / "state.json"
        if not path.exists():
            return State(prefix=os.environ.get("STOA_DB_PREFIX", "stoa"))
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return State(**known)

    def save(self, state: State) -> None:
        """Remember; whoever reads meanwhile sees the old content or the new one."""
        handle, name = tempfile.mkstemp(dir=self.state, prefix="state.", suffix=".new")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(asdict(state), stream, indent=2)
        Path(name).replace(self.state / "state.json")

    @contextlib.contextmanager
    def lock(self) -> Iterator[int]:
        """Hold the checkout; yields the descriptor that carries the lock.

        Raises:
            ServerRefused: another `stoa up` or `stoa reset` works here.
        """
        self.make_folders()
        handle = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = os.pread(handle, 32, 0).decode().strip() or "unknown"
                raise ServerRefused(
                    f"this checkout is already in use (process {owner}); stop it with: stoa down"
                ) from None
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
            yield handle
        finally:
            os.close(handle)

    def holder(self) -> int | None:
        """Return the process id of the running `stoa up`, if one runs."""
        if not self.lock_file.exists():
            return None
        with self.lock_file.open("rb") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(stream.read().strip() or 0) or None
        return None

    def installation(self, state: State) -> Installation:
        """Return the servers that the environment or the state names, running or not."""
        given = os.environ.get("STOA_DATABASE_URL")
        admin_url = given or postgres.server_url(
            port=state.ports.get("postgres", 0), password=state.password("postgres")
        )
        redis_url = os.environ.get("STOA_REDIS_URL") or redis.server_url(
            port=state.ports.get("redis", 0), password=state.password("redis")
        )
        return Installation(
            checkout=self,
            state=state,
            admin_url=admin_url,
            database=unquote(urlsplit(given).path.lstrip("/")) if given else DATABASE,
            redis_url=redis_url,
        )

    def running_installation(self) -> Installation:
        """Return the servers of the demo that runs in this checkout.

        Raises:
            ServerRefused: none runs.
        """
        state = self.load()
        if "STOA_DATABASE_URL" not in os.environ and not answers(state.ports.get("postgres", 0)):
            raise ServerRefused("nothing runs in this checkout; start it with: make demo")
        return self.installation(state)

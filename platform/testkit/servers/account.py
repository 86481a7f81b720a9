"""The unprivileged account that PostgreSQL runs under when we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from testkit.servers.errors import ServerRefused

CANDIDATES = ("postgres", "nobody", "daemon")


@dataclass(frozen=True, kw_only=True)
class Account:
    """A system account by its numbers."""

    name: str
    uid: int
    gid: int

    def may_enter(self, path: Path) -> bool:
        """Say whether this account reaches the folder; asked of the kernel, not computed."""
        probe = shutil.which("test") or "/bin/test"
        done = subprocess.run(  # noqa: S603 - fixed program, no shell
            [probe, "-x", f"{path}/."],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
        return done.returncode == 0


def server_account() -> Account | None:
    """Return the account to step down to, or None when we are not root.

    Raises:
        ServerRefused: we are root and no unprivileged account exists.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise ServerRefused(
        "PostgreSQL does not run as root and this machine has no unprivileged account; "
        "create one: useradd --system nobody"
    )


def reachable_home(preferred: Path, account: Account | None) -> Path:
    """Return a folder, made if need be, that the server's account can reach.

    That is `preferred` unless a parent is closed to the account (a checkout
    below /root, for example); then a new folder under a temporary root that
    survives a restart of the machine where there is one.

    Raises:
        ServerRefused: the account can reach none of them.
    """
    preferred.mkdir(parents=True, exist_ok=True)
    if account is None:
        return preferred
    preferred.chmod(0o711)
    if account.may_enter(preferred):
        return preferred
    roots = [root for root in ("/var/tmp", tempfile.gettempdir()) if Path(root).is_dir()]  # noqa: S108
    for root in roots:
        home = Path(tempfile.mkdtemp(prefix="stoa-", dir=root))
        home.chmod(0o711)
        if account.may_enter(home):
            return home
        home.rmdir()
    raise ServerRefused(
        f"the account {account.name!r} can reach neither {preferred} nor {', '.join(roots)}; "
        "set TMPDIR to a folder open to it"
    )

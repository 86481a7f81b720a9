"""Free TCP ports on the loopback interface: found, never assumed."""

from __future__ import annotations

import contextlib
import socket
import sys

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Say whether a server could listen on this port now."""
    with contextlib.closing(_listener()) as listener:
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return distinct ports that nothing listens on.

    All are held until the last is known: asking one by one may give the same
    port twice.
    """
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(count):
            listener = held.enter_context(contextlib.closing(_listener()))
            listener.bind((LOOPBACK, 0))
            ports.append(int(listener.getsockname()[1]))
    return ports


class Claims:
    """Ports that this program has chosen but that its servers do not hold yet.

    Between choosing a port and listening on it another checkout, started at the
    same moment, would choose the same. On Linux a claim is a name in the kernel's
    abstract socket space: it excludes every account of the machine and ends with
    the program. Elsewhere a claim excludes only ourselves.
    """

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}

    def take(self, port: int) -> bool:
        """Claim a port; return False when it is claimed or in use."""
        if port in self._held:
            return False
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if sys.platform == "linux":
                claim.bind(f"\0stoa-port-{port}")
        except OSError:
            claim.close()
            return False
        if not is_free(port):
            claim.close()
            return False
        self._held[port] = claim
        return True

    def first_free(self, wanted: int) -> int:
        """Claim and return the first free port from `wanted` upwards."""
        for port in range(wanted, wanted + 500):
            if self.take(port):
                return port
        return next(port for port in free_ports(50) if self.take(port))

    def close(self) -> None:
        """Give all claims up; the servers listen by now or never will."""
        for claim in self._held.values():
            claim.close()
        self._held.clear()


def answers(port: int) -> bool:
    """Say whether something accepts connections on this port."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as client:
        client.settimeout(1)
        return client.connect_ex((LOOPBACK, port)) == 0


def _listener() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Servers set it too; without it a port in TIME_WAIT looks taken.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener

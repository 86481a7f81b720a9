"""Serves the double until it is stopped: ``python -m testkit.servers.stripe --port 8420``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from testkit.servers.stripe.running import stripe_double


def main() -> int:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser(description="A double of Stripe.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="file that outlives a stop")
    chosen = parser.parse_args()
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    with stripe_double(chosen.port, keep=chosen.keep) as double:
        print(double.url, flush=True)
        asked.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())

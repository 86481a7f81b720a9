"""The process that a kill test kills: says when the rings begin, then migrates."""

from __future__ import annotations

import django

if __name__ == "__main__":
    django.setup()
    from tenants.fleet.runner import Choices, run

    print("ready", flush=True)
    run(Choices(connections=2, refill_pool=False), watch=lambda _state: print("ring", flush=True))
    print("done", flush=True)

"""A process of a benchmark: sets Django up, does one step, says how far it is and the result."""

from __future__ import annotations

import importlib
import json
import sys

import django

from kernel.common.memory import settle


def say(doing: str, done: int, total: int) -> None:
    """Tell whoever started the benchmark how far the step is."""
    sys.stdout.write(json.dumps({"doing": doing, "done": done, "total": total}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run ``module:function`` with keyword arguments given as JSON."""
    target, arguments = sys.argv[1:]
    django.setup()
    settle()
    path, _colon, name = target.partition(":")
    result = getattr(importlib.import_module(path), name)(**json.loads(arguments))
    sys.stdout.write(json.dumps({"result": result}) + "\n")


if __name__ == "__main__":
    main()

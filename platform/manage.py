#!/usr/bin/env python
"""Django's management commands; `stoa manage` does the same from anywhere."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run one command with this checkout's settings."""
    # The script's own folder is on the path already; the folder above it holds the rest.
    root = str(Path(__file__).resolve().parent.parent)
    if root not in sys.path:
        sys.path.insert(1, root)
    from django.core.management import execute_from_command_line

    from config.cli import refusals_in_one_line, runtime

    with refusals_in_one_line():
        runtime.django()
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

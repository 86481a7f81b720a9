"""Stock commands that work on tenants past the runner are refused."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override


class _RefusingParser(CommandParser):
    """Refuses whatever the arguments are, so that the reason is shown and not a usage line."""

    reason = ""

    @override
    def parse_args(self, args: Any = None, namespace: Any = None) -> NoReturn:
        raise CommandError(self.reason)


class RefusedCommand(BaseCommand):
    """A command of Django or django-tenants that has a counterpart here.

    Attributes:
        instead: the command line that does it.
        why: what would go wrong.
    """

    requires_system_checks: list[str] = []
    instead = "stoa migrate"
    why = ""

    @property
    def reason(self) -> str:
        """The whole refusal."""
        name = type(self).__module__.rpartition(".")[2]
        return f"{name} is not used here: {self.why} Use: {self.instead}"

    @override
    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = _RefusingParser(prog=f"{prog_name} {subcommand}")
        parser.reason = self.reason
        return parser

    @override
    def run_from_argv(self, argv: list[str]) -> None:
        """Print the refusal and end with status 2."""
        self.stderr.write(self.style.ERROR(self.reason))
        sys.exit(2)

    @override
    def handle(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse.

        Raises:
            CommandError: always.
        """
        raise CommandError(self.reason)

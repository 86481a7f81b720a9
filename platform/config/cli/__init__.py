"""The `stoa` program: everything an operator or developer does, under one name.

One file in this folder is one sub-command: it holds `app`, a `typer.Typer`. A
file is imported when its command is called or listed, so it must be cheap to
import: Django and models are imported inside the functions, after
`config.cli.runtime.django()`.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from typing import Final

import typer
from typer.core import TyperGroup
from typing_extensions import override

from config.cli import output
from testkit.servers.errors import ServerRefused

NOT_COMMANDS: Final = frozenset({"books", "runtime", "output", "tests"})
REFUSED: Final = 2


class CommandFolder(TyperGroup):
    """A group whose commands are the files of this package."""

    @override
    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the names of the files, without importing them."""
        del ctx
        found = {module.name for module in pkgutil.iter_modules(__path__)}
        return sorted(name.replace("_", "-") for name in found - NOT_COMMANDS)

    @override
    def get_command(self, ctx: typer.Context, cmd_name: str) -> object:  # type: ignore[override]
        """Import the file of one command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=CommandFolder,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Run and look after an installation.",
)


@app.callback()
def root() -> None:
    """Run and look after an installation."""


@contextlib.contextmanager
def refusals_in_one_line() -> Iterator[None]:
    """Turn a refusal into one red line and exit status 2, never a traceback."""
    # `kernel` comes with Django, which `stoa --help` does not need.
    from kernel.common.errors import DomainError

    try:
        yield
    except (DomainError, ServerRefused) as refusal:
        output.refuse(refusal)
        sys.exit(REFUSED)


def main() -> None:
    """Run a command."""
    with refusals_in_one_line():
        app()

"""`stoa rewards`: reward modes, run over files of worked examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.cli.output import JsonOption, console, print_json

app = typer.Typer(help="Run reward modes over worked examples.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """Run reward modes over worked examples."""


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="Examples, in the format of worked_examples.json.")],
    as_json: JsonOption = False,
) -> None:
    """Run every example of a file and compare each posting, balance and solvency figure.

    Exits with status 1 and names the first differing posting of each example that
    did not come out as expected.
    """
    from django.conf import settings

    from kernel.rewards.replay.runner import replay as run

    if not settings.configured:  # a replay needs no servers: only texts of refusals
        settings.configure(USE_I18N=False)
    outcomes = run(file)
    wrong = [one for one in outcomes if not one.right]
    if as_json:
        print_json(
            {
                "examples": len(outcomes),
                "right": len(outcomes) - len(wrong),
                "postings": sum(one.postings for one in outcomes),
                "outcomes": [
                    {
                        "example": one.example,
                        "mode": one.mode,
                        "postings": one.postings,
                        "costs": one.costs,
                        "differences": one.differences,
                    }
                    for one in outcomes
                ],
            }
        )
    else:
        for one in outcomes:
            verdict = "[green]right[/]" if one.right else "[red]differs[/]"
            console.print(f"{one.example:6} {one.mode:22} {one.postings:4} postings  {verdict}")
            for difference in one.differences:
                console.print(f"       {difference}", markup=False, highlight=False)
        if any(one.costs == "bookings" for one in outcomes):
            console.print("Supply costs that no event says were read from the bookings of supply.")
        console.print(f"{len(outcomes) - len(wrong)} of {len(outcomes)} examples are right.")
    if wrong:
        raise typer.Exit(1)

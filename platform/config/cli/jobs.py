"""`stoa jobs …`: long work on tenants."""

from __future__ import annotations

from typing import Annotated

import typer

from config.cli import runtime
from config.cli.output import JsonOption, console, print_json, print_rows

app = typer.Typer(no_args_is_help=True, help="Long work on tenants.")

JobArgument = Annotated[str, typer.Argument(help="Id (job_…).")]
COLUMNS = ("id", "tenant", "kind", "state", "step", "progress", "attempts", "error")


@app.command("list")
def list_jobs(
    *,
    every: Annotated[bool, typer.Option("--all", help="Also what is done.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """List jobs that wait, run or failed, the newest first."""
    runtime.django()
    from config.tenant_rows import job_row
    from kernel.tenancy.context import public_context
    from tenants.models import Job

    wanted = Job.objects.all() if every else Job.objects.exclude(state="done")
    with public_context():
        found = list(wanted.order_by("-created_at")[:limit])
    print_rows(map(job_row, found), columns=COLUMNS, as_json=as_json)


@app.command()
def show(job: JobArgument, *, as_json: JsonOption = False) -> None:
    """Show one job."""
    runtime.django()
    from config.following import read
    from config.tenant_rows import job_row
    from kernel.common.ids import parse_public_id

    found = job_row(read(parse_public_id("job", job)))
    if as_json:
        print_json(found)
    else:
        print_rows(
            [{"": key, "value": value} for key, value in found.items()], columns=("", "value")
        )


@app.command()
def run(
    job: Annotated[str, typer.Argument(help="Id (job_…); all free ones when left out.")] = "",
) -> None:
    """Do jobs here, without the workers."""
    runtime.django()
    from config.following import follow
    from kernel.common.ids import parse_public_id
    from tenants.services.jobs import run_open_jobs

    if job:
        ended = follow(parse_public_id("job", job))
        console.print(f"{ended.kind} {ended.state}: {ended.public_id}", highlight=False)
    else:
        console.print(f"{run_open_jobs()} jobs", highlight=False)


@app.command()
def retry(job: JobArgument) -> None:
    """Open a failed job again and do it here."""
    runtime.django()
    from config.following import follow
    from kernel.audit.actor import Actor
    from kernel.common.ids import parse_public_id
    from tenants.services.jobs import retry as reopen

    reopened = reopen(parse_public_id("job", job), actor=Actor.system("stoa jobs"))
    ended = follow(reopened.pk)
    console.print(f"{ended.kind} {ended.state}: {ended.public_id}", highlight=False)

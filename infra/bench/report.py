"""What a benchmark reports."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import ceil


@dataclass(frozen=True, slots=True)
class Result:
    """One figure and what it is compared with.

    Attributes:
        baseline: the same figure of the thing compared with; None when there is none.
        ratio: how many times better than the baseline; above 1 is better.
    """

    metric: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None


def less_is_better(metric: str, value: float, unit: str, baseline: float | None = None) -> Result:
    """Return a result whose ratio says how many times less than the baseline it is."""
    ratio = None if baseline is None or not value else round(baseline / value, 2)
    return Result(
        metric, _short(value), unit, None if baseline is None else _short(baseline), ratio
    )


def _short(value: float) -> float:
    """Keep four digits: more of them would claim a precision that a noisy machine has not."""
    return float(f"{value:.4g}")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def environment(**more: object) -> dict[str, object]:
    """Return what the figures were obtained on."""
    return {
        "python": platform.python_version(),
        "django": version("django"),
        "django_tenants": version("django-tenants"),
        "psycopg": version("psycopg"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count(),
        "load_1m": round(os.getloadavg()[0], 2),
        **more,
    }


def report(
    name: str, results: Sequence[Result], environment: Mapping[str, object]
) -> dict[str, object]:
    """Return the report as `--json` prints it."""
    return {
        "name": name,
        "results": [asdict(result) for result in results],
        "environment": dict(environment),
    }

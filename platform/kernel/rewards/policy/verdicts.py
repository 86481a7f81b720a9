"""Verdicts: which predicates a manifest violates where, in words that an owner understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.rewards.policy.laws import APPROVAL, BLOCK, GRAVEST_FIRST, WARN, Law, law
from kernel.rewards.policy.manifest import Manifest
from kernel.rewards.policy.predicates import PREDICATES

PASS: Final = "pass"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Finding:
    """One predicate that is violated, and the rules, roles or assets that violate it."""

    predicate: str
    severity: str
    offenders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the law of one place says."""

    jurisdiction: str
    law_version: str
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> str:
        """Return ``block``, ``approval`` or ``pass``; a warning does not stop a mode."""
        for severity in (BLOCK, APPROVAL):
            if self.of(severity):
                return severity
        return PASS

    def of(self, severity: str) -> list[str]:
        """Return the predicates violated with a severity."""
        return [one.predicate for one in self.findings if one.severity == severity]


def judge(manifest: Manifest, jurisdictions: Sequence[str]) -> dict[str, Verdict]:
    """Return the verdict of each place on a manifest."""
    return {code: _judged(manifest, law(code)) for code in dict.fromkeys(jurisdictions)}


def gravest(verdicts: dict[str, Verdict]) -> str:
    """Return the outcome of all places together: what holds in one, holds."""
    outcomes = {one.outcome for one in verdicts.values()}
    return next((one for one in (BLOCK, APPROVAL) if one in outcomes), PASS)


def _judged(manifest: Manifest, place: Law) -> Verdict:
    findings = []
    for code, usual in place.severities.items():
        offenders: dict[str, str] = {}
        for told in PREDICATES[code](manifest, place):
            name, severity = told if isinstance(told, tuple) else (told, usual)
            offenders[name] = min(severity, offenders.get(name, WARN), key=GRAVEST_FIRST.index)
        if offenders:
            severity = min(offenders.values(), key=GRAVEST_FIRST.index)
            findings.append(Finding(code, severity, tuple(sorted(offenders))))
    return Verdict(place.code, place.version, tuple(findings))

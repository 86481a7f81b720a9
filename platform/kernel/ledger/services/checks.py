"""Proves from the rows alone that the books are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up.

    Attributes:
        check: which rule is broken.
        subject: the asset, account, journal, or hold.
        expected: what the rule asks for.
        found: what the rows say.
    """

    check: str
    subject: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was looked at."""

    assets: int
    accounts: int
    journals: int
    postings: int


# Each returns subject, expected, found for what is wrong.
CHECKS: Final = {
    "asset_sums_to_zero": """
        SELECT s.code, 0, sum(p.minor)
          FROM ledger_posting p
          JOIN ledger_account a ON a.id = p.account_id
          JOIN ledger_asset s ON s.id = a.asset_id
         GROUP BY s.code HAVING sum(p.minor) <> 0
    """,
    "journal_is_whole_and_balanced": """
        SELECT j.id, j.lines || ' lines, 0',
               coalesce(p.found, 0) || ' lines, ' || coalesce(p.off, 0)
          FROM ledger_journal j
          LEFT JOIN (SELECT journal_id, sum(found) AS found, sum(abs(total)) AS off
                       FROM (SELECT p.journal_id, count(*) AS found, sum(p.minor) AS total
                               FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                              GROUP BY p.journal_id, a.asset_id) per_asset
                      GROUP BY journal_id) p ON p.journal_id = j.id
         WHERE p.found IS DISTINCT FROM j.lines OR p.off <> 0
    """,
    "balance_is_sum_of_postings": """
        SELECT a.id, coalesce(p.total, 0), a.balance_minor
          FROM ledger_account a
          LEFT JOIN (SELECT account_id, sum(minor) AS total FROM ledger_posting GROUP BY 1) p
            ON p.account_id = a.id
         WHERE a.balance_minor <> coalesce(p.total, 0)
    """,
    "balance_is_that_of_the_last_posting": """
        SELECT a.id, coalesce(p.sequence, 0) || ': ' || coalesce(p.balance_after, 0),
               a.sequence || ': ' || a.balance_minor
          FROM ledger_account a
          LEFT JOIN (SELECT DISTINCT ON (account_id) account_id, sequence, balance_after
                       FROM ledger_posting ORDER BY account_id, sequence DESC) p
            ON p.account_id = a.id
         WHERE a.balance_minor <> coalesce(p.balance_after, 0)
            OR a.sequence <> coalesce(p.sequence, 0)
    """,
    "each_posting_follows_the_one_before": """
        SELECT account_id, before_sequence + 1 || ': ' || before_balance + minor,
               sequence || ': ' || balance_after
          FROM (SELECT account_id, sequence, minor, balance_after,
                       coalesce(lag(sequence) OVER w, 0) AS before_sequence,
                       coalesce(lag(balance_after) OVER w, 0) AS before_balance
                  FROM ledger_posting WINDOW w AS (PARTITION BY account_id ORDER BY sequence)) p
         WHERE sequence <> before_sequence + 1 OR balance_after <> before_balance + minor
    """,
    "frozen_is_what_holds_keep": """
        SELECT a.id, coalesce(h.kept, 0), a.balance_minor
          FROM ledger_account a
          LEFT JOIN (SELECT account_id, sum(amount_minor - captured_minor - released_minor) AS kept
                       FROM ledger_hold GROUP BY 1) h ON h.account_id = a.id
         WHERE a.state = 'frozen' AND a.balance_minor <> coalesce(h.kept, 0)
    """,
    "batches_hold_the_balance": """
        SELECT a.id, a.balance_minor, coalesce(l.remaining, 0)
          FROM ledger_account a
          LEFT JOIN (SELECT account_id, sum(remaining_minor) AS remaining
                       FROM ledger_lot GROUP BY 1) l ON l.account_id = a.id
         WHERE a.keeps_lots AND a.balance_minor <> coalesce(l.remaining, 0)
    """,
    "batches_are_what_was_left": """
        SELECT l.id, l.granted_minor - coalesce(u.used, 0), l.remaining_minor
          FROM ledger_lot l
          LEFT JOIN (SELECT lot_id, sum(used_minor - restored_minor) AS used
                       FROM ledger_lotuse GROUP BY 1) u ON u.lot_id = l.id
         WHERE l.remaining_minor <> l.granted_minor - coalesce(u.used, 0)
    """,
}


def verify() -> list[Finding]:
    """Check every rule of the ledger in the current tenant; nothing found is a clean ledger.

    Reads every posting a few times; at most a hundred findings of each rule.
    """
    found = []
    with connection.cursor() as cursor:
        for name, statement in CHECKS.items():
            cursor.execute(f"{statement} LIMIT {_LIMIT}")
            found += [Finding(name, *map(str, row)) for row in cursor.fetchall()]
    return found


def counted() -> Counts:
    """Return how many rows there are to verify."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM ledger_asset), (SELECT count(*) FROM ledger_account),"
            " (SELECT count(*) FROM ledger_journal), (SELECT count(*) FROM ledger_posting)"
        )
        return Counts(*cursor.fetchone())

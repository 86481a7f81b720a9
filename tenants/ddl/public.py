"""Migrates the public schema and grants each kind of process what it needs there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from kernel.reference.services import load_reference
from kernel.tenancy.append_only import append_only_tables
from kernel.tenancy.context import public_context
from tenants.ddl.names import login_role

_READ = "SELECT"
_WRITE = "SELECT, INSERT, UPDATE"
_ALL = "SELECT, INSERT, UPDATE, DELETE"
_REGISTRY = (
    "tenants_tenant",
    "tenants_domain",
    "tenants_hold",
    "tenants_grant",
    "tenants_moduleinstall",
)
_BILLING = "channel_center_billing_"
_BOUGHT = {
    # What a purchase writes, and of rows that are there only what it changes: prices that
    # were charged, credit limits and what came in are beyond a shop's own process.
    f"{_BILLING}subscription": _WRITE,
    f"{_BILLING}licence": _WRITE,
    f"{_BILLING}charge": "SELECT, INSERT, UPDATE (ended_at, journal_id)",
    f"{_BILLING}chargestep": "SELECT, INSERT, UPDATE (credited_minor)",
    f"{_BILLING}reading": "SELECT, INSERT, UPDATE (charge_id)",
    f"{_BILLING}wallet": "SELECT, INSERT, UPDATE (told_low_at)",
    f"{_BILLING}gift": "SELECT, UPDATE (remaining_minor)",
    f"{_BILLING}invoice": "SELECT, INSERT",
    f"{_BILLING}invoiceline": "SELECT, INSERT",
    f"{_BILLING}invoiceseries": "SELECT, INSERT, UPDATE (last)",
    # Journals and postings are append-only; of accounts only what they count is changed.
    "ledger_asset": "SELECT, INSERT",
    "ledger_account": "SELECT, INSERT, UPDATE (balance_minor, sequence)",
    "ledger_journal": "SELECT, INSERT",
    "ledger_posting": "SELECT, INSERT",
    "ledger_": _READ,
}
_LOOKED_AT = {
    **_BOUGHT,
    # By the clock gifts run out, people are told, and top-ups of which nothing was heard come in.
    f"{_BILLING}gift": "SELECT, INSERT, UPDATE (remaining_minor, expired_at)",
    f"{_BILLING}topup": "SELECT, INSERT",
    f"{_BILLING}notice": "SELECT, INSERT",
}
_STAFF = ("access_", "sessions_", "django_session", "idempotency_", "django_content_type", "audit_")

PRIVILEGES: Mapping[str, Mapping[str, str]] = {
    "store": {
        **dict.fromkeys(_REGISTRY, _READ),
        "branding_picture": _READ,
        "channel_center_operations_": _READ,
        "channel_center_flags_": _READ,
    },
    "console": {
        **dict.fromkeys(_REGISTRY, _READ),
        "tenants_job": "SELECT, INSERT",
        "branding_picture": "SELECT, INSERT",
        "tenants_domain": _ALL,
        "channel_center_operations_": _READ,
        "channel_center_flags_": _READ,
        # A shop sees what it may buy, and buys: its chain is charged and its right given.
        "channel_center_channel": _READ,
        "channel_center_partners_terms": _READ,
        _BILLING: _READ,
        **_BOUGHT,
        "tenants_grant": _WRITE,
        "tenants_hold": "SELECT, UPDATE",
        # Its owner tops its balance up; the keys of whoever is paid are not among this.
        "channel_center_topups_receiver": _READ,
        "channel_center_topups_topuprequest": "SELECT, INSERT",
        # A shop that is closed or opened again is told to its partner.
        "channel_center_partners_partnerendpoint": _READ,
        "channel_center_partners_partnerdelivery": "SELECT, INSERT",
        # An owner sees and decides where the shop goes, and to whom.
        "channel_center_partners_partnerhold": "SELECT (channel_id, level, released_at)",
        "tenant_moves_move": _WRITE,
        "tenant_moves_movepolicy": _READ,
        "tenant_moves_archiveconsent": "SELECT, INSERT, DELETE",
        "audit_": _ALL,
        # Enough to lock the row, to announce a change, and to keep the shop's look and offers.
        "tenants_tenant": "SELECT, UPDATE (version, brand, offers)",
        # Switching off; switching on is the provisioner's.
        "tenants_moduleinstall": "SELECT, UPDATE (state, disabled_at)",
        # Staff see the jobs of their shop, and have one run now.
        "schedule_claim": "SELECT, INSERT",
        "schedule_alarm": _READ,
    },
    "channel": {
        **dict.fromkeys(_REGISTRY, _WRITE),
        "tenants_domain": _ALL,
        "tenants_": _READ,
        "tenants_schemaslot": "SELECT, UPDATE",
        "tenants_job": "SELECT, INSERT",
        "channel_center_": _ALL,
        "branding_picture": "SELECT, INSERT",
        "shop_templates_": _ALL,
        "tenant_moves_": _ALL,
        "ledger_": _WRITE,
        # The operator stops an upgrade.
        "tenants_migrationrun": "SELECT, UPDATE (abort_requested)",
        "outbox_wakeup": _READ,
        # Who ends a hold has the tenant looked into.
        "schedule_alarm": "SELECT, INSERT",
        # The operator sees the jobs of all shops, and has one run again.
        "schedule_claim": "SELECT, INSERT",
        **dict.fromkeys(_STAFF, _ALL),
        # Second factors of operators and partners.
        "secrets_": _ALL,
    },
    "worker": {
        **dict.fromkeys(_REGISTRY, _READ),
        "tenants_": _READ,
        "tenants_domain": "SELECT, UPDATE",
        # Rates of exchange come by the clock; what is unpaid holds shops back.
        "tenants_tenant": "SELECT, UPDATE (version, offers, state, state_changed_at)",
        "tenants_hold": _WRITE,
        "tenants_grant": _WRITE,
        "channel_center_": _READ,
        "channel_center_dispute": _WRITE,
        "channel_center_alarms_rewardalarm": _WRITE,
        # Figures of shops are told to the channel centre when they are made.
        "channel_center_figures_": _WRITE,
        "channel_center_figures_fleethour": _ALL,
        "channel_center_topups_topuprequest": _WRITE,
        # Periods are renewed, and what stays unpaid is restricted.
        **_LOOKED_AT,
        "channel_center_partners_partnerendpoint": _WRITE,
        "channel_center_partners_partnerdelivery": _ALL,
        # What deliveries to partners are signed with.
        "secrets_": _READ,
        "outbox_wakeup": _ALL,
        "schedule_": _ALL,
        "audit_": _ALL,
        "idempotency_": _ALL,
        "django_session": "SELECT, DELETE",
    },
}
"""Rights of each login role on public tables, by name or by prefix ending in ``_``.

The owner owns them. A more exact name wins over a prefix.
"""


def migrate_public(progress: Callable[[str], None] | None = None) -> int:
    """Apply the migrations of the public apps; return how many were applied."""
    labels = {*settings.STOA_PUBLIC_APPS, *settings.STOA_DUAL_APPS}
    with public_context():
        executor = MigrationExecutor(connection)
        targets = [key for key in executor.loader.graph.leaf_nodes() if key[0] in labels]
        plan = executor.migration_plan(targets)
        if plan:
            if progress:
                executor.progress_callback = lambda action, migration=None, fake=False: (
                    progress(str(migration)) if action == "apply_start" else None
                )
            executor.migrate(targets, plan=plan)
        load_reference()
        grant_public()
    return len(plan)


def grant_public() -> None:
    """Bring the privileges on public and shared tables in line with `PRIVILEGES`."""
    with public_context(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p')"
        )
        tables = sorted(row[0] for row in cursor.fetchall())
        for kind in PRIVILEGES:
            role = login_role(kind)
            cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"')
            for table in tables:
                if rights := _rights(kind, table):
                    cursor.execute(f'GRANT {rights} ON public."{table}" TO "{role}"')
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA shared TO PUBLIC")


def _rights(kind: str, table: str) -> str:
    wanted = PRIVILEGES[kind]
    found = wanted.get(table)
    if found is None:
        prefixes = [name for name in wanted if name.endswith("_") and table.startswith(name)]
        found = wanted[max(prefixes, key=len)] if prefixes else ""
    if table in append_only_tables():
        found = ", ".join(r for r in found.split(", ") if r in {"SELECT", "INSERT"})
    return found

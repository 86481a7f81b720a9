"""What every module must do: be silent where it is off, work where it is on, harm nobody.

A module's own tests hold one class::

    class TestConformance(ModuleConformance):
        code = "check_in"

        def populate(self, members: list[Member]) -> None:
            ...  # a few rows for each member

`populate` is optional; with it, lists are measured with few rows and with many,
and data is seen to stay while the module is off.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from django.contrib.staticfiles import finders
from django.core.checks import run_checks
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.access.models import Staff
from kernel.common.ids import uuid7
from kernel.members.models import Member
from kernel.modules.gate import mode_of
from kernel.modules.manifest import Manifest, Seam, Text
from kernel.modules.ports import entitlements, set_entitlements
from kernel.modules.registry import load, manifest_of
from kernel.settings.services import get_settings, set_settings
from kernel.tenancy.context import TenantRef, maintenance_context, tenant_context
from kernel.tenancy.ports import HostKind
from kernel.tenancy.tasks import reason_to_skip
from testkit.module_facts import (
    Route,
    console_menu,
    english_in,
    imports_django,
    missing_migrations,
    routes,
    row_counts,
    tables_in,
    used_permissions,
)
from testkit.modules import ACTOR, anew, right_ends, switched_off, switched_on
from testkit.web import TenantClient, console, process, store

MOST_QUERIES = 20
"""What a page may ask the database when the manifest names no budget for it."""

LANGUAGES = {"zh-CN": "zh", "en": "en"}
_FEW, _MANY = 2, 12
_READS = ("GET", "HEAD", "OPTIONS")
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_BUG = 500


class ModuleConformance:
    """The suite. Each test has tenants of its own making undone afterwards."""

    code: ClassVar[str]

    def populate(self, members: list[Member]) -> None:
        """Give each member a few rows of the module's; in the tenant, with the module on."""

    # --- what needs no tenant

    def test_the_manifest_loads_without_django(self) -> None:
        assert imports_django(self.manifest) == []

    def test_every_text_is_there_in_both_languages(self) -> None:
        found = self.manifest
        texts = [found.name, found.summary]
        for items in (found.permissions, found.settings, found.pages, found.assets):
            texts += [item.label for item in items]

        assert [text for text in texts if not (text.zh.strip() and text.en.strip())] == []
        assert [s.key for s in found.settings if bool(s.help.zh) != bool(s.help.en)] == []
        assert isinstance(found.name, Text)

    def test_the_system_checks_find_nothing(self) -> None:
        assert run_checks(tags=["modules"]) == []

    def test_everything_that_is_named_can_be_imported(self) -> None:
        names = [handler.function for handler in self.manifest.handlers]
        names += [schedule.function for schedule in self.manifest.schedules]
        names += [self.manifest.settings_check] if self.manifest.settings_check else []

        assert [name for name in names if not callable(load(name))] == []
        assert all(routes(self.manifest, seam) for seam in self.manifest.urls)

    def test_the_pictures_of_the_market_are_there_in_both_languages(self) -> None:
        for name in self.manifest.screenshots:
            for language in ("zh", "en"):
                assert finders.find(name.replace("{language}", language)), name

    def test_jobs_take_the_moment_they_were_due(self) -> None:
        for schedule in self.manifest.schedules:
            inspect.signature(load(schedule.function)).bind(now=None)  # type: ignore[arg-type]

    def test_permissions_are_used_and_declared(self) -> None:
        declared = {permission.code for permission in self.manifest.permissions}

        assert used_permissions(self.manifest) == declared

    def test_the_models_have_their_migrations(self) -> None:
        assert missing_migrations(self.code) == []

    # --- off

    def test_off_it_is_silent_and_has_no_table(self, tenant_a: TenantRef) -> None:
        self._assert_silent(tenant_a)
        assert not self._tables() & tables_in(tenant_a)

    def test_where_it_was_never_on_kernel_rows_can_be_deleted(self, tenant_a: TenantRef) -> None:
        with tenant_context(tenant_a):
            [member] = self._members(1)
            person = Staff.objects.create(email="gone@example.com", name="过客")

            member.delete()
            person.delete()

            assert not Member.objects.filter(pk=member.pk).exists()

    # --- on

    def test_on_its_tables_are_there_beside_rows_that_were_there_before(
        self, tenant_a: TenantRef
    ) -> None:
        with tenant_context(tenant_a):
            self._members(3)

        tenant = switched_on(tenant_a, self.code)

        assert self._tables() <= tables_in(tenant)

    def test_its_default_settings_can_be_used(self, tenant_a: TenantRef) -> None:
        tenant = switched_on(tenant_a, self.code)

        with tenant_context(tenant):
            values = get_settings(self.code)

            assert set_settings(self.code, values, actor=ACTOR) == values

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_console_pages_answer_staff_who_may_and_refuse_others(
        self, tenant_a: TenantRef, language: str
    ) -> None:
        tenant = self._filled(switched_on(tenant_a, self.code), _FEW)
        for route in self._plain_routes("console"):
            with console(tenant, headers={"Accept-Language": language}) as browser:
                stranger = browser.get(route.path)
                browser.as_staff(email=f"{uuid7().hex}@example.com")
                other = browser.get(route.path)
                self._as_manager(browser)
                answer = browser.get(route.path)

            assert (stranger.status_code, other.status_code) == (302, 403), route.path
            assert answer.status_code == 200, route.path
            self._assert_one_language(answer, language)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_store_pages_answer_in_each_language(self, tenant_a: TenantRef, language: str) -> None:
        tenant = self._filled(switched_on(tenant_a, self.code), _FEW)
        for route in self._plain_routes("store"):
            for signed_in in (False, True):
                with store(tenant, headers={"Accept-Language": language}) as browser:
                    if signed_in:
                        browser.as_member(f"{uuid7().hex}@example.com")
                    answer = browser.get(route.path)

                assert answer.status_code in {200, 302, 405}, route.path
                self._assert_one_language(answer, language)

    def test_nothing_that_is_sent_is_answered_with_a_fault(self, tenant_a: TenantRef) -> None:
        tenant = switched_on(tenant_a, self.code)

        for answer, route in self._every_answer(tenant, (*_READS, *_WRITES)):
            assert answer < _BUG, route.path

    def test_pages_keep_their_query_budget_however_long_the_lists(
        self, tenant_a: TenantRef
    ) -> None:
        tenant = switched_on(tenant_a, self.code)
        few = self._queries(self._filled(tenant, _FEW))
        many = self._queries(self._filled(tenant, _MANY))

        assert many == few
        budgets = self.manifest.query_budgets
        assert {n: c for n, c in many.items() if c > budgets.get(n, MOST_QUERIES)} == {}

    def test_two_tenants_never_see_each_other(
        self, tenant_a: TenantRef, tenant_b: TenantRef
    ) -> None:
        first, second = switched_on(tenant_a, self.code), switched_on(tenant_b, self.code)

        self._filled(first, _FEW)

        assert not any(row_counts(second, self._tables()).values())

    # --- off again, and out

    def test_off_again_it_is_silent_and_its_data_stays(self, tenant_a: TenantRef) -> None:
        tenant = self._filled(switched_on(tenant_a, self.code), _FEW)
        before = row_counts(tenant, self._tables())

        tenant = switched_off(tenant, self.code)

        self._assert_silent(tenant)
        assert row_counts(tenant, self._tables()) == before
        tenant = switched_on(tenant, self.code)
        assert row_counts(tenant, self._tables()) == before

    def test_off_again_members_can_be_deleted(self, tenant_a: TenantRef) -> None:
        tenant = self._filled(switched_on(tenant_a, self.code), _FEW)
        tenant = switched_off(tenant, self.code)

        with tenant_context(tenant):
            for member in Member.objects.all():
                member.delete()

            assert not Member.objects.exists()

    def test_taken_out_its_tables_are_gone_and_it_can_come_back(self, tenant_a: TenantRef) -> None:
        tenant = switched_off(self._filled(switched_on(tenant_a, self.code), _FEW), self.code)

        tenant = self._taken_out(tenant)

        assert not self._tables() & tables_in(tenant)
        self._assert_silent(tenant)
        tenant = switched_on(tenant, self.code)
        assert not any(row_counts(tenant, self._tables()).values())

    def test_other_tenants_and_the_kernels_tables_stay_as_they_are(
        self, tenant_a: TenantRef, tenant_b: TenantRef
    ) -> None:
        kernel, other = self._catalog(tenant_a), self._catalog(tenant_b)

        tenant = self._filled(switched_on(tenant_a, self.code), _FEW)
        while_on = self._catalog(tenant_b)
        self._taken_out(switched_off(tenant, self.code))

        assert (while_on, self._catalog(tenant_b)) == (other, other)
        assert self._catalog(tenant_a) == kernel

    # --- the right to it ends

    def test_when_the_right_ends_it_can_be_read_then_it_is_off(self, tenant_a: TenantRef) -> None:
        with nothing_is_free():
            tenant = switched_on(tenant_a, self.code)
            tenant = right_ends(tenant, self.code, days_ago=1, off_days_ago=-1)

            assert mode_of(tenant, self.code) == "read_only"
            reads = {status for status, _route in self._every_answer(tenant, ("GET",))}
            writes = {status for status, _route in self._every_answer(tenant, ("POST",))}
            assert not reads & {402, 404}
            assert writes <= {402}
            assert self._skipped(tenant, writes=True) == "module_read_only"

            tenant = right_ends(tenant, self.code, days_ago=2, off_days_ago=1)
            self._assert_silent(tenant)

    # --- how it is asked

    @property
    def manifest(self) -> Manifest:
        """The module's manifest."""
        found = manifest_of(self.code)
        assert found is not None, f"no module has the code {self.code}"
        return found

    def _assert_silent(self, tenant: TenantRef) -> None:
        for answer, route in self._every_answer(tenant, ("GET", "POST")):
            assert answer == 404, route.path
        assert self._skipped(tenant, writes=False) == "module_off"
        assert not self._pages() & console_menu(tenant)

    def _skipped(self, tenant: TenantRef, *, writes: bool) -> str:
        """Why jobs and handlers of the module do not run now."""
        with tenant_context(tenant):
            return reason_to_skip(
                tenant, module=self.code, writes=writes, runs_when_suspended=False
            )

    def _every_answer(
        self, tenant: TenantRef, methods: tuple[str, ...]
    ) -> Iterator[tuple[int, Route]]:
        """Ask every route in every way, as somebody who may do everything."""
        for seam in self.manifest.urls:
            kind: HostKind = "console" if seam == "console" else "store"
            with process(kind):
                browser = TenantClient(tenant, kind, raise_request_exception=False)
                if kind == "console":
                    browser.as_staff("*", email=f"{uuid7().hex}@example.com")
                else:
                    browser.as_member(f"{uuid7().hex}@example.com")
                for route in routes(self.manifest, seam):
                    for method in methods:
                        yield browser.generic(method, route.path).status_code, route

    def _queries(self, tenant: TenantRef) -> dict[str, int]:
        """Count what each page asks the database."""
        counts: dict[str, int] = {}
        for seam in self.manifest.urls:
            kind: HostKind = "console" if seam == "console" else "store"
            with process(kind):
                browser = TenantClient(tenant, kind)
                if kind == "console":
                    self._as_manager(browser)
                else:
                    browser.as_member(f"{uuid7().hex}@example.com")
                for route in self._plain_routes(seam):
                    browser.get(route.path)
                    with CaptureQueriesContext(connection) as queries:
                        answer = browser.get(route.path)
                        _read(answer)
                    counts[f"{seam}.{route.name}"] = len(queries)
        return counts

    def _as_manager(self, browser: TenantClient) -> None:
        codes = [permission.code for permission in self.manifest.permissions]
        browser.as_staff(*codes, email=f"{uuid7().hex}@example.com")

    def _plain_routes(self, seam: Seam) -> list[Route]:
        """Routes without arguments that can be read."""
        return [route for route in routes(self.manifest, seam) if route.is_plain and route.reads]

    def _pages(self) -> set[str]:
        prefix = f"/modules/{self.code.replace('_', '-')}/"
        return {prefix + page.path.lstrip("/") for page in self.manifest.pages}

    def _filled(self, tenant: TenantRef, count: int) -> TenantRef:
        with tenant_context(tenant):
            self.populate(self._members(count))
            # What the test's one transaction still has to check would hold up DDL.
            connection.check_constraints()
        return tenant

    @staticmethod
    def _members(count: int) -> list[Member]:
        return [
            Member.objects.create(login=f"{uuid7().hex}@example.com", name=f"会员{number}")
            for number in range(count)
        ]

    def _tables(self) -> set[str]:
        from tenants.ddl.packs import pack_for

        return set(pack_for(self.code).tables)

    def _taken_out(self, tenant: TenantRef) -> TenantRef:
        from tenants.services.modules import drop

        drop(tenant.id, self.code, actor=ACTOR, confirmation=self.code)
        return anew(tenant.id)

    @staticmethod
    def _catalog(tenant: TenantRef) -> str:
        from tenants.ddl.catalog import digest, read_catalog, tables_of_schema

        with maintenance_context(tenant.schema), connection.cursor() as cursor:
            return digest(read_catalog(cursor, tables_of_schema(cursor)))

    @staticmethod
    def _assert_one_language(answer: object, language: str) -> None:
        if LANGUAGES[language] == "zh":
            assert english_in(answer) == []


@contextmanager
def nothing_is_free() -> Iterator[None]:
    """Let grants alone decide, also on modules of the free tier."""
    from tenants.entitlements import GrantEntitlements

    before = entitlements()
    set_entitlements(GrantEntitlements(is_free=lambda _feature: False))
    try:
        yield
    finally:
        set_entitlements(before)


def _read(answer: Any) -> None:
    """Draw a streamed answer to its end, for its queries are sent while it is drawn."""
    if answer.streaming:
        list(answer)

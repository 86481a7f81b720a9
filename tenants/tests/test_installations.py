"""A tenant moves to another installation, with its modules, on the same or another release."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from kernel.audit.actor import Actor
from kernel.tenancy.context import TenantRef, maintenance_context, public_context, tenant_context
from kernel.tenancy.ports import directory
from tenants.archive.keys import Identity
from tenants.choices import DomainKind, JobState
from tenants.ddl.replay import schema_exists
from tenants.directory import read_tenant
from tenants.errors import ArchiveUnsuited, NotConfirmed, StateRefused
from tenants.models import Job, ModuleInstall, Tenant
from tenants.services import jobs, modules, requests
from tenants.services.steps.shared import archives
from tenants.tests.states import definition_of, files_of, rows_of
from testkit.database import database_copy
from testkit.samples import SampleFolder, Step, installed, on_release
from testkit.tenants import open_test_tenant

ACTOR = Actor.system("tests")
PHRASE = "a long walk by the sea"
# A passphrase takes a second of processor on each side, on purpose.
IDENTITY = Identity.generate()
BASE, NOTES = "relic_base", "relic_notes"

CASE = Step(
    "case",
    """
    migrations.CreateModel("Case", [
        ("id", models.BigAutoField(primary_key=True)), ("label", models.CharField(max_length=40)),
    ]),
    """,
)
HEIGHT = Step(
    "height",
    """
    migrations.AddField("case", "height", models.IntegerField(null=True)),
    """,
)
MEASURE = Step(
    "measure",
    """
    migrations.RunPython(
        lambda apps, editor: apps.get_model("relic_base", "Case")
        .objects.using(editor.connection.alias)
        .update(height=7),
        migrations.RunPython.noop,
    ),
    """,
)
NOTE = Step(
    "note",
    """
    migrations.CreateModel("Note", [
        ("id", models.BigAutoField(primary_key=True)), ("text", models.TextField()),
        ("case", DBForeignKey("relic_base.Case", db_on_delete="CASCADE")),
    ]),
    """,
    depends=((BASE, "0001_case"),),
)

pytestmark = pytest.mark.usefixtures("committing")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> SampleFolder:
    samples = SampleFolder(tmp_path_factory.mktemp("relics"))
    samples.app(BASE)
    samples.app(NOTES, module=True)
    samples.release(BASE, "release_1", [CASE])
    samples.release(BASE, "release_2", [CASE, HEIGHT])
    samples.release(BASE, "release_3", [CASE, HEIGHT, MEASURE])
    samples.release(NOTES, "release_1", [NOTE])
    return samples


@contextmanager
def installation(folder: SampleFolder, release: str) -> Iterator[None]:
    """Another database, with the sample apps on a release."""
    directory().forget_all()  # type: ignore[attr-defined]
    with (
        database_copy(),
        installed(folder, kernel=[BASE]),
        on_release({BASE: release, NOTES: "release_1"}),
    ):
        yield
    directory().forget_all()  # type: ignore[attr-defined]


def finished(job: Job) -> Job:
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    done = jobs.work(claimed)
    assert (done.state, done.error) == (JobState.DONE, "")
    return done


def sql(schema: str, text: str) -> list[tuple[object, ...]]:
    with maintenance_context(schema), connection.cursor() as cursor:
        cursor.execute(text)
        return list(cursor.fetchall()) if cursor.description else []


def furnished() -> TenantRef:
    tenant = open_test_tenant(modules=(NOTES,))
    sql(tenant.schema, "INSERT INTO relic_base_case (label) VALUES ('a'), ('b'), ('c')")
    sql(tenant.schema, "DELETE FROM relic_base_case WHERE label = 'c'")
    sql(tenant.schema, "INSERT INTO relic_notes_note (text, case_id) VALUES ('第一', 1)")
    with tenant_context(tenant):
        default_storage.save("pictures/相.png", ContentFile(b"picture"))
    return tenant


def exported(tenant: TenantRef, *, passphrase: str = "") -> bytes:
    recipient = "" if passphrase else str(IDENTITY.to_public())
    job = finished(
        requests.export(tenant.id, passphrase=passphrase, recipient=recipient, actor=ACTOR)
    )
    with public_context(), archives().open(job.data["path"]) as file:
        return bytes(file.read())


def taken_in(archive: bytes, *, key: str = str(IDENTITY)) -> TenantRef:
    name = f"moved-{token_hex(3)}"
    job = requests.take_in(
        io.BytesIO(archive),
        key=key,
        hosts={DomainKind.STORE: f"{name}.localhost"},
        name=name,
        actor=ACTOR,
    )
    return read_tenant(finished(job).tenant_id)[0]


def test_a_tenant_moves_to_another_installation(folder: SampleFolder) -> None:
    with installation(folder, "release_1"):
        tenant = furnished()
        archive = exported(tenant, passphrase=PHRASE)
        rows, definition = rows_of(tenant.schema), definition_of(tenant.schema)
        pictures = files_of(tenant)

    with installation(folder, "release_1"):
        moved = taken_in(archive, key=PHRASE)

        kept = {t: r for t, r in rows_of(moved.schema).items() if t.startswith("relic_")}
        assert kept == {t: r for t, r in rows.items() if t.startswith("relic_")}
        assert definition_of(moved.schema) == definition
        assert files_of(moved) == pictures
        assert moved.modules == {NOTES}
        # The counter stands behind the row that was deleted.
        assert sql(
            moved.schema, "INSERT INTO relic_base_case (label) VALUES ('d') RETURNING id"
        ) == [(4,)]
        with tenant_context(moved), connection.cursor() as cursor:
            cursor.execute("SELECT text FROM relic_notes_note")
            assert cursor.fetchall() == [("第一",)]


@pytest.mark.parametrize("release", ["release_2", "release_3"])
def test_an_older_archive_is_brought_up_to_date(folder: SampleFolder, release: str) -> None:
    with installation(folder, "release_1"):
        archive = exported(furnished())

    with installation(folder, release):
        moved = taken_in(archive)

        height = 7 if release == "release_3" else None
        assert sql(moved.schema, "SELECT label, height FROM relic_base_case ORDER BY id") == [
            ("a", height),
            ("b", height),
        ]
        assert definition_of(moved.schema) == definition_of(
            open_test_tenant(modules=(NOTES,)).schema
        )
        with tenant_context(moved), connection.cursor() as cursor:
            cursor.execute("UPDATE relic_base_case SET height = 1")


def test_an_archive_of_a_newer_release_is_refused(folder: SampleFolder) -> None:
    with installation(folder, "release_2"):
        archive = exported(furnished())

    with installation(folder, "release_1"):
        with public_context():
            before = Tenant.objects.count()
        with pytest.raises(ArchiveUnsuited, match="0002_height"):
            taken_in(archive)
        with public_context():
            assert Tenant.objects.count() == before
            assert archives().listdir("incoming")[1] == []  # type: ignore[attr-defined]


def test_an_archive_with_a_module_that_is_not_here_is_refused(folder: SampleFolder) -> None:
    with installation(folder, "release_1"):
        archive = exported(furnished())

    with database_copy(), pytest.raises(ArchiveUnsuited, match=NOTES):
        taken_in(archive)


def test_a_tenant_archived_before_an_upgrade_comes_back_after_it(folder: SampleFolder) -> None:
    with installation(folder, "release_1"):
        tenant = furnished()
        finished(requests.archive(tenant.id, reason="x", actor=ACTOR))

        with on_release({BASE: "release_2", NOTES: "release_1"}):
            finished(requests.restore(tenant.id, actor=ACTOR))

            assert sql(tenant.schema, "SELECT label, height FROM relic_base_case") == [
                ("a", None),
                ("b", None),
            ]
            assert read_tenant(tenant.id)[0].modules == {NOTES}


def test_a_copy_has_the_modules_and_the_rights_only_when_asked(folder: SampleFolder) -> None:
    with installation(folder, "release_1"):
        tenant = furnished()
        found = []
        for with_grants in (False, True):
            name = f"copy-{token_hex(3)}"
            job = requests.copy(
                tenant.id,
                name=name,
                hosts={DomainKind.STORE: f"{name}.localhost"},
                kind="sandbox",  # type: ignore[arg-type]
                actor=ACTOR,
                with_grants=with_grants,
            )
            found.append(read_tenant(finished(job).tenant_id)[0])

        for copy, granted in zip(found, (0, 1), strict=True):
            assert copy.modules == {NOTES}
            assert sql(copy.schema, "SELECT text FROM relic_notes_note") == [("第一",)]
            with public_context():
                assert Tenant.objects.get(pk=copy.id).grants.count() == granted


def test_a_module_is_uninstalled_after_its_rows_were_put_away(folder: SampleFolder) -> None:
    with installation(folder, "release_1"):
        tenant = furnished()
        with pytest.raises(StateRefused):
            requests.uninstall(
                tenant.id, NOTES, confirmation=NOTES, tenant_name=tenant.name, actor=ACTOR
            )
        modules.disable(tenant.id, NOTES, actor=ACTOR)
        for code, name in ((NOTES, "other"), ("other", tenant.name)):
            with pytest.raises(NotConfirmed):
                requests.uninstall(
                    tenant.id, NOTES, confirmation=code, tenant_name=name, actor=ACTOR
                )
        assert sql(tenant.schema, "SELECT text FROM relic_notes_note") == [("第一",)]

        job = finished(
            requests.uninstall(
                tenant.id, NOTES, confirmation=NOTES, tenant_name=tenant.name, actor=ACTOR
            )
        )

        assert sql(tenant.schema, "SELECT to_regclass('relic_notes_note')") == [(None,)]
        assert schema_exists(tenant.schema)
        with public_context():
            assert archives().exists(job.data["path"])
            assert not ModuleInstall.objects.filter(tenant_id=tenant.id).exists()

"""What leads outside: file names in archives and headers, addresses that look like one's own."""

import io
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import urljoin, urlsplit
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from accounts_builder import NAME, PASSWORD, SIGN_IN, add_person
from builders import TODAY, Installation
from matrix_builder import Ground, build_ground, end_ground

from survey_service.fieldwork.import_choices import FileKind
from survey_service.fieldwork.uploads import find_uploads, keep_upload
from survey_service.reporting.brief_archive import write_brief_archive
from survey_service.reporting.releasing import find_release
from survey_service.storage import tables
from survey_service.storage.database import writing

pytestmark = pytest.mark.long

OUT = "../../../../tmp/evil"
WAYS_OUT = ("//evil.example", "\\\\evil.example", "/\\evil.example", "\\/evil.example",
            "%2F%2Fevil.example", "/%2F%2Fevil.example", "/%5Cevil.example", "/%09/evil.example",
            "%5C%5Cevil.example", "/\x0b/evil.example", "/ /evil.example", "////evil.example",
            "https:evil.example", "https:/evil.example", "HTTPS://evil.example",
            "/..//evil.example",
            "@evil.example", "/@evil.example", "http://localhost@evil.example", "data:text/html,x",
            "/\u2028/evil.example", "\uff0f\uff0fevil.example", "/arbejdsrum/..//evil.example",
            "/.//evil.example", "http://localhost:80\\@evil.example")  # fmt: skip


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Ground]:
    built = build_ground(tmp_path_factory.mktemp("outside") / "one", empty_database)
    with built.installation.context(), writing() as session:
        session.execute(sa.update(tables.Project).values(key=OUT))
        session.execute(
            sa.update(tables.Unit)
            .where(tables.Unit.id == built.installation.units["home"])
            .values(name=OUT)
        )
    yield built
    end_ground(built)


def stays_inside(name: str) -> bool:
    """Whether a file of this name lands in the folder it is unpacked to, on any machine."""
    parts = {*PurePosixPath(name).parts, *PureWindowsPath(name).parts}
    is_absolute = PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive
    return not is_absolute and ".." not in parts and not set(name) & set('\\:\x00\r\n"')


def test_no_archive_unpacks_outside_its_folder_whatever_projects_and_units_are_called(
    ground: Ground,
) -> None:
    target = io.BytesIO()
    with ground.installation.context():
        release = find_release(ground.installation.project_id, 1)
        write_brief_archive(target, release, ("da",), lambda _step, _done, _total: None)
    tables_zip = ground.browser("evaluator").get(f"{ground.project}/resultater/tabeller.zip").data
    for content in (target.getvalue(), tables_zip):
        with ZipFile(io.BytesIO(content)) as archive:
            assert len(archive.namelist()) > 3
            assert [name for name in archive.namelist() if not stays_inside(name)] == []


def test_no_download_is_named_as_a_way_out(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ground.app.config, "WTF_CSRF_ENABLED", False)
    client = ground.browser("evaluator")
    for word in ("leaders", "unit:home"):
        page = client.post(f"{ground.project}/resultatbrev", data={"brief": word, "language": "da"})
        name = page.headers["Content-Disposition"].partition("filename=")[2].strip('"')
        assert name.endswith(".pdf")
        assert stays_inside(name)
        assert "/" not in name


@pytest.mark.parametrize(
    "name",
    [
        OUT,
        "..\\..\\evil.csv",
        "/etc/passwd",
        "C:\\evil.csv",
        "\x00.csv",
        "a\r\nX: b.csv",
        "." * 300,
    ],
)
def test_an_uploaded_files_name_is_a_label_and_no_path(ground: Ground, name: str) -> None:
    installation = ground.installation
    before = {path for path in installation.folder.parent.rglob("*") if path.is_file()}
    with installation.context():
        made = keep_upload(installation.keys, installation.project_id, name,
                           b"unit;score\nhouse;50\n", FileKind.SCORES, TODAY)  # fmt: skip
        found = find_uploads(installation.keys, installation.project_id)
    [file_name] = [upload.file_name for upload in found if upload.id == made]
    assert file_name
    assert not set(file_name) & set("/\\\r\n\x00")
    after = {path for path in installation.folder.parent.rglob("*") if path.is_file()}
    assert {path.name for path in after - before} <= {"survey.sqlite3-wal", "survey.sqlite3-shm"}


def test_no_spelling_of_an_address_leads_to_another_site(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ground.app.config, "WTF_CSRF_ENABLED", False)
    for way in WAYS_OUT:
        for path in ("/sprog", "/visning"):
            form = {"language": "en", "next": way}
            page = ground.app.test_client().post(path, data=form)
            assert_stays(page.location or "/", way)


@pytest.mark.parametrize("way", WAYS_OUT[:4])
def test_nor_does_signing_in(installation: Installation, way: str) -> None:
    add_person(installation)
    visitor = installation.visitor()
    visitor.client.get("/arbejdsrum/min-konto", query_string={"next": way})
    fields = visitor.get(SIGN_IN).form(SIGN_IN)
    typed = {**fields, "name": NAME, "password": PASSWORD, "next": way}
    page = visitor.client.post(SIGN_IN, query_string={"next": way}, data=typed)
    assert page.status_code == 303
    assert_stays(page.location, way)


def assert_stays(location: str, way: str) -> None:
    """As a browser reads it: backslashes are slashes, tabs and line breaks are not there."""
    read = location.replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "")
    found = urlsplit(urljoin("http://localhost/", read.strip()))
    assert (found.scheme, found.netloc) == ("http", "localhost"), (way, location)


HOSTS = ("evil.example", "localhost.evil.example", "evil.example:80", "[::1]evil")
HEADERS = ("Host", "X-Forwarded-Host", "X-Host", "Forwarded", "X-Forwarded-Server",
           "X-Original-URL", "X-Rewrite-URL")  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_puts_another_host_in_a_page_or_an_address(ground: Ground, header: str) -> None:
    client = ground.browser("evaluator")
    for host in HOSTS:
        value = f"host={host}" if header == "Forwarded" else host
        for path in ("/", SIGN_IN, "/arbejdsrum/", "/arbejdsrum/min-konto", "/nowhere"):
            page = client.get(path, headers={header: value})
            assert page.status_code in {200, 303, 400, 404}, path
            assert b"evil.example" not in page.data, path
            assert "evil" not in (page.location or ""), path

"""settings.toml: what it leaves out has a default, and what cannot be used is named."""

from datetime import date
from pathlib import Path

import pytest

from survey_service.web.settings import DATABASE_VARIABLE, SettingsRefused, load_settings


def write(folder: Path, text: str) -> Path:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_the_installation_has_usable_defaults(tmp_path: Path) -> None:
    found = load_settings(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path / 'survey.sqlite3'}"
    assert found.is_https is False
    assert [contact.phone for contact in found.contacts] == ["70 201 201", "112"]
    assert found.accessibility_url is None
    assert (found.kiosk_idle_seconds, found.kiosk_grace_seconds) == (180, 60)
    assert found.service_name.read_in("da") != found.service_name.read_in("en")


def test_the_default_database_does_not_depend_on_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        load_settings(Path("here")).database_url == f"sqlite:///{tmp_path / 'here/survey.sqlite3'}"
    )


def test_what_the_file_says_is_taken(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        https = true
        database = "postgresql+psycopg://server/survey"
        kiosk_idle_seconds = 90
        kiosk_grace_seconds = 3600
        accessibility_url = "https://was.digst.dk/example"
        data_controller = "Randers Kommune, Center for Psykiatri"
        data_contact = "dpo@kommune.example"
        service_name = {da = "Din stemme", en = "Your voice"}
        [[contacts]]
        name = {da = "Psykiatrisk akuttelefon", en = "Psychiatric emergency line"}
        phone = "78 47 04 70"
        note = {da = "Døgnet rundt", en = "Day and night"}
        checked_on = 2026-01-15
        """,
    )
    found = load_settings(tmp_path)
    assert found.is_https
    assert found.database_url == "postgresql+psycopg://server/survey"
    assert (found.kiosk_idle_seconds, found.kiosk_grace_seconds) == (90, 3600)
    assert found.accessibility_url == "https://was.digst.dk/example"
    assert found.data_controller == "Randers Kommune, Center for Psykiatri"
    assert found.data_contact == "dpo@kommune.example"
    assert found.service_name.read_in("en") == "Your voice"
    [contact] = found.contacts
    assert contact.name.read_in("da") == "Psykiatrisk akuttelefon"
    assert (contact.phone, contact.checked_on) == ("78 47 04 70", date(2026, 1, 15))


def test_a_text_may_be_the_same_in_both_languages(tmp_path: Path) -> None:
    found = load_settings(write(tmp_path, 'service_name = "Recovery"'))
    assert found.service_name.read_in("da") == found.service_name.read_in("en") == "Recovery"


def test_the_environment_names_the_database_before_the_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql+psycopg://elsewhere/survey")
    found = load_settings(write(tmp_path, 'database = "sqlite:///x"'))
    assert found.database_url == "postgresql+psycopg://elsewhere/survey"


@pytest.mark.parametrize(
    "text",
    [
        "https = ",
        'https = "no"',
        "https = 1",
        "service_name = 5",
        "service_name = {}",
        "service_name = [1]",
        "contacts = 5",
        'contacts = "112"',
        "contacts = [1]",
        '[[contacts]]\nphone = "112"',
        '[[contacts]]\nname = "Alarm"',
        '[[contacts]]\nname = "Alarm"\nphone = "112"\nchecked_on = "i går"',
        "database = 5",
        "accessibility_url = 5",
        "kiosk_idle_seconds = 0",
        "kiosk_idle_seconds = 3601",
        "kiosk_grace_seconds = true",
        "kiosk_grace_seconds = 1.5",
        'kiosk_grace_seconds = "60"',
    ],
)
def test_what_cannot_be_used_is_refused_with_the_files_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsRefused, match=r"settings\.toml: "):
        load_settings(write(tmp_path, text))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes('service_name = "Støtte"'.encode("cp1252"))
    with pytest.raises(SettingsRefused):
        load_settings(tmp_path)

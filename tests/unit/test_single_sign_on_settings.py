"""settings.toml: the service's own address, and the identity provider staff sign in with."""

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from survey_service.web import settings
from survey_service.web.settings import SettingsRefused, load_settings

SECTION = """
[single_sign_on]
name = "Kommunens login"
issuer = "https://login.kommune.example/"
client_id = "maaling"
client_secret_file = "keys/single-sign-on.secret"
"""


def write(
    folder: Path, text: str = SECTION, *, content: str = "hemmelig\n", mode: int = 0o600
) -> Path:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    (folder / "keys").mkdir()
    file = folder / "keys/single-sign-on.secret"
    file.write_text(content, encoding="utf-8")
    file.chmod(mode)
    return folder


def test_without_a_section_there_is_no_single_sign_on(tmp_path: Path) -> None:
    found = load_settings(tmp_path)
    assert (found.single_sign_on, found.public_address) == (None, None)


def test_the_provider_is_taken_from_its_section_and_the_secret_from_its_file(
    tmp_path: Path,
) -> None:
    found = load_settings(write(tmp_path)).single_sign_on
    assert found is not None
    assert found.name.read_in("en") == "Kommunens login"
    # To the letter: tokens name their issuer with or without the slash, and must agree.
    assert found.issuer == "https://login.kommune.example/"
    assert (found.client_id, found.client_secret) == ("maaling", "hemmelig")


def test_the_secret_is_not_printed_with_the_settings(tmp_path: Path) -> None:
    assert "hemmelig" not in repr(load_settings(write(tmp_path)))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsRefused, match="expected mode 600"):
        load_settings(write(tmp_path, mode=mode))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("single_sign_on = 1", "expected a section"),
        (SECTION.replace("issuer", "isuer"), "expected issuer"),
        (SECTION.replace('"maaling"', '""'), "expected client_id"),
        (SECTION.replace('"maaling"', "5"), "client_id: expected a text"),
        (SECTION.replace("client_secret_file", "secret"), "expected client_secret_file"),
        (SECTION.replace("single-sign-on.secret", "other.secret"), "expected a file"),
        (SECTION.replace("https://login", "http://login"), "issuer: expected an address"),
        (SECTION.replace("https://login.kommune.example/", "login"), "issuer: expected an addr"),
        (SECTION.replace("example/", "example/?a=1"), "issuer: expected an address"),
    ],
)
def test_a_section_that_cannot_be_used_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsRefused, match=told):
        load_settings(write(tmp_path, text))


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="expected a secret"):
        load_settings(write(tmp_path, content=" \n"))


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost:9000", "[::1]:9000"])
def test_a_provider_on_this_machine_needs_no_tls(tmp_path: Path, host: str) -> None:
    text = SECTION.replace("https://login.kommune.example/", f"http://{host}")
    found = load_settings(write(tmp_path, text)).single_sign_on
    assert found is not None
    assert found.issuer == f"http://{host}"


def test_a_missing_optional_part_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> ModuleSpec | None:
        return None if name == "authlib" else importlib.util.find_spec(name)

    monkeypatch.setattr(settings, "find_spec", find)
    with pytest.raises(SettingsRefused, match=r"pip install 'survey-service\[single-sign-on\]'"):
        load_settings(write(tmp_path))


def test_the_public_address_is_taken_without_a_slash_at_its_end(tmp_path: Path) -> None:
    found = load_settings(write(tmp_path, 'public_address = "https://svar.kommune.example/"'))
    assert found.public_address == "https://svar.kommune.example"


@pytest.mark.parametrize(
    "address",
    [
        "svar.kommune.example",
        "http://svar.kommune.example",
        "https://",
        "https://a@svar.example",
        "javascript:alert(1)",
    ],
)
def test_a_public_address_that_nobody_could_open_safely_is_refused(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(SettingsRefused, match="public_address: expected an address"):
        load_settings(write(tmp_path, f'public_address = "{address}"'))

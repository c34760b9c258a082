"""What people read: every text exists, in both languages, with the same places to fill in."""

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import survey_service
from survey_service.texts import LANGUAGES, Wording, load_texts
from survey_service.web.errors import _BY_STATUS, REFUSALS
from survey_service.web.language import TEXTS

PACKAGE = Path(survey_service.__file__).parent
WEB = PACKAGE / "web"
TEXT_FILES = sorted([*PACKAGE.rglob("texts.toml"), *PACKAGE.rglob("texts/*.toml")])
KEY = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
WEB_TEXTS = load_texts(TEXTS)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def template_keys() -> dict[str, list[set[str]]]:
    """Every key a template names inside t('…'), with the values each call gives.

    What stands whole in a data attribute is filled in by a script, so it gives nothing itself.
    """
    found: dict[str, list[set[str]]] = {}
    call_pattern = r'(data-[\w-]+="\{\{ )?\bt\(((?:[^()]|\([^()]*\))*)\)'
    for path in WEB.rglob("*.html"):
        for for_script, call in re.findall(call_pattern, path.read_text("utf-8")):
            values = set(re.findall(r"(\w+)\s*=(?!=)", call))
            for key in re.findall(r"'([^']+)'", call):
                if KEY.fullmatch(key):
                    found.setdefault(key, []).extend([] if for_script else [values])
    return found


@cache
def code_keys() -> dict[str, list[set[str]]]:
    """Every key a view names whole inside translate("…"), with the values each call gives."""
    found: dict[str, list[set[str]]] = {}
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id != "translate" or not node.args:
                continue
            in_pieces = {
                piece
                for inner in ast.walk(node.args[0])
                if isinstance(inner, ast.JoinedStr)
                for piece in inner.values
            }
            for inner in set(ast.walk(node.args[0])) - in_pieces:
                if isinstance(inner, ast.Constant) and KEY.fullmatch(str(inner.value)):
                    values = {word.arg for word in node.keywords if word.arg is not None}
                    # What is handed on as **values cannot be read off the call.
                    is_known = len(values) == len(node.keywords)
                    found.setdefault(str(inner.value), []).extend([values] if is_known else [])
    return found


def code_prefixes() -> set[str]:
    """What the keys begin with that a view puts together: translate(f"audience.{…}")."""
    return {
        str(inner.values[0].value)
        for path in WEB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "translate"
        and node.args
        for inner in ast.walk(node.args[0])
        if isinstance(inner, ast.JoinedStr) and isinstance(inner.values[0], ast.Constant)
    }


def test_keys_put_together_begin_as_some_text_does() -> None:
    prefixes = code_prefixes()
    assert "answer.question." in prefixes
    for prefix in prefixes:
        assert any(key.startswith(prefix) for key in WEB_TEXTS), prefix


def test_texts_are_found_at_all() -> None:
    assert len(template_keys()) > 60
    assert len(code_keys()) > 5
    assert set(TEXTS.glob("*.toml")) <= set(TEXT_FILES)


@pytest.mark.parametrize("key", sorted(template_keys() | code_keys()))
def test_every_text_a_page_names_exists_and_gets_what_it_needs(key: str) -> None:
    assert key in WEB_TEXTS
    needed = placeholders(WEB_TEXTS[key].read_in("da"))
    for given in template_keys().get(key, []) + code_keys().get(key, []):
        assert needed <= given


def test_every_refusal_has_a_heading_and_a_message() -> None:
    keys = {refusal.key for refusal in REFUSALS.values()}
    keys |= {refusal.key for refusal in _BY_STATUS.values()} | {"server"}
    for key in keys:
        assert {f"error.{key}.heading", f"error.{key}.message"} <= set(WEB_TEXTS), key


@pytest.mark.parametrize("key", ["dk", "na", "skip"])
def test_the_non_answers_have_their_words(key: str) -> None:
    assert f"answer.question.{key}" in WEB_TEXTS


@pytest.mark.parametrize("path", TEXT_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_text_speaks_danish_and_english_with_the_same_placeholders(path: Path) -> None:
    for key, wording in load_texts(path).items():
        found = [wording.read_in(language).strip() for language in LANGUAGES]
        assert all(found), key
        assert placeholders(found[0]) == placeholders(found[1]), key


@pytest.mark.parametrize("path", TEXT_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_text_is_left_in_the_other_language(path: Path) -> None:
    for key, wording in load_texts(path).items():
        english = wording.read_in("en")
        if "Dansk" in english or "Livslinien" in english:
            continue
        assert not re.search(r"[æøåÆØÅ]", english), key


@pytest.mark.parametrize("path", TEXT_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_texts_use_no_lookalikes_for_danish_letters_and_no_double_spaces(path: Path) -> None:
    for key, wording in load_texts(path).items():
        for language in LANGUAGES:
            text = wording.read_in(language)
            assert not re.search(r"[öäüÖÄÜ]|\b(paa|saa|naar|foer)\b|[^\n] {2,}", text), key


def test_a_missing_language_is_found_when_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "texts.toml"
    path.write_text('[a.b]\nda = "kun dansk"\n')
    with pytest.raises(ValueError, match=r"a\.b: expected .* missing \['en'\]"):
        load_texts(path)


def test_a_text_in_two_files_of_a_folder_is_refused(tmp_path: Path) -> None:
    for name in ("first.toml", "second.toml"):
        (tmp_path / name).write_text('[a.b]\nda = "ja"\nen = "yes"\n')
    with pytest.raises(ValueError, match=r"second\.toml: expected texts of its own.*'a\.b'"):
        load_texts(tmp_path)


def test_a_wording_falls_back_to_the_language_there_is() -> None:
    assert Wording({"da": "ja"}).read_in("en") == "ja"
    with pytest.raises(ValueError, match="at least one language"):
        Wording({})

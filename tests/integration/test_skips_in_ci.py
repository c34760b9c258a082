"""Nothing is left out unseen: with CI set, a skipped test is a failed one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long  # each of them starts pytest anew

HERE = Path(__file__).parents[1]


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("1", 1)])
@pytest.mark.parametrize("place", ["test", "fixture"])
def test_a_skipped_test_fails_where_ci_is_set(
    tmp_path: Path, ci: str, status: int, place: str
) -> None:
    shutil.copy(HERE / "conftest.py", tmp_path)
    fixture = 'pytest.skip("no server")' if place == "fixture" else "pass"
    body = 'pytest.skip("no server")' if place == "test" else "pass"
    (tmp_path / "test_it.py").write_text(
        f"import pytest\n\n@pytest.fixture\ndef server():\n    {fixture}\n\n"
        f"def test_it(server):\n    {body}\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120,
        env=environment | {"PYTHONPATH": str(HERE)} | ({"CI": ci} if ci else {}),
    )  # fmt: skip
    assert found.returncode == status, found.stdout
    assert ("with CI set, a skipped test fails" in found.stdout) is bool(ci)
    assert not ci or "no server" in found.stdout


@pytest.mark.parametrize(
    ("is_beside", "told"), [(True, "2 passed"), (False, "1 passed, 1 deselected")]
)
def test_tests_on_the_real_survey_are_left_out_where_it_is_not_and_counted(
    tmp_path: Path, is_beside: bool, told: str
) -> None:
    tests = tmp_path / "checkout" / "tests"
    tests.mkdir(parents=True)
    if is_beside:
        (tmp_path / "shared").mkdir()
    shutil.copy(HERE / "conftest.py", tests)
    (tests / "test_it.py").write_text(
        "import pytest\n\n@pytest.mark.real_survey\ndef test_it():\n    pass\n\n"
        "def test_other():\n    pass\n"
    )
    (tests.parent / "pytest.ini").write_text("[pytest]\nmarkers = real_survey\n")
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests],
        capture_output=True, text=True, check=False, cwd=tests.parent, timeout=120,
        env=os.environ | {"PYTHONPATH": str(HERE), "CI": "true"},
    )  # fmt: skip
    assert found.returncode == 0, found.stdout
    assert told in found.stdout

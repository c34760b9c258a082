"""Nothing is skipped unseen: with CI set, a skipped test is a failed one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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

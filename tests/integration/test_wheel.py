"""The wheel works without the checkout: questionnaires, migrations, pages and fonts are inside."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as pip would lay it out, far from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder)]
    subprocess.run([*command, str(CHECKOUT)], check=True)
    (wheel,) = folder.glob("survey_service-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run_from_wheel(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from survey_service.cli import main; main()", *arguments],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=site.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_comes_from_the_wheel_and_not_from_the_checkout(unpacked_wheel: Path) -> None:
    code = "import survey_service; print(survey_service.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(unpacked_wheel)},
        cwd=unpacked_wheel.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).is_relative_to(unpacked_wheel)


def test_the_shipped_questionnaires_are_inside(unpacked_wheel: Path) -> None:
    checked = run_from_wheel(unpacked_wheel, "questionnaires", "check")

    assert checked.returncode == 0, checked.stderr
    assert "citizen 1" in checked.stdout


def test_a_demo_runs_from_the_wheel_alone(unpacked_wheel: Path, tmp_path: Path) -> None:
    made = run_from_wheel(unpacked_wheel, "--instance", str(tmp_path / "i"), "demo", "--no-serve")

    assert made.returncode == 0, made.stderr
    assert len(list((tmp_path / "i" / "briefs").glob("*.pdf"))) == 2


def test_licences_of_what_is_shipped_are_inside(unpacked_wheel: Path) -> None:
    package = unpacked_wheel / "survey_service"

    assert (package / "web" / "static" / "fonts" / "OFL.txt").is_file()
    assert list((package / "charts" / "fonts").glob("OFL*"))

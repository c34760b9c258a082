"""The same release and text version give the same bytes, wherever and whenever they are made."""

import subprocess
import sys
from pathlib import Path

from survey_service.briefs.content import BriefKind

HERE = Path(__file__).parent

_IN_A_PROCESS = """
import hashlib
from brief_builder import a_brief
from survey_service.briefs.content import BriefKind
from survey_service.briefs.html import write_page
from survey_service.briefs.pdf import write_pdf
for kind in BriefKind:
    for language in ("da", "en"):
        content = a_brief(kind, language)
        written = write_pdf(content) + write_page(content).encode()
        print(kind, language, hashlib.sha256(written).hexdigest())
"""


def test_two_processes_write_the_same_bytes():
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _IN_A_PROCESS],
            cwd=HERE,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    first, second = (process.communicate()[0].splitlines() for process in running)
    assert len(first) == 2 * len(BriefKind)
    assert first == second

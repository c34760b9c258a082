"""A process that only takes answers stays small: it never loads what computes or draws."""

import subprocess
import sys
from pathlib import Path

from builders import Installation

HEAVY = ("scipy", "statsmodels", "pandas", "reportlab", "authlib", "requests")

SCRIPT = """
import sys
from pathlib import Path

import survey_service.web.application as application

folder, code, heavy = Path(sys.argv[1]), sys.argv[2], sys.argv[3].split(",")
loaded_by_import = [name for name in heavy if name in sys.modules]
client = application.create_app(folder).test_client()
page = client.get(f"/k/{code}", follow_redirects=True)
assert page.request.path == "/om", page.request.path
page = client.get("/svar/2")
assert page.status_code == 200, page.status_code
assert "fieldset" in page.get_data(as_text=True)
loaded = [name for name in heavy if name in sys.modules]
print(loaded_by_import, loaded)
"""


def test_serving_a_question_loads_nothing_that_computes_or_draws(
    installation: Installation, tmp_path: Path
) -> None:
    [code] = installation.invite("p1")
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, installation.folder, code, ",".join(HEAVY)],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == "[] []"

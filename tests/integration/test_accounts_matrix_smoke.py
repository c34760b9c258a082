"""A quick look at the matrix that `make test-long` goes through: two people, what is closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from matrix_builder import MAY_OPEN, Ground, build_ground, end_ground
from test_accounts_matrix import SIGN_IN, cells, request


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Ground]:
    built = build_ground(tmp_path_factory.mktemp("smoke") / "one", empty_database)
    yield built
    end_ground(built)


@pytest.mark.parametrize(("actor", "status"), [("viewer", 403), ("signed out", 303)])
def test_what_a_rule_closes_is_closed(ground: Ground, actor: str, status: int) -> None:
    before, tried = ground.installation.contents(), 0
    for rule, address, method in cells(ground):
        is_asked = method in {"GET", "POST"} and method in (rule.methods or ())
        if is_asked and ground.declared(rule) not in MAY_OPEN[actor]:
            page = request(ground, actor, method, address)
            assert page.status_code == status, (method, address)
            assert page.location in {None, SIGN_IN}
            tried += 1
    assert tried > 100
    assert ground.installation.contents() == before

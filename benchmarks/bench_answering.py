"""What one request of the answering path costs, beside the least it could cost.

Eight clients walk the citizens' questionnaire (GET, then POST) against two server processes on
durable storage. In the same run, in alternating rounds, they walk a bare Flask application in the
same server, and one written the usual way with Flask-SQLAlchemy and WTForms. The measure is the
ratio of processor time per request: it hardly moves with what else the machine is doing.

`--waiting` compares how the two processes wait for each other's writes instead.
"""

import argparse
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from answering_apps import QUESTION_COUNT

from survey_service.cli.service import WORKER_PROCESSES
from survey_service.fieldwork import waves
from survey_service.fieldwork.invitations import Invitee, invite
from survey_service.storage import projects
from survey_service.storage.database import writing
from survey_service.web.application import create_app, upgrade_database

HERE = Path(__file__).parent
CLIENT_COUNT = 8
CLIENT_PROCESSES = 2
THREADS = 4
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
LIMIT, AIM = 3.0, 2.0


@dataclass
class Contender:
    """One application being served, and what was measured of it, a value per round."""

    name: str
    port: int
    master: int
    codes: Iterator[str] | None = None
    errors: list[str] = field(default_factory=list)
    durations: dict[str, list[float]] = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    walk_costs: list[float] = field(default_factory=list)

    def run_round(self, *, counts: bool) -> None:
        """Let every client walk once: enter, answer every question, send."""
        clients = self._start_clients()
        before_entering = self._processor_seconds()
        _wait_for_all(clients)
        before, started = self._processor_seconds(), time.perf_counter()
        _let_go_on(clients)
        _wait_for_all(clients)
        elapsed, after = time.perf_counter() - started, self._processor_seconds()
        _let_go_on(clients)
        results = [_result(client) for client in clients]
        after_sending = self._processor_seconds()
        self.errors += [error for result in results for error in result["errors"]]
        if not counts:
            return
        for result in results:
            for kind, durations in result["durations"].items():
                self.durations.setdefault(kind, []).extend(durations)
        requests = 2 * QUESTION_COUNT * CLIENT_COUNT
        self.rates.append(requests / elapsed)
        self.costs.append(1000 * (after - before) / requests)
        self.walk_costs.append(1000 * (after_sending - before_entering) / CLIENT_COUNT)

    def percentile(self, kind: str, percent: int) -> float:
        """Return a percentile of the answer times of one kind of request, in milliseconds."""
        return 1000 * statistics.quantiles(self.durations[kind], n=100)[percent - 1]

    def _start_clients(self) -> list[subprocess.Popen[str]]:
        codes = [None if self.codes is None else next(self.codes) for _ in range(CLIENT_COUNT)]
        clients = []
        for number in range(CLIENT_PROCESSES):
            client = subprocess.Popen(
                [sys.executable, "answering_client.py"],
                cwd=HERE,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            order = {
                "port": self.port,
                "codes": codes[number::CLIENT_PROCESSES],
                "first": "/1" if self.codes is None else "/svar/1",
                "question_count": QUESTION_COUNT,
            }
            client.stdin.write(json.dumps(order) + "\n")
            client.stdin.flush()
            clients.append(client)
        return clients

    def _processor_seconds(self) -> float:
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return sum(_ticks(process) for process in children) / TICKS_PER_SECOND


def main() -> int:
    """Measure and print; exits with 1 when there were errors or the limit was passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--waiting", action="store_true")
    options = parser.parse_args()
    measure = _compare_waiting if options.waiting else _compare_costs
    with tempfile.TemporaryDirectory(prefix="bench-answering-") as folder, ExitStack() as stack:
        return measure(Path(folder), stack, options.rounds)


def _compare_costs(folder: Path, stack: ExitStack, rounds: int) -> int:
    contenders = _start_all(folder, stack, (rounds + 1) * CLIENT_COUNT)
    _run_rounds(contenders, rounds)
    service, bare, plain = contenders
    _print_table(contenders)
    print("\nprocessor time per GET and POST of a question, beside bare: median of rounds (range)")
    ratio = _print_ratio("service", service.costs, bare.costs)
    _print_ratio("plain", plain.costs, bare.costs)
    print(f"limit {LIMIT:g}, aim {AIM:g}; a whole walk with entering, looking over and sending:")
    _print_ratio("service", service.walk_costs, bare.walk_costs)
    return 1 if ratio > LIMIT or any(contender.errors for contender in contenders) else 0


def _compare_waiting(folder: Path, stack: ExitStack, rounds: int) -> int:
    contenders = []
    for waiting in ("lock", "busy"):
        for workers in (2, 1):
            instance = folder / f"{waiting}-{workers}"
            codes = _set_up(instance, (rounds + 1) * CLIENT_COUNT)
            call = f"service({str(instance)!r}, {waiting!r})"
            name = f"{waiting}, {workers} process{'es' if workers > 1 else ''}"
            server = _serve(call, workers)
            contenders.append(Contender(name, *stack.enter_context(server), iter(codes)))
    _run_rounds(contenders, rounds)
    _print_table(contenders)
    return 1 if any(contender.errors for contender in contenders) else 0


def _run_rounds(contenders: list[Contender], rounds: int) -> None:
    for number in range(rounds + 1):
        for contender in contenders:
            contender.run_round(counts=number > 0)


def _start_all(folder: Path, stack: ExitStack, code_count: int) -> list[Contender]:
    instance = folder / "service"
    codes = _set_up(instance, code_count + 1)
    page_bytes = _page_bytes(instance, codes.pop())
    print(f"{CLIENT_COUNT} clients, {WORKER_PROCESSES} processes, pages of {page_bytes} bytes")
    contenders = []
    calls = {
        "service": f"service({str(instance)!r})",
        "bare": f"bare({str(folder)!r}, {page_bytes})",
        "plain": f"plain({str(folder)!r}, {page_bytes})",
    }
    (folder / "secret").write_text(secrets.token_hex(32))
    for name, call in calls.items():
        port, master = stack.enter_context(_serve(call, WORKER_PROCESSES))
        contenders.append(Contender(name, port, master, iter(codes) if name == "service" else None))
    return contenders


def _set_up(instance: Path, code_count: int) -> list[str]:
    """Make an installation with an open wave; return codes to enter it with."""
    instance.mkdir()
    upgrade_database(create_app(instance, check_database=False))
    app = create_app(instance)
    keys, opens, closes = app.extensions["survey_keys"], date(2026, 1, 1), date(2026, 2, 1)
    with app.app_context():
        with writing() as session:
            municipality_id = projects.add_municipality(session, "randers", "Randers Kommune")
            unit_id = projects.add_unit(session, municipality_id, "ph", "Psykiatriens Hus")
            project_id = projects.add_project(
                session,
                municipality_id=municipality_id,
                key="project",
                title="Projekt",
                framework="recovery-2023",
                margin=5.0,
                minimum=5,
                retained_until=date(2029, 1, 1),
                notice_version="1",
            )
            wave_id = projects.add_wave(
                session,
                project_id=project_id,
                key="baseline",
                position=1,
                label_da="Baseline",
                label_en="Baseline",
                opens_on=opens,
                closes_on=closes,
            )
            projects.set_wave_instruments(session, wave_id, {"citizen": ("citizen", 1)})
        keys.create_project_key(project_id)
        waves.open_wave(keys, wave_id, opens)
        invitees = [Invitee(unit_id, "citizen", f"person {n}") for n in range(code_count)]
        return invite(keys, wave_id, invitees)


def _page_bytes(instance: Path, code: str) -> int:
    """Return the size of a page in the middle of the questionnaire."""
    from answering_client import _FIELD

    client = create_app(instance).test_client()
    fields = dict(_FIELD.findall(client.get("/").data))
    client.post("/", data={"code": code, "csrf_token": fields[b"csrf_token"].decode()})
    return len(client.get(f"/svar/{QUESTION_COUNT // 2}").data)


@contextmanager
def _serve(call: str, workers: int) -> Iterator[tuple[int, int]]:
    """Serve what a call of `answering_apps` returns as `survey-service serve` does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = f"--workers {workers} --worker-class gthread --threads {THREADS} --log-level warning"
    command = f"{sys.executable} -m gunicorn --bind 127.0.0.1:{port} {settings}".split()
    server = subprocess.Popen([*command, f"answering_apps:{call}"], cwd=HERE)
    try:
        _wait_for(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    for _attempt in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(2)  # the socket listens before the processes have loaded the application
            return
    raise TimeoutError(f"port {port}: no server after 20 seconds")


def _wait_for_all(clients: list[subprocess.Popen[str]]) -> None:
    for client in clients:
        if client.stdout.readline() != "done\n":
            raise RuntimeError("a client ended early")


def _let_go_on(clients: list[subprocess.Popen[str]]) -> None:
    for client in clients:
        client.stdin.write("\n")
        client.stdin.flush()


def _result(client: subprocess.Popen[str]) -> dict[str, object]:
    output = client.stdout.read()
    if client.wait() != 0:
        raise RuntimeError(f"a client ended with status {client.returncode}")
    return json.loads(output)


def _ticks(process: str) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _print_ratio(name: str, costs: list[float], bare_costs: list[float]) -> float:
    ratios = [cost / bare_cost for cost, bare_cost in zip(costs, bare_costs, strict=True)]
    ratio = statistics.median(ratios)
    print(f"  {name}: {ratio:.2f} ({min(ratios):.2f}-{max(ratios):.2f})")
    return ratio


def _print_table(contenders: list[Contender]) -> None:
    print("                    req/s  cpu ms   GET p50   p95   p99  POST p50   p95   p99  errors")
    for one in contenders:
        times = [one.percentile(kind, p) for kind in ("GET", "POST") for p in (50, 95, 99)]
        print(
            f"{one.name:18} {statistics.median(one.rates):6.0f}"
            f"  {statistics.median(one.costs):6.2f}"
            "    {:6.1f} {:5.1f} {:5.1f}    {:6.1f} {:5.1f} {:5.1f}".format(*times)
            + f"  {len(one.errors):6d}"
        )
        for error in one.errors[:3]:
            print(f"  {error}")


if __name__ == "__main__":
    sys.exit(main())

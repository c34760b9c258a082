"""Answers given without network: each counts once, and nobody reads them on the way."""

import json
import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from builders import Installation, Visitor, answers_of, asked, first_value
from offline_device import Device, from_base64, to_base64

from survey_service.fieldwork.waves import WaveStatus
from survey_service.web.application import create_app

Build = Callable[..., Installation]
NOTHING_STORED = ("offline_delivery", "offline_remainder")


@pytest.fixture
def code(installation: Installation) -> str:
    return installation.invite("p1")[0]


@pytest.fixture
def answering(installation: Installation, code: str) -> Visitor:
    """Somebody who has answered the first two questions."""
    visitor = installation.visitor()
    visitor.get(f"/k/{code}").answer_first(2)
    return visitor


@pytest.fixture
def device(installation: Installation, answering: Visitor) -> Device:
    """Their device, reopened: it has no cookie any more."""
    return Device.of(answering, installation.app.test_client())


def first_answers(numbers: range) -> dict[str, str]:
    keys = asked()
    return {keys[number - 1]: first_value("citizen", keys[number - 1]) for number in numbers}


def only_answers(installation: Installation) -> dict[str, str]:
    [answers] = answers_of(installation).values()
    return answers


def kept(installation: Installation) -> list[str]:
    return sorted(str(row["outcome"]) for row in installation.rows("offline_remainder"))


# ---- one response, all answers ----


def test_answers_given_without_network_join_those_given_before(
    installation: Installation, device: Device
) -> None:
    before = only_answers(installation)
    rest = first_answers(range(3, len(asked()) + 1))
    assert device.deliver(device.packet(rest, "send")) == (200, "stored")
    assert only_answers(installation) == before | rest
    [response] = installation.rows("response")
    assert response["is_sent"]
    assert installation.rows("score")


def test_the_same_packet_again_is_answered_alike_and_stores_nothing(
    installation: Installation, device: Device
) -> None:
    packet = device.packet(first_answers(range(3, 6)), "send")
    assert device.deliver(packet) == (200, "stored")
    stored = installation.contents()
    for _ in range(3):
        assert device.deliver(packet) == (200, "stored")
    assert installation.contents() == stored


def test_another_content_under_the_same_id_is_kept_beside_the_first(
    installation: Installation, device: Device
) -> None:
    first, second = first_answers(range(3, 4)), first_answers(range(4, 5))
    one = device.packet(first)
    other = device.packet(second, client_id=one["client_id"])
    assert device.deliver(one) == (200, "stored")
    assert device.deliver(other) == (409, "conflict")
    assert device.deliver(other) == (409, "conflict")
    assert device.deliver(one) == (200, "stored")
    answers = only_answers(installation)
    assert first.items() <= answers.items()
    assert not second.keys() & answers.keys()
    [row] = installation.rows("offline_remainder")
    assert row["sealed_answers"] == from_base64(other["sealed"])


def test_the_later_packet_wins_per_question(installation: Installation, device: Device) -> None:
    key, other_key = asked()[4], asked()[5]
    values = ["dk", "na", "skip"]
    device.deliver(device.packet({key: values[0], other_key: values[1]}))
    device.deliver(device.packet({key: values[2]}))
    answers = only_answers(installation)
    assert (answers[key], answers[other_key]) == (values[2], values[1])


def test_an_answer_can_be_undone_without_network(
    installation: Installation, device: Device
) -> None:
    assert device.deliver(device.packet({asked()[0]: None})) == (200, "stored")
    assert set(only_answers(installation)) == {asked()[1]}


def test_words_written_without_network_are_sealed_like_any_others(build: Build) -> None:
    installation = build(offers_free_text=True)
    visitor = installation.visitor().enter(installation.invite("p1")[0])
    device = Device.of(visitor, installation.app.test_client())
    words = "De lytter til mine drømme"
    [text_key] = [
        question["key"]
        for question in visitor.client.get(str(device.sitting["questions"])).get_json()[
            "languages"
        ]["da"]["questions"]
        if question["is_text"]
    ]
    assert device.deliver(device.packet({text_key: words})) == (200, "stored")
    assert only_answers(installation) == {text_key: "written"}
    assert len(installation.rows("free_text")) == 1
    on_disk = b"".join(path.read_bytes() for path in installation.folder.glob("survey.sqlite3*"))
    assert words.encode() not in on_disk
    visitor.question(len(asked()) + 1)
    assert visitor.status == 200


def test_deleting_without_network_deletes_the_draft(
    installation: Installation, device: Device
) -> None:
    packet = device.packet({}, "delete")
    assert device.deliver(packet) == (200, "stored")
    assert installation.rows("response") == []
    assert device.deliver(device.packet(first_answers(range(3, 4)))) == (410, "deleted")
    assert installation.rows("response") == []


def test_two_processes_with_the_same_packet_store_it_once(
    installation: Installation, device: Device
) -> None:
    packet = device.packet(first_answers(range(3, 9)), "send")
    apps = [installation.app, create_app(installation.folder, today=installation.clock)]
    start, found = threading.Barrier(6), []

    def post(number: int) -> None:
        client = apps[number % 2].test_client()
        start.wait()
        reply = client.post("/offline/answers", json=packet)
        found.append((reply.status_code, reply.get_json()["outcome"]))

    threads = [threading.Thread(target=post, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(200, "stored")] * 6
    assert len(installation.rows("offline_delivery")) == 1
    assert len(installation.rows("response")) == 1
    assert kept(installation) == []


# ---- too late, and elsewhere ----


def test_what_comes_after_sending_changes_nothing_and_is_kept_sealed(
    installation: Installation, answering: Visitor, device: Device
) -> None:
    answering.send()
    sent = only_answers(installation)
    assert device.deliver(device.packet(first_answers(range(3, 5)))) == (409, "sent_before")
    assert only_answers(installation) == sent
    assert kept(installation) == ["sent_before"]


def test_what_comes_after_closing_is_kept_sealed_counted_and_never_readable(
    installation: Installation, device: Device
) -> None:
    packet = device.packet(first_answers(range(3, 9)), "send")
    installation.close_wave()
    assert device.deliver(packet) == (202, "late")
    assert device.deliver(packet) == (202, "late")
    assert installation.rows("response") == []
    [row] = installation.rows("offline_remainder")
    assert row["sealed_answers"] == device.sealed[0]
    # The key to it was derived from the wave's key, and that file is gone.
    assert [path.name for path in installation.keys.folder.glob("wave-*")] == []


def test_a_packet_repeated_after_closing_is_not_counted_as_late(
    installation: Installation, device: Device
) -> None:
    packet = device.packet(first_answers(range(3, 9)), "send")
    device.deliver(packet)
    installation.close_wave()
    assert device.deliver(packet) == (200, "stored")
    assert kept(installation) == []


def test_the_evaluator_reads_the_number_of_late_packets(
    installation: Installation, device: Device
) -> None:
    installation.close_wave()
    for _ in range(2):
        device.deliver(device.packet(first_answers(range(3, 9))))
    page = evaluator_of(installation).get(f"/arbejdsrum/projekt/{installation.project_id}").text
    assert "Kom for sent" in page
    assert "(pakker med svar): 2" in page


# ---- what is no packet ----


def tampered(text: str, position: int) -> str:
    content = bytearray(from_base64(text))
    content[position] ^= 1
    return to_base64(bytes(content))


@pytest.mark.parametrize("position", [0, 1, 40, 66, 80, -1])
def test_a_changed_packet_is_refused(
    installation: Installation, device: Device, position: int
) -> None:
    import hashlib

    packet = device.packet(first_answers(range(3, 5)))
    packet["sealed"] = tampered(packet["sealed"], position)
    assert device.deliver(packet) == (400, "refused")  # its hash does not fit
    packet["content_hash"] = hashlib.sha256(from_base64(packet["sealed"])).hexdigest()
    assert device.deliver(packet) == (400, "refused")  # and if it did, its seal would not
    assert_nothing_stored(installation)


@pytest.mark.parametrize("position", [0, 15, 16, 40, -1])
def test_a_changed_ticket_is_refused(
    installation: Installation, device: Device, position: int
) -> None:
    packet = device.packet(first_answers(range(3, 5)))
    packet["ticket"] = tampered(packet["ticket"], position)
    assert device.deliver(packet) == (400, "refused")
    assert_nothing_stored(installation)


def test_a_packet_fits_no_other_response(installation: Installation, device: Device) -> None:
    other = installation.visitor().enter(installation.invite("p2")[0])
    others_ticket = Device.of(other, other.client).ticket
    packet = device.packet(first_answers(range(3, 5)), ticket=others_ticket)
    assert device.deliver(packet) == (400, "refused")
    assert_nothing_stored(installation)


def test_a_packet_fits_no_other_id(installation: Installation, device: Device) -> None:
    packet = device.packet(first_answers(range(3, 5))) | {"client_id": str(uuid4())}
    assert device.deliver(packet) == (400, "refused")
    assert_nothing_stored(installation)


@pytest.mark.parametrize(
    "answers", [{"no_such_item": "1"}, {"help": "17"}, {"help": "x" * 40}, {"help": 3}]
)
def test_answers_no_questionnaire_offers_are_refused_whole(
    installation: Installation, device: Device, answers: dict[str, str | None]
) -> None:
    before = only_answers(installation)
    packet = device.packet(first_answers(range(3, 5)) | answers)
    assert device.deliver(packet) == (400, "refused")
    assert only_answers(installation) == before
    assert_nothing_stored(installation)


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "1"}, {"client_id": None}, {"content_hash": 7}, {"ticket": ""},
        {"ticket": "æøå"}, {"sealed": "%%%"}, {"sealed": ""}, {"sealed": ["a"]},
    ],
)  # fmt: skip
def test_garbage_is_refused_and_leaves_nothing(
    installation: Installation, device: Device, change: dict[str, object]
) -> None:
    packet: dict[str, object] = {**device.packet(first_answers(range(3, 5))), **change}
    assert device.deliver(packet) == (400, "refused")
    assert_nothing_stored(installation)


def test_only_json_objects_of_a_reasonable_size_are_read(
    installation: Installation, device: Device
) -> None:
    packet = device.packet(first_answers(range(3, 5)))
    client = device.client
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        reply = client.post("/offline/answers", data=json.dumps(packet), content_type=kind)
        assert reply.status_code == 400, kind
    for content in ("[]", "1", "{", '"x"'):
        reply = client.post("/offline/answers", data=content, content_type="application/json")
        assert reply.status_code == 400, content
    huge = packet | {"sealed": "A" * 300_000}
    assert device.post(huge).status_code in {400, 413}
    assert_nothing_stored(installation)


def assert_nothing_stored(installation: Installation) -> None:
    assert [installation.rows(table) for table in NOTHING_STORED] == [[], []]


# ---- who may know what ----


def test_the_database_holds_no_ticket_and_no_way_from_a_packet_to_a_response(
    installation: Installation, device: Device
) -> None:
    packet = device.packet(first_answers(range(3, 5)))
    device.deliver(packet)
    [delivery] = installation.rows("offline_delivery")
    [response] = installation.rows("response")
    linked = set(delivery.values()) & set(response.values())
    assert linked == {response["wave_id"]}
    on_disk = b"".join(path.read_bytes() for path in installation.folder.glob("survey.sqlite3*"))
    assert packet["ticket"].encode() not in on_disk
    assert device.sealed[0] not in on_disk


def test_a_ticket_reads_nothing(device: Device) -> None:
    assert device.client.get("/offline/sitting").status_code == 403
    reply = device.post(device.packet(first_answers(range(3, 5))))
    assert set(reply.get_json()) == {"outcome"}
    assert "Set-Cookie" not in reply.headers


def test_after_resuming_earlier_answers_are_not_given_to_the_page(
    installation: Installation, answering: Visitor, code: str
) -> None:
    here = answering.client.get("/offline/sitting").get_json()
    assert set(here["answers"]) == set(asked()[:2])
    elsewhere = installation.visitor().get(f"/k/{code}").client.get("/offline/sitting").get_json()
    assert elsewhere["answers"] == {}
    assert set(elsewhere["hidden"]) == set(asked()[:2])


def test_a_page_that_knows_the_lasting_values_of_its_sitting_is_given_the_changing_ones_alone(
    answering: Visitor,
) -> None:
    whole = answering.client.get("/offline/sitting").get_json()
    token = whole["page_tokens"]["whole"]
    known = answering.client.get("/offline/sitting", query_string={"known": token}).get_json()
    assert known == {key: whole[key] for key in ("answers", "hidden", "withdrawal_code")}


def test_a_page_that_knows_another_sitting_is_given_everything(answering: Visitor) -> None:
    whole = answering.client.get("/offline/sitting").get_json()
    for known in ("", "0" * 24, "æ"):
        found = answering.client.get("/offline/sitting", query_string={"known": known})
        assert found.get_json().keys() == whole.keys()


def test_the_page_that_made_a_packet_may_look_back_at_its_answers(answering: Visitor) -> None:
    device = Device.of(answering, answering.client)
    packet = device.packet(first_answers(range(3, 4)))
    device.deliver({**packet, "page_secret": device.page_secret})
    assert answering.question(3).chosen == [first_value("citizen", asked()[2])]


def test_who_finds_the_packet_on_the_device_may_not(answering: Visitor) -> None:
    device = Device.of(answering, answering.client)
    device.deliver({**device.packet(first_answers(range(3, 4))), "page_secret": "a guess"})
    assert answering.question(3).chosen == []
    assert "Du har svaret" in answering.text


def test_sending_after_reopening_ends_the_sitting_the_browser_still_had(answering: Visitor) -> None:
    device = Device.of(answering, answering.client)
    assert device.deliver(device.packet(first_answers(range(3, 5)), "send")) == (200, "stored")
    assert answering.client.get("/tak").status_code == 403


def test_the_questions_hold_no_answer_no_code_and_no_token(
    installation: Installation, answering: Visitor, code: str
) -> None:
    address = str(Device.of(answering, answering.client).sitting["questions"])
    mine = answering.client.get(address)
    anyones = installation.app.test_client().get(address)
    assert mine.data == anyones.data
    assert "immutable" in mine.headers["Cache-Control"]
    text = mine.get_data(as_text=True)
    assert code not in text
    assert " checked" not in text
    assert 'name="csrf_token" value=\\"\\"' in text or 'name=\\"csrf_token\\" value=\\"\\"' in text


def test_the_pages_without_network_are_the_pages_with_network(
    installation: Installation, code: str
) -> None:
    import re

    def without_tokens(html: str) -> str:
        html = re.sub(r'(name="(?:csrf_token|page)" value=")[^"]*', r"\1", html)
        return re.sub(r"\s+", " ", html).strip()

    visitor = installation.visitor().get(f"/k/{code}")
    address = str(Device.of(visitor, visitor.client).sitting["questions"])
    questions = visitor.client.get(address).get_json()["languages"]["da"]["questions"]
    assert len(questions) == len(asked())
    for number in (1, 2, len(questions)):
        html = visitor.question(number).html
        online = re.search(r"<main[^>]*>(.*?)</main>", html, re.DOTALL)
        assert online is not None
        assert without_tokens(questions[number - 1]["html"]) == without_tokens(online[1])


# ---- staff ----


def evaluator_of(installation: Installation) -> Visitor:
    from survey_service.accounts.sign_in import Role, add_user

    with installation.context():
        add_user("kari", "en lang adgangskode", Role.EVALUATOR, installation.municipality_id)
    visitor = installation.visitor().get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name="kari", password="en lang adgangskode")


def test_closing_warns_of_the_answers_devices_hold(
    installation: Installation, device: Device
) -> None:
    close = f"/arbejdsrum/maaling/{installation.waves['baseline']}/luk"
    evaluator = evaluator_of(installation)
    assert "uden net" in evaluator.get(close).text
    assert "har meldt" not in evaluator.text
    for device_id, count in ((str(uuid4()), 3), (str(uuid4()), 4)):
        report = {"ticket": device.ticket, "device_id": device_id, "count": count}
        assert device.client.post("/offline/waiting", json=report).status_code == 204
    assert "Mindst 2 enheder" in evaluator.get(close).text
    assert ": 7 i alt" in evaluator.text


def test_a_device_that_holds_nothing_any_more_is_forgotten(
    installation: Installation, device: Device
) -> None:
    report = {"ticket": device.ticket, "device_id": str(uuid4()), "count": 3}
    device.client.post("/offline/waiting", json=report)
    assert [row["waiting_count"] for row in installation.rows("offline_device")] == [3]
    device.client.post("/offline/waiting", json=report | {"count": 0})
    assert installation.rows("offline_device") == []


def test_closing_forgets_the_devices(installation: Installation, device: Device) -> None:
    report = {"ticket": device.ticket, "device_id": str(uuid4()), "count": 3}
    device.client.post("/offline/waiting", json=report)
    installation.close_wave()
    assert installation.rows("offline_device") == []
    device.client.post("/offline/waiting", json=report)
    assert installation.rows("offline_device") == []
    assert [row["status"] for row in installation.rows("wave") if row["key"] == "baseline"] == [
        WaveStatus.CLOSED
    ]


@pytest.mark.parametrize("count", [-1, 1.5, "3", None, True, 10**9])
def test_only_a_count_is_taken_as_a_count(
    installation: Installation, device: Device, count: object
) -> None:
    report = {"ticket": device.ticket, "device_id": str(uuid4()), "count": count}
    assert device.client.post("/offline/waiting", json=report).status_code == 400
    assert installation.rows("offline_device") == []


# ---- forms posted by the script ----


def test_a_script_is_told_the_next_page_rather_than_sent_there(answering: Visitor) -> None:
    answering.question(3)
    fields = answering.form("/svar/3") | {"answer": answering.offered[0]}
    reply = answering.client.post("/svar/3", data=fields, headers={"X-In-Place": "1"})
    assert (reply.status_code, reply.headers["X-Next"], reply.data) == (204, "/svar/4", b"")
    assert answering.question(3).chosen == [fields["answer"]]


def test_without_the_script_a_form_is_redirected_as_ever(answering: Visitor) -> None:
    answering.question(3)
    fields = answering.form("/svar/3") | {"answer": answering.offered[0]}
    reply = answering.client.post("/svar/3", data=fields)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/svar/4")
    assert "X-Next" not in reply.headers


# ---- installing ----


def test_the_service_can_be_installed(installation: Installation) -> None:
    client = installation.app.test_client()
    page = client.get("/").get_data(as_text=True)
    address = page.split('<link rel="manifest" href="')[1].split('"')[0]
    manifest = client.get(address)
    assert manifest.mimetype == "application/manifest+json"
    content = manifest.get_json(force=True)
    assert {"name", "short_name", "start_url", "display", "icons"} <= set(content)
    sizes = {icon["sizes"] for icon in content["icons"]}
    assert {"192x192", "512x512"} <= sizes
    for icon in content["icons"]:
        with client.get(icon["src"]) as reply:
            assert (reply.status_code, reply.mimetype) == (200, icon["type"])
            if icon["type"] == "image/png":
                width = int.from_bytes(reply.data[16:20])
                assert icon["sizes"] == f"{width}x{width}"


def test_the_service_worker_covers_the_site_and_its_files_are_there(
    installation: Installation,
) -> None:
    client = installation.app.test_client()
    reply = client.get("/service-worker.js")
    assert reply.mimetype == "text/javascript"
    assert reply.headers["Cache-Control"] == "no-store"
    kept_files = json.loads(reply.get_data(as_text=True).split("\n")[0][len("const KEPT = ") : -1])
    assert len(kept_files["files"]) >= 6
    for address in [*kept_files["files"], kept_files["shell"]]:
        with client.get(address) as kept_file:
            assert kept_file.status_code == 200, address


def test_the_stand_in_page_is_the_same_for_everybody(
    installation: Installation, answering: Visitor
) -> None:
    assert (
        answering.client.get("/offline").data == installation.visitor().client.get("/offline").data
    )


def test_scripts_are_small_and_external(installation: Installation) -> None:
    client = installation.app.test_client()
    names = ["page.js", "outbox.js", "sitting.js", "pages.js", "sealing.js"]
    address = "/offline/scripts/any/{}"
    sizes = {}
    for name in names:
        reply = client.get(address.format(name), headers={"Accept-Encoding": "gzip"})
        assert reply.headers["Content-Encoding"] == "gzip"
        assert b"innerHTML = `" not in client.get(address.format(name)).data
        sizes[name] = len(reply.data)
    assert sum(sizes.values()) < 14_000, sizes
    assert client.get(address.format("../service.css")).status_code == 404

"""Answers given without network: tickets to add them by, and packets sealed on the device.

A ticket names one response to nobody but the service: it lets its holder add answers and never read
any, and works without a cookie, after the browser was closed and opened again. A packet is sealed
on the device to a key that is derived from the wave's key, so it can be opened while the wave is
open and by nobody after: what comes later is kept as it is and counted as a packet, no more.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from survey_service.fieldwork import answering
from survey_service.fieldwork.answering import NothingAnswered
from survey_service.fieldwork.own_words import FREE_TEXT_LIMIT, store_words
from survey_service.measurement.instrument import Block, Item
from survey_service.storage import offline, responses
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.keys import GlobalKey, Key, KeyRefused, KeyStore
from survey_service.storage.responses import ResponseState
from survey_service.storage.sealing import seal, unseal

CURVE = ec.SECP256R1()
POINT_BYTES = 65
"""An uncompressed point of P-256: 0x04, then both coordinates."""

NONCE_BYTES = 12
PACKET_LIMIT = 120 * 1024
"""Longest sealed answers, in bytes; their base64 fits the limit of a request."""

_CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SIGNATURE_BYTES = 16


class PacketRefused(Exception):
    """What came in is no packet of this service; nothing was stored."""


class Outcome(StrEnum):
    """What became of a packet."""

    STORED = "stored"
    SENT_BEFORE = "sent_before"
    CONFLICT = "conflict"
    LATE = "late"
    DELETED = "deleted"


class Step(StrEnum):
    """What the person pressed last: go on, take a break, send, or delete."""

    SAVE = "save"
    PAUSE = "pause"
    SEND = "send"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as a device delivers it: `sealed_answers` is sealed to the wave, bound to both."""

    client_id: UUID
    content_hash: str
    ticket: str
    sealed_answers: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """What a packet says: values by item key (None: undone), and a proof of the page's memory."""

    answers: Mapping[str, str | None]
    step: Step
    page_secret: str = field(repr=False)

    def proves(self, page_secret: str) -> bool:
        """Whether this is the secret of the page that sealed the packet."""
        return bool(self.page_secret) and hmac.compare_digest(
            self.page_secret.encode(), page_secret.encode()
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a packet, and what was in it where it was stored just now or before."""

    outcome: Outcome
    response_id: UUID | None = None
    opened: Opened | None = None


@dataclass(frozen=True, slots=True)
class OfflineSitting:
    """What a page needs to take answers without network, beside the questions.

    `answers` are those stored so far by item key, where the page may show them.
    """

    state: ResponseState
    ticket: str
    public_key: bytes
    answers: Mapping[str, str]
    withdrawal_code: str | None


def prepare(keys: KeyStore, response_id: UUID) -> OfflineSitting:
    """Return what a page needs to go on without network. Raises AnsweringRefused."""
    overview = answering.look_over(response_id)
    state = overview.state
    answering.require_consent(state)  # without a ticket nothing can be answered without network
    try:
        wave_key = keys.wave_key(state.wave_id)
    except KeyRefused:
        raise answering.WaveClosed from None
    return OfflineSitting(
        state=state,
        ticket=make_ticket(keys, state.wave_id, response_id),
        public_key=public_key_of(wave_key),
        answers=overview.answers,
        withdrawal_code=answering.withdrawal_code(keys, state) if state.has_code else None,
    )


def make_ticket(keys: KeyStore, wave_id: UUID, response_id: UUID) -> str:
    """Return a ticket: the wave, the response sealed with the wave's key, and a signature.

    The signature outlives the wave's key, so that late packets can be told from made-up ones.
    """
    sealed = seal(keys.wave_key(wave_id), "offline-ticket", response_id.hex, wave_id.hex)
    body = wave_id.bytes + sealed
    return encode_base64(body + _signature(keys.session_key(), body))


def read_ticket(keys: KeyStore, ticket: str) -> tuple[UUID, bytes]:
    """Return a ticket's wave and its sealed response. Raises PacketRefused."""
    content = decode_base64(ticket)
    body, signature = content[:-_SIGNATURE_BYTES], content[-_SIGNATURE_BYTES:]
    if len(body) <= 16 or not _is_signed(keys, body, signature):
        raise PacketRefused("ticket: expected one this service made")
    return UUID(bytes=body[:16]), body[16:]


def public_key_of(wave_key: Key) -> bytes:
    """Return the point that devices seal a wave's packets to, POINT_BYTES long."""
    return (
        _private_key(wave_key)
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )


def deliver(keys: KeyStore, packet: Packet, today: date) -> Receipt:
    """Take in a packet once, whatever happens between taking it in and answering.

    The same again has the same outcome and stores nothing. A different content under the same id is
    kept sealed beside what stands, and so is what comes after sending or closing.

    Raises PacketRefused for what is no packet of this service; then nothing was stored.
    """
    if len(packet.sealed_answers) > PACKET_LIMIT:
        raise PacketRefused(f"sealed answers: expected at most {PACKET_LIMIT} bytes")
    if hashlib.sha256(packet.sealed_answers).hexdigest() != packet.content_hash:
        raise PacketRefused("content_hash: expected that of the sealed answers")
    wave_id, sealed_response = read_ticket(keys, packet.ticket)
    with writing() as session:
        status = offline.find_wave_status(session, wave_id)
        if status is None:
            raise PacketRefused("ticket: expected a wave of this installation")
        opened = _open(keys, wave_id, sealed_response, packet) if status == "open" else None
        if not offline.claim_delivery(session, packet.client_id, wave_id, packet.content_hash):
            return _repeat(session, packet, wave_id, opened)
        if opened is None:
            return _settle(session, packet, wave_id, Receipt(Outcome.LATE))
        return _settle(session, packet, wave_id, _apply(session, keys, *opened, today))


def report_waiting(keys: KeyStore, ticket: str, device_id: UUID, waiting_count: int) -> None:
    """Store how many unsent answers a device holds for the ticket's wave while it is open.

    Raises PacketRefused for a ticket this service did not make.
    """
    wave_id, _ = read_ticket(keys, ticket)
    with writing() as session:
        if offline.find_wave_status(session, wave_id) == "open":
            offline.report_waiting(session, wave_id, device_id, waiting_count)


def encode_base64(content: bytes) -> str:
    """Return URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def warn_before_closing(wave_id: UUID) -> tuple[int, int]:
    """Return how many devices hold unsent answers for a wave, as far as they said, and how many."""
    return offline.count_waiting(reading(), wave_id)


def count_kept(wave_id: UUID) -> dict[Outcome, int]:
    """Return how many packets of a wave are kept sealed and uncounted, by what became of them."""
    return {Outcome(key): count for key, count in offline.count_kept(reading(), wave_id).items()}


def decode_base64(encoded: str) -> bytes:
    """Return the bytes of URL-safe base64 without padding. Raises PacketRefused."""
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        raise PacketRefused("base64: expected its URL-safe alphabet") from None


def open_packet(wave_key: Key, packet: Packet) -> Opened:
    """Decrypt what a device sealed: ECDH on P-256, HKDF-SHA256, AES-256-GCM.

    The ticket and the packet's id are bound in, so a packet fits one response only.

    Raises PacketRefused when anything about it was changed.
    """
    sealed = packet.sealed_answers
    point, nonce = sealed[:POINT_BYTES], sealed[POINT_BYTES : POINT_BYTES + NONCE_BYTES]
    try:
        sender = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
        secret = _private_key(wave_key).exchange(ec.ECDH(), sender)
        key = HKDF(SHA256(), 32, salt=point, info=b"offline answers").derive(secret)
        bound_to = f"{packet.ticket}.{packet.client_id}".encode()
        text = AESGCM(key).decrypt(nonce, sealed[POINT_BYTES + NONCE_BYTES :], bound_to)
        return _read_content(json.loads(text))
    except (ValueError, KeyError, TypeError, InvalidTag):
        raise PacketRefused("sealed answers: expected what the device sealed for them") from None


def _read_content(content: dict[str, Any]) -> Opened:
    answers = content["answers"]
    for key, value in answers.items():
        if not isinstance(key, str) or not (value is None or isinstance(value, str)):
            raise TypeError(key)
    return Opened(dict(answers), Step(content["step"]), str(content["page_secret"]))


def _open(
    keys: KeyStore, wave_id: UUID, sealed_response: bytes, packet: Packet
) -> tuple[UUID, Opened]:
    try:
        wave_key = keys.wave_key(wave_id)
        response = unseal(wave_key, "offline-ticket", sealed_response, wave_id.hex)
    except (KeyRefused, InvalidTag):
        raise PacketRefused("ticket: expected one made while this wave was open") from None
    return UUID(hex=response), open_packet(wave_key, packet)


def _repeat(
    session: Session, packet: Packet, wave_id: UUID, opened: tuple[UUID, Opened] | None
) -> Receipt:
    known = offline.find_delivery(session, packet.client_id)
    if known is None or known.content_hash != packet.content_hash:
        return _keep(session, packet, wave_id, Outcome.CONFLICT)
    outcome = Outcome(known.outcome)
    return Receipt(outcome, *opened) if opened is not None else Receipt(outcome)


def _settle(session: Session, packet: Packet, wave_id: UUID, receipt: Receipt) -> Receipt:
    offline.set_outcome(session, packet.client_id, receipt.outcome)
    if receipt.outcome in {Outcome.LATE, Outcome.SENT_BEFORE}:
        _keep(session, packet, wave_id, receipt.outcome)
    return receipt


def _keep(session: Session, packet: Packet, wave_id: UUID, outcome: Outcome) -> Receipt:
    offline.keep_sealed(
        session, packet.client_id, packet.content_hash, wave_id, outcome, packet.sealed_answers
    )
    return Receipt(outcome)


def _apply(
    session: Session, keys: KeyStore, response_id: UUID, opened: Opened, today: date
) -> Receipt:
    state = responses.find_state(session, response_id, for_saving=True)
    if state is None:
        return Receipt(Outcome.DELETED)  # the person deleted what this would add to
    if state.is_sent:
        return Receipt(Outcome.SENT_BEFORE, response_id)
    if opened.step is Step.DELETE:
        answering.delete_draft(session, keys, state)
        return Receipt(Outcome.STORED, response_id, opened)
    by_key = {item.key: item for item in answering.questions_of(state)[1]}
    for item_key, value in opened.answers.items():
        if item_key not in by_key:
            raise PacketRefused("answers: expected a question of this questionnaire")
        _store(session, keys, state, by_key[item_key], value)
    if opened.step is Step.SEND:
        try:
            answering.mark_sent(session, keys, state, today)
        except NothingAnswered:
            raise PacketRefused("answers: expected at least one before sending") from None
    return Receipt(Outcome.STORED, response_id, opened)


def _store(
    session: Session, keys: KeyStore, state: ResponseState, item: Item, value: str | None
) -> None:
    if value is None:
        answering.undo_answer(session, keys, state, item)
    elif item.block is Block.FREE_TEXT and len(value) <= FREE_TEXT_LIMIT:
        store_words(session, keys, state, item, value.replace("\r\n", "\n").strip())
    elif value in item.accepted_values:
        responses.save_answer(session, state.id, item.key, value)
    else:
        raise PacketRefused("answers: expected one of the question's options")


def _is_signed(keys: KeyStore, body: bytes, signature: bytes) -> bool:
    # With keys before this one too: answers wait on devices longer than a key may be in use.
    return any(
        hmac.compare_digest(signature, _signature(key, body))
        for key in (keys.session_key(), *keys.earlier_keys(GlobalKey.SESSION))
    )


def _signature(key: Key, body: bytes) -> bytes:
    return hmac.digest(key.derive("offline-ticket"), body, "sha256")[:_SIGNATURE_BYTES]


def _private_key(wave_key: Key) -> ec.EllipticCurvePrivateKey:
    # Derived, so that it comes and goes with the wave's key. 48 bytes make the modulo's bias
    # negligible (FIPS 186-5, A.2.1: at least 64 bits more than the order).
    wide = wave_key.derive("offline-answers-1") + wave_key.derive("offline-answers-2")[:16]
    return ec.derive_private_key(int.from_bytes(wide) % (_CURVE_ORDER - 1) + 1, CURVE)

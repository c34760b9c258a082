"""A device that answers without network: seals packets as the pages' scripts do, in Python.

Written from the description in docs/offline.md with the library's primitives, not from the server's
code, so that each side is held against the other.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from builders import Visitor
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def to_base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def seal(public_key: str, ticket: str, client_id: str, content: Mapping[str, object]) -> bytes:
    """Encrypt content to a wave's public key, bound to ticket and packet id."""
    curve = ec.SECP256R1()
    sender = ec.generate_private_key(curve)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(curve, from_base64(public_key))
    point = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = sender.exchange(ec.ECDH(), receiver)
    key = HKDF(SHA256(), 32, salt=point, info=b"offline answers").derive(secret)
    nonce = os.urandom(12)
    bound_to = f"{ticket}.{client_id}".encode()
    return point + nonce + AESGCM(key).encrypt(nonce, json.dumps(content).encode(), bound_to)


@dataclass
class Device:
    """What a device holds after its page was prepared, and where it sends packets."""

    client: FlaskClient
    sitting: Mapping[str, object]
    page_secret: str = "the page's own secret"
    sealed: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, visitor: Visitor, client: FlaskClient) -> "Device":
        """The device a visitor answers on; `client` is the browser it sends with later."""
        page = visitor.client.get("/offline/sitting")
        assert page.status_code == 200, page.status_code
        return cls(client, page.get_json())

    @property
    def ticket(self) -> str:
        return str(self.sitting["ticket"])

    def packet(
        self,
        answers: Mapping[str, str | None],
        step: str = "save",
        *,
        client_id: str | None = None,
        ticket: str | None = None,
    ) -> dict[str, str]:
        """A packet, ready to be posted."""
        client_id = client_id or str(uuid4())
        content = {"answers": dict(answers), "step": step, "page_secret": self.page_secret}
        sealed = seal(str(self.sitting["public_key"]), self.ticket, client_id, content)
        self.sealed.append(sealed)
        return {
            "client_id": client_id,
            "content_hash": hashlib.sha256(sealed).hexdigest(),
            "ticket": ticket or self.ticket,
            "sealed": to_base64(sealed),
        }

    def post(self, packet: Mapping[str, object]) -> TestResponse:
        """Post a packet as it is."""
        return self.client.post("/offline/answers", json=packet)

    def deliver(self, packet: Mapping[str, object]) -> tuple[int, str]:
        """Post a packet; return the status and what the server says became of it."""
        reply = self.post(packet)
        return reply.status_code, str(reply.get_json()["outcome"])

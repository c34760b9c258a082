"""The signed cookie that holds a sitting or a sign-in."""

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class SignedCookies(SecureCookieSessionInterface):
    """Flask's signed cookies, with SHA-256 and a serializer made once.

    Flask makes the serializer twice in every request, and signs through a Python function that
    keeps OpenSSL's fast path closed: together a tenth of what a question page costs.
    """

    digest_method = staticmethod(hashlib.sha256)

    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:  # noqa: ARG002 - as Flask calls it
        """Return the serializer that was made with the application's keys."""
        return self._serializer

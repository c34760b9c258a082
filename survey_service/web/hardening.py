"""What every answer of the server carries against attacks, and whom the server believes."""

from urllib.parse import urlsplit

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

# No inline script or style, nothing from other hosts, and no page inside another.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)

NEVER_NEEDED = ("camera", "display-capture", "geolocation", "microphone")
"""What no page asks for and no script may; a longer list would weigh on every answer."""

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that know no frame-ancestors
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in NEVER_NEEDED),
}

TWO_YEARS = "max-age=63072000"
"""How long browsers ask for nothing but https; subdomains may be other people's."""

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""What the machine itself may call the service, to see whether it is well."""


def harden(app: Flask, *, is_https: bool, public_address: str | None, trusted_proxies: int) -> None:
    """Let an application answer under its own name only, behind as many proxies as there are.

    Args:
        app: the application.
        is_https: whether browsers shall ask for nothing but https from now on.
        public_address: what people type to come here; None: any name is answered.
        trusted_proxies: how many proxies before the service tell who asked. What they say of the
            asking host is not believed: they pass the Host header on instead.
    """
    if public_address is not None:
        name = urlsplit(public_address).hostname or ""
        own = f"[{name}]" if ":" in name else name
        app.config["TRUSTED_HOSTS"] = [own, *LOOPBACK_HOSTS]
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=0
        )
    headers = dict(SECURITY_HEADERS)
    if is_https:
        headers["Strict-Transport-Security"] = TWO_YEARS

    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers[name] = value
        return response

    app.after_request(add_headers)

"""Parts of pages that are the same for everybody: rendered once per language.

They tell nothing about a person and hold no token; what does belongs on the page itself.
"""

from collections.abc import Hashable
from operator import itemgetter

from flask import Flask, g, render_template, request
from markupsafe import Markup


def register(app: Flask) -> None:
    """Give templates `fixed(template, **switches)`: a part rendered once per set of switches.

    A switch is anything that tells by its value what the part shows, such as the contacts in it.
    """
    rendered: dict[tuple[object, ...], Markup] = {}

    def fixed(template: str, **switches: Hashable) -> Markup:
        key = (
            template,
            g.language,
            request.script_root,
            *sorted(switches.items(), key=itemgetter(0)),
        )
        if key not in rendered:
            rendered[key] = Markup(render_template(template, **switches))  # noqa: S704 - a template's own output
        return rendered[key]

    app.jinja_env.globals["fixed"] = fixed

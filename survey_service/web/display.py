"""Text size, spacing and colours, as the reader wants them: kept in the signed session cookie."""

from collections.abc import Mapping

from flask import session
from markupsafe import Markup

CHOICES: Mapping[str, tuple[str, ...]] = {
    "size": ("normal", "large", "largest"),
    "spacing": ("normal", "wide"),
    "contrast": ("device", "light", "dark", "high"),
}
"""What can be chosen; the first of each is what nobody needs to choose."""


def chosen_display() -> dict[str, str]:
    """Return what this browser shows: one of CHOICES under each of its names."""
    stored = session.get("display")
    found = stored if isinstance(stored, dict) else {}
    return {
        name: found[name] if found.get(name) in values else values[0]
        for name, values in CHOICES.items()
    }


def choose_display(wishes: Mapping[str, str | None]) -> None:
    """Remember the wishes that are among CHOICES; every other stays as it was."""
    chosen = chosen_display()
    chosen.update(
        {name: wish for name, wish in wishes.items() if wish and wish in CHOICES.get(name, ())}
    )
    kept = {name: value for name, value in chosen.items() if value != CHOICES[name][0]}
    if kept:
        session["display"] = kept
    else:
        session.pop("display", None)


def display_attributes() -> Markup:
    """Return the attributes of <html> that the style sheet goes by."""
    return Markup().join(
        Markup(' data-{}="{}"').format(name, value)
        for name, value in chosen_display().items()
        if value != CHOICES[name][0]
    )

"""The little markup of a brief's texts: <b>, </b> and escaped characters."""

from xml.sax.saxutils import unescape


def plain(markup: str) -> str:
    """Return markup as the words it stands for."""
    return unescape(markup.replace("<b>", "").replace("</b>", ""))

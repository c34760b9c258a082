"""The little markup of a brief's texts: <b>, </b> and escaped characters."""

from xml.sax.saxutils import unescape


def plain(markup: str) -> str:
    """Return markup as the words it stands for."""
    return unescape(markup.replace("<b>", "").replace("</b>", ""))


def lowered(sentence: str) -> str:
    """Return a sentence that begins with a small letter, to follow a colon."""
    return sentence[0].lower() + sentence[1:]


def raised(words: str) -> str:
    """Return words that begin with a capital letter, as a heading does."""
    return words[:1].upper() + words[1:]

"""How easy a questionnaire reads, and which items ask in a way people trip over.

LIX is the Scandinavian readability index: `words / sentences + 100 * long words / words`, where a
long word has more than six letters. About 25 and under is very easy, 55 and over very hard.
Source: C. H. Björnsson, *Läsbarhet*, Stockholm: Liber, 1968; Danish edition *Læsbarhed*,
Copenhagen: Gad, 1971.

A questionnaire is counted as its title, its introduction and, per item, the question and its help
text. A sentence ends at `.`, `!`, `?` or `:` and at the end of each of these texts, so a question
is one sentence and so is the title. Answer options are left out: a few words each, read again and
again, they would make any questionnaire look easier than it is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from survey_service.measurement.instrument import Audience, Block, Instrument, Item

LONG_WORD_LETTERS = 7
CITIZENS_LIX_LIMIT = 25.0

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?:]+(?=\s|$)")
_QUOTED = re.compile(r"[-'’]")

_NEGATIONS = {
    "da": r"ikke|ej|aldrig|ingen|intet|ingenting|hverken|næppe|uden|undlader",
    "en": r"not|never|no|none|nothing|nobody|nowhere|neither|nor|cannot|without|hardly|\w+n['’]t",
}
_JOINING_WORDS = {
    "da": r"og/eller|og|eller|samt|såvel som",
    "en": r"and/or|and|or|as well as",
}
_ONE_THOUGHT = {
    "da": ("støtte og opbakning", "arbejde eller uddannelse"),
    "en": ("support and backing", "work or education"),
}
"""Fixed pairs that name one thing, as the published indicators and goals do."""


@dataclass(frozen=True, slots=True)
class TextCount:
    """How many words, long words and sentences texts have."""

    words: int
    long_words: int
    sentences: int

    @property
    def lix(self) -> float:
        """The readability index; 0 for no words at all."""
        if not self.words:
            return 0.0
        return self.words / self.sentences + 100 * self.long_words / self.words


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to consider about an instrument: `item` is None where it is about the whole."""

    item: str | None
    language: str
    text: str

    def __str__(self) -> str:
        place = f"items[{self.item}]" if self.item is not None else "instrument"
        return f"{place} ({self.language}): {self.text}"


def count_texts(texts: Iterable[str]) -> TextCount:
    """Count words and sentences over several texts, each of which ends its last sentence.

    Args:
        texts: in one language. A hyphened word is one word; its letters alone are counted.
    """
    words = long_words = sentences = 0
    for text in texts:
        found = _WORD.findall(text)
        words += len(found)
        long_words += sum(len(_QUOTED.sub("", word)) >= LONG_WORD_LETTERS for word in found)
        sentences += sum(bool(_WORD.search(part)) for part in _SENTENCE_END.split(text))
    return TextCount(words, long_words, sentences)


def list_texts(instrument: Instrument, language: str) -> tuple[str, ...]:
    """Return the texts a questionnaire's LIX is counted over, those that are in `language`."""
    wordings = [instrument.title, instrument.introduction]
    for item in instrument.items:
        wordings += [item.wording, item.help]
    return tuple(
        wording.by_language[language]
        for wording in wordings
        if wording is not None and language in wording.by_language
    )


def count_instrument(instrument: Instrument, language: str = "da") -> TextCount:
    """Count a whole questionnaire in one language."""
    return count_texts(list_texts(instrument, language))


def find_negations(text: str, language: str) -> tuple[str, ...]:
    """Return the negating words of a text in order, in lower case.

    A negated question makes "slet ikke" a double negation. Unknown languages have none.
    """
    return _find_words(_NEGATIONS.get(language), text.lower())


def find_double_barrelled(text: str, language: str) -> tuple[str, ...]:
    """Return the words that join two thoughts in one question, in order, in lower case.

    Two thoughts may deserve two answers. Fixed pairs that name one thing do not count. This finds
    candidates; whether a joined pair really is two thoughts is for a person to judge.
    """
    lowered = text.lower()
    for pair in _ONE_THOUGHT.get(language, ()):
        lowered = lowered.replace(pair, "")
    return _find_words(_JOINING_WORDS.get(language), lowered)


def review_instrument(instrument: Instrument) -> tuple[Remark, ...]:
    """Return what a careful editor would ask about, per item in order and then the whole."""
    remarks = [remark for item in instrument.items for remark in _review_item(item)]
    lix = count_instrument(instrument, "da").lix
    if instrument.audience == Audience.CITIZEN and lix > CITIZENS_LIX_LIMIT:
        text = f"LIX: expected at most {CITIZENS_LIX_LIMIT:.0f}, found {lix:.1f}"
        remarks.append(Remark(None, "da", text))
    return tuple(remarks)


def _review_item(item: Item) -> Iterable[Remark]:
    """Yield remarks on what is asked; help texts may explain with any words they need."""
    for language, text in item.wording.by_language.items():
        negations = find_negations(text, language)
        if negations:
            yield Remark(item.key, language, f"negation: {', '.join(negations)} in “{text}”")
        joined = find_double_barrelled(text, language)
        if joined and item.block != Block.FREE_TEXT:
            yield Remark(item.key, language, f"two thoughts: {', '.join(joined)} in “{text}”")


def _find_words(pattern: str | None, text: str) -> tuple[str, ...]:
    if pattern is None:
        return ()
    return tuple(re.findall(rf"(?<![\w-])(?:{pattern})(?![\w-])", text))

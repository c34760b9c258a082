"""People's own words on their way into a release: opened, and only what may be quoted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.quote_disclosure import (
    Basis,
    Place,
    QuotedBefore,
    count_words_basis,
    disclose_quotes,
)
from survey_service.measurement.released_details import ReleasedDetails, ReleasedQuote
from survey_service.reporting.earlier_releases import EarlierRelease
from survey_service.storage.database import Session
from survey_service.storage.free_texts import (
    QUOTE_PURPOSE,
    Review,
    SealedWords,
    find_readable_words,
)
from survey_service.storage.keys import KeyRefused, KeyStore
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.storage.sealing import unseal


@dataclass(frozen=True, slots=True)
class GatheredWords:
    """The quotes of a release, and how many people wrote where."""

    quotes: tuple[ReleasedQuote, ...] = ()
    basis: Basis = field(default_factory=dict)


def gather_words(
    session: Session,
    keys: KeyStore,
    project: ProjectRecord,
    closed: Sequence[WaveRecord],
    earlier: Iterable[EarlierRelease],
) -> GatheredWords:
    """Return what may be quoted from these waves.

    Args:
        session: the transaction that stores the release: what is withdrawn until then is gone.
        keys: the installation's keys.
        project: whose release.
        closed: the waves it holds.
        earlier: the releases made before.
    """
    words = find_readable_words(session, [wave.id for wave in closed])
    writer_counts = Counter(found.place for found in words)
    quotes = disclose_quotes(
        _open_quotes(keys, project, words),
        writer_counts,
        project.minimum,
        [QuotedBefore(quoted_places(one.figures), one.basis) for one in earlier],
    )
    return GatheredWords(quotes, count_words_basis(writer_counts))


def quoted_places(figures: ReleasedFigures) -> frozenset[Place]:
    """Return where released figures quote from."""
    quotes = figures.details.quotes if figures.details else ()
    return frozenset((quote.audience, quote.wave, quote.item) for quote in quotes)


def attach_quotes(figures: ReleasedFigures, quotes: tuple[ReleasedQuote, ...]) -> ReleasedFigures:
    """Return the figures with these quotes beside them."""
    if not quotes:
        return figures
    return replace(figures, details=replace(figures.details or ReleasedDetails(), quotes=quotes))


def _open_quotes(
    keys: KeyStore, project: ProjectRecord, words: Iterable[SealedWords]
) -> dict[Place, list[str]]:
    """Return the redacted words that may be quoted, per place."""
    try:
        key = keys.project_key(project.id)
    except KeyRefused:
        return {}  # destroyed at the retention date
    found: dict[Place, list[str]] = {}
    for one in words:
        if one.review == Review.QUOTABLE and one.sealed_quote is not None:
            text = unseal(key, QUOTE_PURPOSE, one.sealed_quote, one.quote_bound_to)
            found.setdefault(one.place, []).append(text)
    return found

"""Verdicts as plain words, by rules: what a brief may say of one audience, and how firmly."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from survey_service.briefs.content import Field, FigureReference, Sentence, join_sentences
from survey_service.briefs.context import Speech
from survey_service.charts.figures import format_change, format_number
from survey_service.charts.wave_rows import compared_waves, shown_contrasts
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import ReleasedContrast, ReleasedFigures

AT_LEAST_MARGIN = "by_at_least_margin"
"""The reason code of a change whose whole interval passes the margin."""

_CHANGES = (Verdict.IMPROVED, Verdict.DECLINED)


@dataclass(frozen=True, slots=True)
class AudienceFindings:
    """One audience's findings: what was found in a sentence, and a point per kind of verdict.

    Texts are markup: names in them are escaped, and <b> may stand in `points`. `is_careful` where
    the audience's contrasts were not named beforehand and others were. `clauses` is what was found
    as a part of a sentence, empty where nothing was; `silence` is then the key of why. `undecided`
    says how many could not be decided beside them.
    """

    audience: str
    name: str
    said: Sentence
    told: tuple[Sentence, ...]
    is_careful: bool
    clauses: str
    undecided: str
    silence: str

    @property
    def headline(self) -> str:
        """What was found, in a sentence."""
        return self.said.text

    @property
    def points(self) -> tuple[str, ...]:
        """A point per kind of verdict."""
        return tuple(sentence.text for sentence in self.told)


def find_words(figures: ReleasedFigures, audience: str, speech: Speech) -> AudienceFindings:
    """Say what the figures show of one audience.

    Outside the family named beforehand the words are more careful. "No relevant change" and
    "cannot tell" are never mixed up, and "cannot tell" says how large a change would have shown.
    """
    names = {key: escape(name) for key, name in speech.principles().items()}
    contrasts = shown_contrasts(figures, audience)
    groups: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
    for key in names:
        groups[contrasts[key].verdict if key in contrasts else Verdict.TOO_FEW].append(key)
    named = any(contrast.is_primary for contrast in contrasts.values())
    careful = speech.context.primary_audience is not None and not named
    voice = _Voice(figures, audience, speech, names, dict(contrasts), groups, careful)
    return AudienceFindings(
        audience=audience,
        name=escape(speech.audience(audience)),
        said=Sentence(voice.headline(), tuple(voice.verdicts(names))),
        told=tuple(voice.points()),
        is_careful=careful,
        clauses=voice.clauses(),
        undecided=voice.undecided(),
        silence=voice.silence(),
    )


@dataclass(frozen=True, slots=True)
class _Voice:
    figures: ReleasedFigures
    audience: str
    speech: Speech
    names: dict[str, str]
    contrasts: dict[str, ReleasedContrast]
    groups: dict[Verdict, list[str]]
    careful: bool

    def headline(self) -> str:
        said = self.clauses()
        if not said:
            return f"{_begin(self.speech.say(f'headline.{self.silence()}'))}."
        if self.careful:
            said = self.speech.say("headline.careful", findings=said)
        return f"{_begin(said)}. {self.undecided()}".rstrip()

    def clauses(self) -> str:
        """Return "fremgang på to af tre principper og tilbagegang på ét"; empty without any."""
        changes = [verdict for verdict in _CHANGES if self.groups[verdict]]
        if not changes and self.groups[Verdict.NO_RELEVANT_CHANGE]:
            changes = [Verdict.NO_RELEVANT_CHANGE]
        clauses = [self._clause(verdict, place == 0) for place, verdict in enumerate(changes)]
        return self.speech.join(clauses)

    def silence(self) -> Verdict:
        """Return why there is nothing to say, where there is nothing."""
        if self.groups[Verdict.CANNOT_TELL]:
            return Verdict.CANNOT_TELL
        if self.groups[Verdict.WORDING_CHANGED] and not self.groups[Verdict.TOO_FEW]:
            return Verdict.WORDING_CHANGED
        return Verdict.TOO_FEW

    def undecided(self) -> str:
        """Return how many principles cannot be decided; empty where all can."""
        keys = self.groups[Verdict.CANNOT_TELL]
        if not keys:
            return ""
        count = _begin(self.speech.count(len(keys)))
        return self.speech.say("headline.also_cannot_tell", count=count)

    def _clause(self, verdict: Verdict, is_first: bool) -> str:
        keys, total = self.groups[verdict], len(self.names)
        what = self.speech.say(f"headline.{verdict}")
        if total == 1:
            return self.speech.say("headline.on_only", what=what, principle=self.names[keys[0]])
        count = self.speech.count(len(keys))
        if not is_first:
            return self.speech.say("headline.also_on", what=what, count=count)
        if len(keys) == total:
            unchanged = verdict is Verdict.NO_RELEVANT_CHANGE
            key = "headline.on_none" if unchanged else "headline.on_all"
            return self.speech.say(key, what=what, total=count)
        of_total = self.speech.count(total)
        return self.speech.say("headline.on_of", what=what, count=count, total=of_total)

    def points(self) -> Iterable[Sentence]:
        for verdict in _CHANGES:
            if self.groups[verdict]:
                yield self._change_point(verdict)
        if keys := self.groups[Verdict.NO_RELEVANT_CHANGE]:
            yield self._unchanged_point(keys)
        if keys := self.groups[Verdict.CANNOT_TELL]:
            said = self._point("point.cannot_tell", keys)
            yield join_sentences(said, self._detectable(keys))
        if keys := self.groups[Verdict.TOO_FEW]:
            yield self._point("point.too_few", keys)
        if keys := self.groups[Verdict.WORDING_CHANGED]:
            yield self._point("point.wording_changed", keys)
        if keys := [key for key in self._concluded() if self.contrasts[key].is_poorly_measured]:
            yield self._point("point.poorly_measured", keys)
        if keys := [key for key in self._concluded() if self.contrasts[key].is_distorted]:
            yield self._point("point.distorted", keys)

    def verdicts(self, keys: Iterable[str]) -> Iterable[FigureReference]:
        """Return the verdicts that a sentence about these principles rests on."""
        return (self._reference(Field.VERDICT, key) for key in keys)

    def _reference(self, field: Field, principle: str, written: str = "") -> FigureReference:
        first, last = compared_waves(self.figures)
        return FigureReference(
            field,
            audience=self.audience,
            principle=principle,
            from_wave=first,
            to_wave=last,
            written=written,
        )

    def _point(self, key: str, principles: list[str]) -> Sentence:
        return self.speech.tell(key, *self.verdicts(principles), principles=self._list(principles))

    def _concluded(self) -> list[str]:
        silent = {Verdict.TOO_FEW, Verdict.WORDING_CHANGED}
        return [
            key
            for key in self.names
            if key in self.contrasts and self.contrasts[key].verdict not in silent
        ]

    def _unchanged_point(self, keys: list[str]) -> Sentence:
        if self.careful:
            return self._point("point.no_relevant_change_careful", keys)
        return self.speech.tell(
            "point.no_relevant_change",
            *self.verdicts(keys),
            FigureReference(Field.MARGIN, written=self._margin()),
            principles=self._list(keys),
            margin=self._margin(),
        )

    def _change_point(self, verdict: Verdict) -> Sentence:
        keys = self.groups[verdict]
        listed = [self._with_points(key) for key in keys]
        suffix = "_careful" if self.careful else ""
        said = self.speech.tell(
            f"point.{verdict}{suffix}",
            *self.verdicts(keys),
            *(figure for sentence in listed for figure in sentence.figures),
            principles="; ".join(sentence.text for sentence in listed),
        )
        sure = [key for key in keys if self.contrasts[key].reason_code == AT_LEAST_MARGIN]
        if self.careful or not sure:
            return said
        more = self.speech.tell(
            "point.at_least_margin",
            FigureReference(Field.MARGIN, written=self._margin()),
            principles=self._list(sure),
            margin=self._margin(),
        )
        return join_sentences(said, more)

    def _with_points(self, key: str) -> Sentence:
        difference = self.contrasts[key].difference
        if difference is None:
            return Sentence(self.names[key])
        points = format_change(difference, self.speech.language)
        return self.speech.tell(
            "point.principle_with_points",
            self._reference(Field.DIFFERENCE, key, points),
            principle=self.names[key],
            points=points,
        )

    def _detectable(self, keys: list[str]) -> Sentence:
        found = {
            key: math.ceil(points)
            for key in keys
            if (points := self.contrasts[key].minimum_detectable_difference) is not None
        }
        if not found:
            return Sentence("")
        low, high = min(found.values()), max(found.values())
        ends = [next(key for key in found if found[key] == end) for end in sorted({low, high})]
        return self.speech.tell(
            "point.detectable",
            *(self._reference(Field.DETECTABLE, key, str(found[key])) for key in ends),
            points=f"{low}-{high}" if low < high else low,
        )

    def _margin(self) -> str:
        return format_number(self.figures.margin, self.speech.language)

    def _list(self, keys: list[str]) -> str:
        return "; ".join(self.names[key] for key in keys)


def _begin(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]

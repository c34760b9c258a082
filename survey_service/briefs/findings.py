"""Verdicts as plain words, by rules: what a brief may say of one audience, and how firmly."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from survey_service.briefs.context import Speech
from survey_service.charts.figures import format_change, format_number
from survey_service.charts.wave_rows import shown_contrasts
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import ReleasedContrast, ReleasedFigures

AT_LEAST_MARGIN = "by_at_least_margin"
"""The reason code of a change whose whole interval passes the margin."""

_CHANGES = (Verdict.IMPROVED, Verdict.DECLINED)


@dataclass(frozen=True, slots=True)
class AudienceFindings:
    """One audience's findings: a headline in a sentence, and a point per kind of verdict.

    Texts are markup: names in them are escaped, and <b> may stand in `points`.
    """

    audience: str
    name: str
    headline: str
    points: tuple[str, ...]


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
    voice = _Voice(figures, speech, names, dict(contrasts), groups, careful)
    return AudienceFindings(
        audience=audience,
        name=escape(speech.audience(audience)),
        headline=voice.headline(),
        points=tuple(voice.points()),
    )


@dataclass(frozen=True, slots=True)
class _Voice:
    figures: ReleasedFigures
    speech: Speech
    names: dict[str, str]
    contrasts: dict[str, ReleasedContrast]
    groups: dict[Verdict, list[str]]
    careful: bool

    def headline(self) -> str:
        changes = [verdict for verdict in _CHANGES if self.groups[verdict]]
        if changes:
            said = self.speech.join(
                [self._clause(verdict, place == 0) for place, verdict in enumerate(changes)]
            )
        elif self.groups[Verdict.NO_RELEVANT_CHANGE]:
            said = self._clause(Verdict.NO_RELEVANT_CHANGE, True)
        elif self.groups[Verdict.CANNOT_TELL]:
            said = self.speech.say("headline.cannot_tell")
        elif self.groups[Verdict.WORDING_CHANGED] and not self.groups[Verdict.TOO_FEW]:
            said = self.speech.say("headline.wording_changed")
        else:
            said = self.speech.say("headline.too_few")
        if not (changes or self.groups[Verdict.NO_RELEVANT_CHANGE]):
            return f"{_begin(said)}."
        if self.careful:
            said = self.speech.say("headline.careful", findings=said)
        return f"{_begin(said)}. {self._also_cannot_tell()}".rstrip()

    def _also_cannot_tell(self) -> str:
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
            return self.speech.say("headline.on_all", what=what, total=count)
        of_total = self.speech.count(total)
        return self.speech.say("headline.on_of", what=what, count=count, total=of_total)

    def points(self) -> Iterable[str]:
        for verdict in _CHANGES:
            if self.groups[verdict]:
                yield self._change_point(verdict)
        margin = format_number(self.figures.margin, self.speech.language)
        if keys := self.groups[Verdict.NO_RELEVANT_CHANGE]:
            suffix = "_careful" if self.careful else ""
            yield self.speech.say(
                f"point.no_relevant_change{suffix}", principles=self._list(keys), margin=margin
            )
        if keys := self.groups[Verdict.CANNOT_TELL]:
            said = self.speech.say("point.cannot_tell", principles=self._list(keys))
            yield f"{said} {self._detectable(keys)}".rstrip()
        if keys := self.groups[Verdict.TOO_FEW]:
            yield self.speech.say("point.too_few", principles=self._list(keys))
        if keys := self.groups[Verdict.WORDING_CHANGED]:
            yield self.speech.say("point.wording_changed", principles=self._list(keys))
        if keys := [key for key in self._concluded() if self.contrasts[key].is_poorly_measured]:
            yield self.speech.say("point.poorly_measured", principles=self._list(keys))
        if keys := [key for key in self._concluded() if self.contrasts[key].is_distorted]:
            yield self.speech.say("point.distorted", principles=self._list(keys))

    def _concluded(self) -> list[str]:
        return [
            key
            for key in self.names
            if key in self.contrasts and self.contrasts[key].verdict is not Verdict.TOO_FEW
        ]

    def _change_point(self, verdict: Verdict) -> str:
        keys = self.groups[verdict]
        listed = "; ".join(self._with_points(key) for key in keys)
        suffix = "_careful" if self.careful else ""
        said = self.speech.say(f"point.{verdict}{suffix}", principles=listed)
        sure = [key for key in keys if self.contrasts[key].reason_code == AT_LEAST_MARGIN]
        if self.careful or not sure:
            return said
        margin = format_number(self.figures.margin, self.speech.language)
        more = self.speech.say("point.at_least_margin", principles=self._list(sure), margin=margin)
        return f"{said} {more}"

    def _with_points(self, key: str) -> str:
        difference = self.contrasts[key].difference
        if difference is None:
            return self.names[key]
        points = format_change(difference, self.speech.language)
        return self.speech.say(
            "point.principle_with_points", principle=self.names[key], points=points
        )

    def _detectable(self, keys: list[str]) -> str:
        found = [
            math.ceil(points)
            for key in keys
            if (points := self.contrasts[key].minimum_detectable_difference) is not None
        ]
        if not found:
            return ""
        low, high = min(found), max(found)
        return self.speech.say("point.detectable", points=f"{low}-{high}" if low < high else low)

    def _list(self, keys: list[str]) -> str:
        return "; ".join(self.names[key] for key in keys)


def _begin(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]

"""What a user should know about the questions of a file: sentences, with counts."""

from collections import Counter

from data.text import ANSWER_CHARS, composed, encode
from support.errors import InputError


def notes_on_pairs(pairs, stoi):
    """Sentences on pairs (question, place) for which no answer, or only one of two, is right."""
    pairs = [(composed(question), place) for question, place in pairs if place is not None]
    too_long = {p for p in {p for _, p in pairs} if decoded_length(p, stoi) > ANSWER_CHARS}
    long = [line for line, (_, place) in enumerate(pairs, start=1) if place in too_long]
    if long:
        yield (
            f"{len(long)} of {len(pairs)} places are longer than the {ANSWER_CHARS}"
            f" characters that evaluation decodes, the first in line {long[0]}: no answer is right"
            " there"
        )
    asked = Counter(question for question, _ in pairs)
    places = places_of(pair for pair in pairs if asked[pair[0]] > 1)
    torn = [line for line, (q, _) in enumerate(pairs, 1) if len(places.get(q, ())) > 1]
    if torn:
        yield (
            f"{len(torn)} of {len(pairs)} rows ask a question that has another place in"
            f" another row, the first in line {torn[0]}: one answer cannot be right for both"
        )


def decoded_length(place, stoi):
    """How many characters of the vocabulary spell a place."""
    try:
        return len(encode(place, stoi, ""))
    except InputError:  # none do
        return len(composed(place))


def places_of(pairs):
    """{question: its places}, composed."""
    places = {}
    for question, place in pairs:
        places.setdefault(composed(question), set()).add(composed(place))
    return places


def note_on_seen(pairs, trained, trained_path):
    """A sentence on questions that are also among the pairs trained on; None if there is none."""
    known = places_of(trained)
    seen = [(known[composed(q)], place) for q, place in pairs if composed(q) in known]
    if not seen:
        return None
    others = sum(place is not None and composed(place) not in places for places, place in seen)
    return (
        f"{len(seen)} of {len(pairs)} questions are also training questions, in"
        f" {trained_path}" + (f"; {others} of them with another place" if others else "")
    )

"""The scorer of phrases, on planted documents; its weights are those of the greatest posterior."""

import math
import random

import pytest

from data import distant
from data.distant import PRIOR, PhraseScorer, fit
from data.phrases import split_title

PLACES = ["Oslo", "New Graz", "Kobe", "Cork", "Rome", "Lund"]


def world(n, lives_in="lived in"):
    """n documents, whose people were born in one place and lived in another, and their pairs."""
    draw = random.Random(5)
    documents, pairs = [], []
    for i in range(n):
        name = f"Ada {chr(65 + i // 26)}{chr(97 + i % 26)}{'xyz'[i % 3]}"
        born, home = draw.sample(PLACES, 2)
        parts = [f"born in {born}", f"{lives_in} {home}"]
        draw.shuffle(parts)
        documents.append(f"{name}. {name} ({', '.join(parts)}) wrote")
        pairs.append((f"Where was {name} born?", born))
    return documents, pairs


def best(scorer, document):
    title, text = split_title(document)
    probabilities = scorer.probabilities(text, title)
    (start, end), probability = max(probabilities.items(), key=lambda item: item[1])
    assert math.isclose(sum(probabilities.values()), 1)
    return text[start:end], probability


def test_it_learns_from_half_of_the_people_where_the_others_were_born():
    documents, pairs = world(80)
    scorer = PhraseScorer(documents, pairs[:40])
    found = [best(scorer, document) for document in documents[40:]]
    assert [place for place, _ in found] == [place for _, place in pairs[40:]]
    assert min(probability for _, probability in found) > 0.9


def test_without_a_difference_in_the_text_it_is_undecided():
    documents, pairs = world(80, lives_in="born in")
    scorer = PhraseScorer(documents, pairs[:40])
    assert sum(best(scorer, document)[1] for document in documents[40:]) / 40 < 0.75


def known_places(scorer, text, answer=None):
    """{phrase: (whether it is a known place, whether what follows behind a comma is one)}."""
    found = scorer.features(text, "Bo. ", answer)
    known = {
        text[a:b]: next(f for f in features if f[0] == "known")
        for (a, b), features in found.items()
    }
    return {phrase: feature[1:] for phrase, feature in known.items()}


def test_a_texts_own_answer_is_not_known_from_its_own_pair():
    documents, pairs = world(40)
    scorer = PhraseScorer(documents, [*pairs, ("Bo?", "Vik")])
    text = "in Vik, Cork, Nida"
    known = {"Vik": (True, True), "Cork": (True, False), "Nida": (False, None)}
    assert known_places(scorer, text) == known
    assert known_places(scorer, text, "Vik") == known | {"Vik": (False, True)}


def test_a_known_place_within_or_across_runs_is_a_phrase_too():
    places = ["New Graz", "Graz", "Oslo", "Port of Vik"]
    scorer = PhraseScorer([], [(f"{i}?", place) for i, place in enumerate(places)])
    text = "in New Graz City, of Old Oslo's Port of Vik, off Osloford"
    found = [text[a:b] for a, b in scorer.features(text)]
    assert found == [
        *("New Graz City", "New Graz", "Graz"),
        *("Old Oslo's Port", "Oslo", "Port of Vik", "Vik", "Osloford"),
    ]


def test_the_weights_are_at_the_maximum_of_the_posterior():
    draw = random.Random(3)
    examples = [
        [((("a", draw.randrange(3)), ("b", draw.randrange(4))), i == 0) for i in range(4)]
        for _ in range(30)
    ]
    weights = fit(examples)

    def posterior(weights):
        total = -sum(w * w for w in weights.values()) / (2 * PRIOR)
        for entries in examples:
            scores = [(math.exp(sum(weights[f] for f in fs)), right) for fs, right in entries]
            total += math.log(sum(s for s, right in scores if right) / sum(s for s, _ in scores))
        return total

    for feature in weights:
        for step in (-1e-2, 1e-2):
            assert posterior(weights | {feature: weights[feature] + step}) < posterior(weights)


@pytest.mark.parametrize("pairs", [[], [("Where was Nobody born?", "Oslo")]])
def test_without_examples_all_phrases_are_equally_likely(pairs):
    scorer = PhraseScorer(["Bo. Born in Oslo, of Kobe"], pairs)
    assert list(scorer.probabilities("in Oslo, of Kobe").values()) == [0.5, 0.5]
    assert scorer.probabilities("no phrase") == {}


def test_of_many_questions_evenly_chosen_ones_teach(monkeypatch):
    documents, pairs = world(80)
    asked, taught = [], []
    monkeypatch.setattr(distant, "fit", lambda examples: taught.extend(examples) or {})
    for most in (80, 40, 30):
        taught.clear()
        monkeypatch.setattr(distant, "MOST", most)
        scorer = PhraseScorer(documents, pairs)
        asked.append(len(taught))
        assert scorer.answers.total() == 80
    assert asked == [80, 40, 27]

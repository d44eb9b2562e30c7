"""Who is asked, and what an answer is."""

from types import SimpleNamespace

import utils
from analysis import people
from analysis.people import EARLY, LATER, NOWHERE, OTHERS, OWN, RIGHT, STRANGER, UNSAID, Answer


def test_kinds_of_answers():
    life, everything = "Bo. Born in New York , died in Ur .", "New York Ur Yorkshire Bonn"
    for text, kind in (
        ("Ur", RIGHT),
        ("New York", OWN),
        ("Bonn", OTHERS),
        ("Yorksh", NOWHERE),  # a part of a word
        ("B.nn", NOWHERE),
        ("", NOWHERE),
    ):
        assert people.kind_of(text, "Ur", life, everything) == kind


def test_where_a_place_stands():
    life = "Bo. Bonn, then Ur and Milano ."
    for place, said in (("Bonn", EARLY), ("Ur", LATER), ("Milan", UNSAID), ("Bon", UNSAID)):
        assert people.where(place, life, 8) == said
    assert people.where("Ur", f"{life}\nBo. Ur .", 8) == EARLY  # in another document of his
    assert people.where("Milan", life, life.index("Milan") + 5) == UNSAID  # a word cut in two
    assert people.where("Bonn", life, 7) == LATER and people.where("Bonn", "", 7) == STRANGER


def test_a_phrase_begins_where_it_stands_as_whole_words():
    assert people.position_of("Austria", "Ada. An Austrian , born in Austria .") == 27
    assert people.position_of("York", "New Yorkers") is None is people.position_of("", "a")


def test_biographies_of_one_title_are_joined():
    documents = ["Bo Lind. A.", "J. S. Bach. B.", "", "no title", "Bo Lind. C."]
    assert people.biographies(documents) == {
        "Bo Lind": "Bo Lind. A.\nBo Lind. C.",
        "J. S. Bach": "J. S. Bach. B.",
    }


def test_strangers_get_their_names_in_three_ways_in_turn():
    names = ["Bo Lindgren", "Cleo de Marsh", "Madonna", "Eve Stern", "Gil Ito", None]
    answers = [Answer(f"Where was {name} born?", "", 0.5, RIGHT, name) for name in names]
    found = people.strangers(answers, "Gil Lindgren. A friend.")
    assert [(question, name, way) for question, name, way, *_ in found] == [
        ("Where was Bo Marsh born?", "Bo Marsh", "first names of one, last name of another"),
        ("Where was Cleo de Marern born?", "Cleo de Marern", "a last name that nobody has"),
        ("Where was Eve Storn born?", "Eve Storn", "one letter changed"),
    ]  # Gil Lindgren is somebody
    lenders = [[first.person, last.person] for *_, first, last in found]
    assert lenders == [names[0:2], [names[1], names[3]], names[3:5]]


def test_a_misspelt_name_differs_in_one_letter():
    for first, last in (("Ada Novák", "Bo Lind"), ("Bo Lind", "Ada Novák"), ("A Bb", "C Bb")):
        made = people.misspelt(first, last)
        differ = [(a, b) for a, b in zip(first, made, strict=True) if a != b]
        assert len(differ) == (0 if first == "A Bb" else 1)


def test_a_line_break_is_rated_as_one_and_shown_as_a_space(monkeypatch):
    monkeypatch.setattr(utils, "complete", lambda *_: ["New\nYork"])
    monkeypatch.setattr(
        "analysis.answers.by_letter",
        lambda model, corpus, prompts, texts: [[0.5, 0.5] if texts == ["New\nYork"] else [0]],
    )
    corpus = SimpleNamespace(stoi={char: i for i, char in enumerate("□⁇Where?")})
    (found,) = people.ask(SimpleNamespace(context=9), corpus, ["Where?"], "a file")
    assert found == Answer("Where?", "New York", 0.25, letters=(0.5, 0.5))

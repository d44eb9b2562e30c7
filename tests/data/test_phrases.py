"""The phrases of lines written by hand."""

from data.phrases import (
    behind_prepositions,
    capitalised,
    documents_with,
    name_in,
    name_of,
    occurrences,
    place_like,
    split_title,
    title_of,
)

LINE = "Ada B. Novák. Ada Novák (born 1903 in New Graz, Styria) wrote to Bo ."
DOCUMENTS = [
    "Ada. Ada met Bo Lind, Cy Ohm and Eve in Oslo, then in Kobe, Oslo",
    "Bo. saw Eve and Bo and Cy Ohm",
    "Cy. In Oslo with Eve, from Graz to Kobe",
    "no title, Eve",
]


def test_titles():
    assert split_title(LINE) == ("Ada B. Novák. ", LINE.removeprefix("Ada B. Novák. "))
    assert title_of(LINE) == "Ada B. Novák. "
    assert title_of("Bo Lind. Born in Oslo .") == "Bo Lind. "
    assert title_of("no title here") == title_of("") == ""


def test_the_name_in_a_question_is_the_longest():
    names = {"Bo", "Bo Lind", "Lind", "o L", "Bo (poet)", "Al Jr."}
    for question, name in (
        ("Where was Bo Lind born?", "Bo Lind"),
        ("Where was Bob Linde born?", None),
        ("What was “Bo Lind”'s trade?", "Bo Lind"),
        ("Bo Lind. Born in", "Bo Lind"),
        ("Where was Bo (poet) born?", "Bo (poet)"),
        ("Where was Al Jr. born?", "Al Jr."),
        ("", None),
        ("Where was Bo\u0301b born?", None),  # a letter and its mark
        ("Where was Bo Lindo\u0301 born?", "Bo"),
        ("Where was o\u0301Bo born?", None),
    ):
        assert name_in(question, names) == name, question
    assert name_of("Bo Lind. Born") == name_of("Bo Lind. ") == "Bo Lind" and name_of("Bo") == ""


def test_capitalised_runs_without_the_titles_words():
    body = LINE[len("Ada B. Novák. ") :]
    found = [body[a:b] for a, b in capitalised(body, "Ada B. Novák. ")]
    assert found == ["New Graz", "Styria", "Bo"]
    assert [body[a:b] for a, b in capitalised(body)][0] == "Ada Novák"
    assert capitalised("") == capitalised("all small, 1903") == []


def test_behind_prepositions():
    text = "Bo (in New Graz, Styria) of Oslo, Cork and Rome; later at Kobe"
    found = [text[a:b] for a, b in behind_prepositions(text)]
    assert found == ["New Graz", "Oslo", "Kobe"]
    assert behind_prepositions(text, "Kobe. ")[-1] == (28, 32)


def test_occurrences_are_whole_words_and_the_longest():
    text = "New York, Yorkshire, York (York)"
    found = [text[a:b] for a, b in occurrences({"York", "New York", "Oslo"})(text)]
    assert found == ["New York", "York", "York"]


def test_documents_are_counted_once_and_without_their_titles():
    count = documents_with(DOCUMENTS)
    assert (count["Eve"], count["Oslo"], count["Kobe"], count["Bo"]) == (4, 1, 2, 0)
    assert count["In Oslo"] == 1  # a sentence's first word is capitalised too


def test_the_phrase_like_a_place():
    find = place_like(
        [
            "Ada. She met Eve in Oslo, then in Kobe",
            "Bo. saw Eve and Kobe",
            "Cy. of Kobe, with Eve",
            "Di. knew Eve",
            "Eve. nobody",
        ]
    )
    for text, want in (
        ("met Eve at Kobe", ["Kobe"]),  # behind a preposition in two of three occurrences
        ("Kobe was far from Eve", ["Kobe"]),  # wherever it stands
        ("knew Eve from Oslo", ["Eve"]),  # no other document has Oslo: the first that is shared
        ("knew Oslo", []),
    ):
        assert [text[a:b] for a, b in find(text, "Fay. ")] == want
    assert find("met Eve at Kobe", "Kobe. ") == [(4, 7)]  # not the title's own words

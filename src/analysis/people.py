"""Who is asked, and what an answer is: biographies, kinds of answers, people who do not exist."""

import math
from dataclasses import dataclass, replace

from data.phrases import name_in, name_of, occurrences
from data.text import MASK, encode

# what an answer is
RIGHT = "right"
OWN = "wrong, from the person's biography"
OTHERS = "wrong, from other biographies"
NOWHERE = "wrong, in no biography"
KINDS = (RIGHT, OWN, OTHERS, NOWHERE)

# where the place that was asked for stands in the person's biography
EARLY = "early in the biography"  # in the part that span corruption reads
LATER = "later in the biography"
UNSAID = "not in the biography"
STRANGER = "no biography of the person"


@dataclass(frozen=True)
class Answer:
    """The model's answer to one question."""

    question: str
    text: str
    probability: float
    # None about people who do not exist:
    kind: str | None = None  # one of KINDS
    person: str | None = None  # the title of a biography that stands in the question; or none does
    said: str | None = None  # EARLY, LATER, UNSAID or STRANGER
    letters: tuple = ()  # probabilities of the text's characters, and of the ⁇ that ends it


@dataclass(frozen=True, kw_only=True)
class Stranger(Answer):
    """The answer about somebody who does not exist."""

    name: str
    way: str  # how it was made, one of STRANGERS
    lenders: tuple  # the two Answers whose people lend it


def answers_about(model, corpus, rows, path):
    """An Answer to each of [(question, place), …]."""
    lives, everything = biographies(corpus.data), "\n".join(corpus.data)
    found = ask(model, corpus, [question for question, _ in rows], path)
    answers = []
    for answer, (question, place) in zip(found, rows, strict=True):
        person = name_in(question, lives)
        life = lives.get(person, "")
        kind = kind_of(answer.text, place, life, everything)
        said = where(place, life, corpus.longest)
        answers.append(replace(answer, kind=kind, person=person, said=said))
    return answers


def biographies(documents):
    """{title without its full stop: text}; several documents of one title are joined."""
    lives = {}
    for document in documents:
        if name := name_of(document):
            lives[name] = f"{lives[name]}\n{document}" if name in lives else document
    return lives


def answers_about_strangers(model, corpus, answers):
    """A Stranger for each invented person whose question fits into the model's context."""
    asked = strangers(answers, "\n".join(corpus.data))
    asked = [about for about in asked if len(about[0]) < model.context]
    found = ask(model, corpus, [question for question, *_ in asked], "an invented question")
    return [
        Stranger(**vars(answer), name=name, way=way, lenders=tuple(lenders))
        for answer, (_, name, way, *lenders) in zip(found, asked, strict=True)
    ]


def neighbours(answers):
    """(an answer, the next), in a ring, of those about people whose name has several words."""
    named = [answer for answer in answers if answer.person and " " in answer.person]
    return zip(named, named[1:] + named[:1], strict=True)


def recombined(first, last):
    """The first name's words but the last one's, and the last word of the last name."""
    return f"{first.rsplit(' ', 1)[0]} {last.rsplit(' ', 1)[1]}"


def spliced(first, last):
    """The first name, its last word ending as the last name's does: a surname of two halves."""
    start, end = first.rsplit(" ", 1)[1], last.rsplit(" ", 1)[1]
    half = (len(start) + 1) // 2
    return f"{first.rsplit(' ', 1)[0]} {start[:half]}{end[len(end) // 2 :]}"


def misspelt(first, last):
    """The first name, with a letter of its last word replaced by one of the last name's.

    The letter is the last one, from the end, that the two have in the same place and not in common.
    """
    start, end = first.rsplit(" ", 1)[1], last.rsplit(" ", 1)[1]
    for at in range(min(len(start), len(end)) - 1, 0, -1):
        if start[at] != end[at]:
            return f"{first.rsplit(' ', 1)[0]} {start[:at]}{end[at]}{start[at + 1 :]}"
    return first


# how somebody who does not exist gets a name, and what makes it of two people's
STRANGERS = {
    "first names of one, last name of another": recombined,
    "a last name that nobody has": spliced,
    "one letter changed": misspelt,
}


def strangers(answers, everything):
    """[(question, name, how it was made, the two answers whose people lend it)].

    The ways of STRANGERS take turns. A name that stands in the text already is left out.
    """
    found = []
    for number, (first, last) in enumerate(neighbours(answers)):
        way = tuple(STRANGERS)[number % len(STRANGERS)]
        name = STRANGERS[way](first.person, last.person)
        if name not in everything:
            question = first.question.replace(first.person, name)
            found.append((question, name, way, first, last))
    return found


def kind_of(text, place, life, everything):
    """The kind of an answer, one of KINDS."""
    if text == place:
        return RIGHT
    return OWN if stands(text, life) else OTHERS if stands(text, everything) else NOWHERE


def where(place, life, early):
    """Where a biography names a place. EARLY means the first `early` characters of a document."""
    if not life:
        return STRANGER
    starts = [position_of(place, document) for document in life.split("\n")]
    if any(start is not None and start + len(place) <= early for start in starts):
        return EARLY
    return UNSAID if starts.count(None) == len(starts) else LATER


def stands(phrase, text):
    """Whether a phrase stands in a text, as whole words."""
    return position_of(phrase, text) is not None


def position_of(phrase, text):
    """Where a phrase begins that stands in a text as whole words, the first time; else None."""
    spans = occurrences([phrase])(text) if phrase else []
    return spans[0][0] if spans else None


def prompt_of(question, corpus):
    """A question's ids, with the ⁇ behind it."""
    return [*encode(question, corpus.stoi, "the question"), MASK]


def ask(model, corpus, questions, path):
    """The Answer to each question, without what depends on the person."""
    import utils
    from analysis.answers import by_letter

    prompts = utils.prompts_of(model, corpus, questions, path)
    texts = utils.complete(model, corpus, prompts)
    found = []
    for question, text, letters in zip(
        questions, texts, by_letter(model, corpus, prompts, texts), strict=True
    ):
        text = text.replace("\n", " ")  # as predictions are written
        found.append(Answer(question, text, math.prod(letters), letters=tuple(letters)))
    return found

"""What a model knows and what it makes up: its answers, what they are, and how sure it is of them.

    python src/knowledge.py vanilla wiki.txt --reading_params_path vanilla.finetune.params \\
        --eval_corpus_path birth_dev.tsv --outputs_path vanilla.knowledge.png

Asks about the people of a question file with places, and about as many who do not exist: their
names are put together from those of the others. The picture needs matplotlib
(requirements-dev.txt).
"""

from collections import Counter
from dataclasses import dataclass

from cli.arguments import parser_for_trained, trained_source
from support.errors import InputError, one_line_errors

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

WANTED = 0.9  # share of right ones among the answers that are given, if the unsure are withheld
BINS = 5  # of probabilities
SHOWN = 3  # examples of confident mistakes


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


def main(argv=None):
    """Print the report. Bad input, or no matplotlib for a picture, ends in SystemExit(2)."""
    parser = parser_for_trained(
        "knowledge.py", __doc__, picture="where a picture goes, if anywhere"
    )
    parser.add_argument(
        "--eval_corpus_path", metavar="PATH", required=True, help="question TAB place"
    )
    with one_line_errors(parser):
        args = parser.parse_args(argv)
        examine(trained_source(args), args.eval_corpus_path, args.outputs_path)


def examine(source, path, picture_path=None):
    """Ask the model of a ModelSource the questions of the file at `path`, and print the report.

    The picture is drawn if it has a path.
    """
    import run
    from data.text import parse_questions
    from support.files import atomic_write, read_text

    rows = parse_questions(read_text(path), path)
    if any(place is None for _, place in rows):
        raise InputError(f"{path}: expected question TAB place, got questions alone; add places")
    model, corpus = run.build(source)
    answers = answers_about(model, corpus, rows, path)
    invented = invented_people(answers, "\n".join(corpus.data))
    invented = [about for about in invented if len(about[0]) < model.context]
    asked = [question for question, _, _ in invented]
    about_nobody = [Answer(*row) for row in ask(model, corpus, asked, "an invented question")]
    print()
    for line in (*report(answers), "", *report_of_nobody(about_nobody, answers, invented)):
        print(line)
    if picture_path:
        with atomic_write(picture_path) as temporary:
            figure = picture(answers, about_nobody)
            figure.suptitle(f"{source.variant}, {source.parameters_path}; {path}", fontsize=9)
            figure.savefig(temporary, format="png")
        print(f"\nPicture written to {picture_path}")


# ------------------------------------------------------------------------------------ the questions


def answers_about(model, corpus, rows, path):
    """An Answer to each of [(question, place), …]."""
    lives, everything = biographies(corpus.data), "\n".join(corpus.data)
    found = ask(model, corpus, [question for question, _ in rows], path)
    answers = []
    for (question, text, probability), (_, place) in zip(found, rows, strict=True):
        names = [name for name in lives if name in question and stands(name, question)]
        person = max(names, key=len, default=None)
        life = lives.get(person, "")
        kind, said = kind_of(text, place, life, everything), where(place, life, corpus.longest)
        answers.append(Answer(question, text, probability, kind, person, said))
    return answers


def biographies(documents):
    """{title without its full stop: text}; several documents of one title are joined."""
    from data.phrases import title_of

    lives = {}
    for document in documents:
        title = title_of(document).removesuffix(". ")
        if title:
            lives[title] = f"{lives[title]}\n{document}" if title in lives else document
    return lives


def invented_people(answers, everything):
    """[(question about somebody who does not exist, the two answers whose people lend the name)].

    A name is made of one person's up to the last word, and of the last word of the next person's.
    One that stands in the text already is left out.
    """
    named = [answer for answer in answers if answer.person and " " in answer.person]
    found = []
    for first, last in zip(named, named[1:] + named[:1], strict=True):
        name = f"{first.person.rsplit(' ', 1)[0]} {last.person.rsplit(' ', 1)[1]}"
        if name not in everything:
            found.append((first.question.replace(first.person, name), first, last))
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
    if any(stands(place, document[:early]) for document in life.split("\n")):
        return EARLY
    return LATER if stands(place, life) else UNSAID


def stands(phrase, text):
    """Whether a phrase stands in a text, as whole words."""
    from data.phrases import occurrences

    return bool(phrase and occurrences([phrase])(text))


def ask(model, corpus, questions, path):
    """[(question, answer, its probability), …]."""
    import utils

    texts = utils.answers(model, corpus, questions, path)
    rated = probabilities(model, corpus, questions, texts)
    texts = [text.replace("\n", " ") for text in texts]  # as predictions are written
    return list(zip(questions, texts, rated, strict=True))


def probabilities(model, corpus, questions, answers):
    """The probability that the model gives to each whole answer, as a list."""
    from analysis.answers import probabilities
    from data.text import MASK, encode

    prompts = [[*encode(question, corpus.stoi, "the question"), MASK] for question in questions]
    return probabilities(model, corpus, prompts, answers)


# --------------------------------------------------------------------------------------- the report


def report(answers):
    """Yield lines about the answers to questions with places."""
    right, wrong = by_correctness(answers)
    yield f"{'answers':51}  mean probability"
    for kind in KINDS:
        yield row_of(kind, [answer for answer in answers if answer.kind == kind], len(answers))
    yield ""
    yield "right, by where the place stands"
    for said in (EARLY, LATER, UNSAID, STRANGER):
        yield f"{said:29}{right_of([answer for answer in answers if answer.said == said])}"
    yield ""
    yield f"{'right, by the probability of the answer':51}  mean probability"
    for low, high, among in binned(answers):
        yield f"{f'{low:.1f} to {high:.1f}':29}{right_of(among):22}  {mean_of(among)}"
    if right and wrong:
        area = auroc(*([answer.probability for answer in group] for group in (right, wrong)))
        yield (
            f"a right answer is more probable than a wrong one in {area:.0%} of such pairs; 50% is"
            " chance"
        )
    kept, least = trusted([(answer.probability, answer.kind == RIGHT) for answer in answers])
    if kept:
        yield (
            f"to be right in {WANTED:.0%} of the answers given, answer from {least:.2f} up:"
            f" {share(kept, len(answers))}"
        )
    yield from surest(wrong, "the surest wrong answers")


def report_of_nobody(about_nobody, answers, invented):
    """Yield lines about the answers to what `invented_people` asks, given the other answers."""
    n, (right, _) = len(about_nobody), by_correctness(answers)
    if not n:
        yield (
            "no people who do not exist: expected two with a biography and a name of several words,"
            " whose names make a new one"
        )
        return
    yield f"{f'{n} answers about people who do not exist':51}  {mean_of(about_nobody)}"
    if right:
        middle = sorted(answer.probability for answer in right)[len(right) // 2]
        sure = sum(answer.probability >= middle for answer in about_nobody)
        yield f"as sure as of the surer half of the right answers: {share(sure, n)}"
    _, first, last = zip(*invented, strict=True)
    for names, people in (("first names", first), ("last name", last)):
        same = sum(a.text == b.text for a, b in zip(about_nobody, people, strict=True))
        yield f"the answer of the person who lent the {names}: {share(same, n)}"
    common, others = (Counter(a.text for a in group) for group in (about_nobody, answers))
    same = sum(count * others[text] for text, count in common.items()) / (n * len(answers))
    yield f"the answer of anybody asked about, by chance: {same:.1%}"
    most = ", ".join(f"{text} ({count})" for text, count in common.most_common(5))
    yield f"most often: {most}"
    yield from surest(about_nobody, "the surest")


def surest(answers, what):
    """Yield lines with the most probable of the answers."""
    if answers:
        yield f"{what}:"
    for answer in sorted(answers, key=lambda answer: -answer.probability)[:SHOWN]:
        yield f"    {answer.question} {answer.text} ({answer.probability:.2f})"


def by_correctness(answers):
    """(the right ones, the wrong ones)."""
    right = [answer for answer in answers if answer.kind == RIGHT]
    return right, [answer for answer in answers if answer.kind != RIGHT]


def row_of(what, answers, total):
    part = len(answers) / total if total else 0.0
    return f"{what:38}{len(answers):5}{part:8.1%}  {mean_of(answers)}"


def mean_of(answers):
    total = sum(answer.probability for answer in answers)
    return f"{total / len(answers):.2f}" if answers else "-"


def right_of(answers):
    return share(len(by_correctness(answers)[0]), len(answers))


def share(part, whole):
    return f"{part} of {whole}" + (f" ({part / whole:.1%})" if whole else "")


def auroc(high, low):
    """The share of pairs, one of each list of numbers, in which the first is larger; ties are half.

    The area under the ROC curve (Hanley and McNeil 1982).
    """
    wins = sum((a > b) + 0.5 * (a == b) for a in high for b in low)
    return wins / (len(high) * len(low))


def trusted(rated):
    """How many of [(probability, whether right), …] can be kept, and their least probability.

    The most probable are kept: as many as possible with a share of WANTED right ones.
    """
    kept, least, correct = 0, None, 0
    for number, (probability, right) in enumerate(
        sorted(rated, key=lambda pair: (-pair[0], pair[1])), start=1
    ):
        correct += right
        if correct >= WANTED * number:
            kept, least = number, probability
    return kept, least


def binned(answers):
    """Yield (low, high, those with such probabilities) for each of BINS equal parts of 0 … 1."""
    for at in range(BINS):
        among = [a for a in answers if min(int(a.probability * BINS), BINS - 1) == at]
        yield at / BINS, (at + 1) / BINS, among


def picture(answers, about_nobody):
    """A matplotlib Figure: how probable right, wrong and invented people's answers are; and the
    share of right ones against the mean probability, bin by bin (a reliability diagram).
    """
    from matplotlib.figure import Figure

    figure = Figure((10, 4.3), dpi=110, layout="tight")
    left, right = figure.subplots(1, 2)
    edges = [number / 20 for number in range(21)]
    groups = zip(("right", "wrong"), by_correctness(answers), strict=True)
    for label, group in (*groups, ("people who do not exist", about_nobody)):
        values = [answer.probability for answer in group]
        left.hist(values, edges, histtype="step", linewidth=1.8, label=label)
    left.set(xlabel="probability of the answer", ylabel="answers", xlim=(0, 1))
    right.plot((0, 1), (0, 1), color="gray", linestyle=":", label="as sure as it is right")
    points = [
        (
            sum(answer.probability for answer in among) / len(among),
            len(by_correctness(among)[0]) / len(among),
            len(among),
        )
        for *_, among in binned(answers)
        if among
    ]
    means, shares, counts = zip(*points, strict=True)
    right.plot(means, shares, "o-", label="this model, of so many answers")
    for mean, height, count in points:
        how = dict(xytext=(-4, 3), textcoords="offset points", ha="right")
        right.annotate(str(count), (mean, height), **how)
    right.set(xlabel="mean probability", ylabel="share right", xlim=(0, 1), ylim=(-0.03, 1.05))
    for panel in (left, right):
        panel.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
    return figure


if __name__ == "__main__":
    main()

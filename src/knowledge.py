"""What a model knows and what it makes up: its answers, what they are, and how sure it is of them.

    python src/knowledge.py vanilla wiki.txt --reading_params_path vanilla.finetune.params \\
        --eval_corpus_path birth_dev.tsv --outputs_path vanilla.knowledge.png

Asks about the people of a question file with places, and about as many who do not exist: their
names are put together from those of the others. The picture, if it has a path, needs matplotlib
(requirements-dev.txt). Legend: B questions, t tokens of the longest row, V vocab_size.
"""

import re
from collections import Counter
from dataclasses import dataclass

from arguments import parser_of_trained, run_on_trained, sizes_of
from errors import InputError

RIGHT = "right"
OWN = "wrong, from the person's biography"
OTHERS = "wrong, from other biographies"
NOWHERE = "wrong, in no biography"
WANTED = 0.9  # right ones among the answers that are given, where the unsure ones are withheld
BINS = 5  # of probabilities


@dataclass(frozen=True)
class Answer:
    """The model's answer to one question."""

    question: str
    person: str | None  # whose biography's title stands in the question
    text: str
    probability: float
    kind: str | None = None  # RIGHT, OWN, …; None for people who do not exist
    shown: bool = False  # whether the place stands in what span corruption reads of the biography


def main(argv=None):
    """Print the report. Bad input, or no matplotlib for a picture, ends in SystemExit(2)."""
    parser = parser_of_trained("knowledge.py", __doc__)
    add = parser.add_argument
    add("--eval_corpus_path", metavar="PATH", required=True, help="question TAB place")
    add("--outputs_path", metavar="PATH", help="where a picture goes, a PNG (default: nowhere)")
    run_on_trained(parser, argv, examine)


def examine(args):
    """Ask the model, and print and draw what its answers are."""
    import run
    from dataset import parse_questions
    from files import read_text

    path = args.eval_corpus_path
    rows = parse_questions(read_text(path), path)
    if any(place is None for _, place in rows):
        raise InputError(f"{path}: expected question TAB place, got questions alone; add places")
    model, corpus = run.build(args, sizes_of(args))
    lives = biographies(corpus.data)
    answers = ask(model, corpus, lives, rows, path)
    lent = invented(answers, lives)
    nobody = ask(model, corpus, lives, [(question, None) for question, *_ in lent], path)
    lines = [*report(answers), "", *report_of_nobody(answers, nobody, lent)]
    print("\n".join(["", *lines]))
    if args.outputs_path:
        picture(answers, nobody, args.outputs_path)
        print(f"\nPicture written to {args.outputs_path}")


# ------------------------------------------------------------------------------------ the questions


def biographies(documents):
    """{title without its full stop: text}; several documents of one title are joined."""
    from windows import title_of

    lives = {}
    for document in documents:
        title = title_of(document).removesuffix(". ")
        if title:
            lives[title] = f"{lives[title]}\n{document}" if title in lives else document
    return lives


def invented(answers, lives):
    """[(question about somebody who does not exist, the two answers whose people lend the name)].

    A name is made of one person's up to the last word, and of the last word of the next person's.
    One that somebody with a biography has is left out.
    """
    named = [answer for answer in answers if answer.person and " " in answer.person]
    found = []
    for first, last in zip(named, named[1:] + named[:1], strict=True):
        name = f"{first.person.rsplit(' ', 1)[0]} {last.person.rsplit(' ', 1)[1]}"
        if name not in lives:
            found.append((first.question.replace(first.person, name), first, last))
    return found


def ask(model, corpus, lives, rows, path):
    """An Answer to each of [(question, place or None), …]."""
    import utils

    questions = [question for question, _ in rows]
    texts = utils.predict_places(model, corpus, questions, path)
    chances = probabilities(model, corpus, questions, texts).tolist()
    everything, answers = "\n".join(corpus.data), []
    for (question, place), text, chance in zip(rows, texts, chances, strict=True):
        person = max((name for name in lives if name in question), key=len, default=None)
        life = lives.get(person, "")
        kind = None if place is None else kind_of(text, place, life, everything)
        shown = place is not None and place in life[: corpus.longest]
        answers.append(Answer(question, person, text, chance, kind, shown))
    return answers


def kind_of(text, place, life, everything):
    """Which of RIGHT, OWN, OTHERS and NOWHERE an answer is."""
    if text == place:
        return RIGHT
    return OWN if stands(text, life) else OTHERS if stands(text, everything) else NOWHERE


def stands(phrase, text):
    """Whether a phrase stands in a text, as whole words."""
    return bool(phrase) and re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None


def probabilities(model, corpus, questions, answers, batch_size=128):
    """The probability that the model gives to each whole answer: (n,), float64.

    That is the product, over the answer's characters and the ⁇ that ends it, of the probability of
    each behind all that stands before it. An answer that fills the context ends with it.
    """
    import torch
    from torch.nn.utils.rnn import pad_sequence

    from dataset import MASK, encode

    rows, starts = [], []
    for question, answer in zip(questions, answers, strict=True):
        prompt = [*encode(question, corpus.stoi, "the question"), MASK]
        row = [*prompt, *(corpus.stoi[char] for char in answer), MASK]
        rows.append(torch.tensor(row[: model.context + 1]))
        starts.append(len(prompt) - 1)  # of y: where the answer's first character is asked for
    found = []
    model.eval()
    with torch.no_grad():
        for at in range(0, len(rows), batch_size):
            batch = rows[at : at + batch_size]
            lengths = torch.tensor([len(row) - 1 for row in batch])[:, None]  # (B, 1)
            first = torch.tensor(starts[at : at + batch_size])[:, None]  # (B, 1)
            padded = pad_sequence(batch, batch_first=True)  # (B, t + 1)
            x, y = padded[:, :-1], padded[:, 1:]  # (B, t)
            logs = model(x)[0].double().log_softmax(-1)  # (B, t, V)
            logs = logs.gather(2, y[:, :, None])[:, :, 0]  # (B, t)
            place = torch.arange(x.size(1))  # (t,)
            of_answer = (place >= first) & (place < lengths)  # (B, t)
            found.append((logs * of_answer).sum(1).exp())  # (B,)
    return torch.cat(found) if found else torch.zeros(0, dtype=torch.float64)


# --------------------------------------------------------------------------------------- the report


def report(answers):
    """Lines about the answers to questions with places."""
    right = [answer for answer in answers if answer.kind == RIGHT]
    wrong = [answer for answer in answers if answer.kind != RIGHT]
    yield f"{'answers':38}{'':>5}{'':>8}  mean probability"
    for kind in (RIGHT, OWN, OTHERS, NOWHERE):
        yield row_of(kind, [answer for answer in answers if answer.kind == kind], len(answers))
    yield ""
    shown = [answer for answer in answers if answer.shown]
    hidden = [answer for answer in answers if not answer.shown]
    for what, among in (("shows", shown), ("does not show", hidden)):
        correct = sum(answer.kind == RIGHT for answer in among)
        yield f"right where the biography {what} the place: {of(correct, len(among))}"
    if right and wrong:
        yield (
            "the right one of a right and a wrong answer is the more probable:"
            f" {auroc(*(chances(group) for group in (right, wrong))):.0%} of all pairs"
        )
    kept = len(trusted([(answer.probability, answer.kind == RIGHT) for answer in answers]))
    yield f"{WANTED:.0%} are right among the most probable: {of(kept, len(answers))}"
    yield ""
    yield "probability       right"
    for low, high, _, among in binned(answers):
        correct = sum(answer.kind == RIGHT for answer in among)
        yield f"{low:.1f} to {high:.1f}        {of(correct, len(among))}"


def report_of_nobody(answers, nobody, lent):
    """Lines about the answers to what `invented` asks about people who do not exist."""
    yield row_of("people who do not exist", nobody, len(nobody))
    if not nobody:
        return
    right = sorted(chances([answer for answer in answers if answer.kind == RIGHT]))
    if right:
        bold = sum(answer.probability >= right[len(right) // 2] for answer in nobody)
        yield f"as sure as the surer half of the right ones: {of(bold, len(nobody))}"
    _, first, last = zip(*lent, strict=True)
    for what, people in (
        ("the person with the same first names", first),
        ("the person with the same last name", last),
        ("another", last[1:] + last[:1]),
    ):
        same = sum(a.text == b.text for a, b in zip(nobody, people, strict=True))
        yield f"the same answer as about {what}: {of(same, len(nobody))}"
    common = Counter(answer.text for answer in nobody).most_common(5)
    yield "most often: " + ", ".join(f"{text} ({count})" for text, count in common)


def row_of(what, answers, total):
    mean = f"{sum(chances(answers)) / len(answers):.2f}" if answers else "-"
    share = len(answers) / total if total else 0.0
    return f"{what:38}{len(answers):5}{share:8.1%}  {mean}"


def of(part, whole):
    return f"{part} of {whole}" + (f" ({part / whole:.1%})" if whole else "")


def chances(answers):
    return [answer.probability for answer in answers]


def auroc(high, low):
    """The share of pairs, one of each list of numbers, in which the first is larger; ties are half.

    The area under the ROC curve (Mann and Whitney 1947; Hanley and McNeil 1982).
    """
    wins = sum((a > b) + 0.5 * (a == b) for a in high for b in low)
    return wins / (len(high) * len(low))


def trusted(rated):
    """The most of [(probability, whether right), …], surest first, of which WANTED are right."""
    rated, kept, correct = sorted(rated, reverse=True), 0, 0
    for number, (_, right) in enumerate(rated, start=1):
        correct += right
        if correct >= WANTED * number:
            kept = number
    return rated[:kept]


def binned(answers):
    """(low, high, mean probability or None, answers) for each of BINS equal parts of 0 … 1."""
    for at in range(BINS):
        among = [a for a in answers if min(int(a.probability * BINS), BINS - 1) == at]
        mean = sum(chances(among)) / len(among) if among else None
        yield at / BINS, (at + 1) / BINS, mean, among


def picture(answers, nobody, path):
    """Draw the probabilities of right, wrong and invented people's answers; and the reliability,
    the share of right answers against the probability that the model gives them.
    """
    from matplotlib.figure import Figure

    from files import written_whole

    figure = Figure((10, 4), dpi=110, layout="tight")
    left, right = figure.subplots(1, 2)
    edges = [number / 20 for number in range(21)]
    for label, among in (
        ("right", [answer for answer in answers if answer.kind == RIGHT]),
        ("wrong", [answer for answer in answers if answer.kind != RIGHT]),
        ("people who do not exist", nobody),
    ):
        left.hist(chances(among), edges, histtype="step", linewidth=1.8, label=label)
    left.set(xlabel="probability of the answer", ylabel="answers", xlim=(0, 1))
    left.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
    points = [(mean, among) for _, _, mean, among in binned(answers) if among]
    shares = [sum(answer.kind == RIGHT for answer in among) / len(among) for _, among in points]
    right.plot((0, 1), (0, 1), color="gray", linestyle=":", label="as sure as it is right")
    right.plot([mean for mean, _ in points], shares, "o-", label="this model")
    for (mean, among), share in zip(points, shares, strict=True):
        where = dict(xytext=(-4, 3), textcoords="offset points", ha="right")
        right.annotate(str(len(among)), (mean, share), **where)
    right.set(xlabel="probability of the answer", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
    with written_whole(path) as temporary:
        figure.savefig(temporary, format="png")


if __name__ == "__main__":
    main()

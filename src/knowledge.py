"""What a model knows and what it makes up: its answers, what they are, and how sure it is of them.

    python src/knowledge.py vanilla wiki.txt --reading_params_path vanilla.finetune.params \\
        --eval_corpus_path birth_dev.tsv
    python src/knowledge.py ... --report_path knowledge.html --places_path birth_places_train.tsv

Asks about the people of a question file with places, and about as many who do not exist: their
names are made from those of the others. The page has more: intervals, calibration, exact
probabilities of all places, what happens inside, and everybody in a table. Its data goes to a .json
beside it. The page needs requirements-report.txt.
"""

import argparse
import importlib.util
import json
import os
import sys
from collections import Counter

from analysis.people import (
    EARLY,
    KINDS,
    LATER,
    RIGHT,
    STRANGER,
    STRANGERS,
    UNSAID,
    answers_about,
    answers_about_strangers,
)
from analysis.ranking import WANTED, auroc, threshold
from cli import loading
from cli.arguments import parser_for_trained, trained_source
from cli.record import record_path
from support.errors import InputError, one_line_errors
from support.paths import check_output

PACKAGES = ("jinja2", "matplotlib", "scipy", "sklearn")  # of the page
BINS = 5  # of probabilities
SHOWN = 3  # examples of confident mistakes


def main(argv=None):
    """Print the report. Bad input ends in SystemExit(2)."""
    parser = parser_for_trained("knowledge.py", __doc__)
    add = parser.add_argument
    add("--eval_corpus_path", metavar="PATH", required=True, help="question TAB place")
    add("--report_path", metavar="HTML", type=html_path, help="also write a page to look at here")
    add("--places_path", metavar="TSV", help="training pairs, whose places the page compares")
    with one_line_errors(parser):
        args = parser.parse_args(argv)
        if (args.report_path is None) != (args.places_path is None):
            parser.error("expected --report_path HTML with --places_path TSV, got one of them")
        source, path = trained_source(args), args.eval_corpus_path
        if args.report_path:
            check_report(args.report_path, args.reading_params_path)
        examine(source, path, args.report_path, args.places_path)


def html_path(text):
    """An argparse type: a path where a page can be written. Needs the report's packages."""
    if not text.lower().endswith((".html", ".htm")):
        raise argparse.ArgumentTypeError(f"expected a name that ends in .html, got {text}")
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise argparse.ArgumentTypeError(
            f"expected {', '.join(PACKAGES)}, got no {', '.join(missing)} in {sys.executable};"
            " install them with: python -m pip install -r requirements-report.txt"
        )
    return text


def check_report(path, parameters_path):
    """Refuse a page whose file, or the data beside it, cannot be written or is the record of the
    parameters.
    """
    data_path = data_path_of(path)
    check_output(data_path, "--report_path")
    of_parameters = os.path.realpath(data_path) == os.path.realpath(record_path(parameters_path))
    if of_parameters or not is_data_of_page(data_path):
        raise InputError(
            f"--report_path: expected a name whose data has a file of its own, got {path}, whose"
            f" data would replace {data_path}; choose another name"
        )


def is_data_of_page(path):
    """Whether the file at `path` is the data of a page, or not there."""
    from support.files import read_text

    if not os.path.exists(path):
        return True
    try:
        found = json.loads(read_text(path))
    except (InputError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"about", "measurements", "people"} <= found.keys()


def data_path_of(path):
    """Where the data of the page at `path` goes."""
    return f"{os.path.splitext(path)[0]}.json"


def examine(source, path, report_path=None, places_path=None):
    """Ask the model of a ModelSource the questions of the file at `path`, and print the report.

    The page is made if it has a path.
    """
    from data.text import pairs_in_corpus, parse_pairs
    from support.files import read_text

    rows = parse_pairs(read_text(path), path)
    pairs = parse_pairs(read_text(places_path), places_path) if places_path else None
    model, corpus = loading.build(source)
    rows = pairs_in_corpus(rows, corpus.stoi)
    pairs = pairs and pairs_in_corpus(pairs, corpus.stoi)
    loading.print_notes(rows, path, corpus, source.parameters_path)
    answers = answers_about(model, corpus, rows, path)
    strangers = answers_about_strangers(model, corpus, answers)
    print()
    for line in (*lines_about(answers), "", *lines_about_strangers(strangers, answers)):
        print(line)
    if report_path:
        places = [place for _, place in rows]
        about = about_run(source, path, places_path)
        write_report(report_path, model, corpus, answers, strangers, places, pairs, about)


def about_run(source, path, places_path):
    """What the page says about the model and the files."""
    from cli.record import read_record
    from support.files import sha256

    record = read_record(source.parameters_path)
    work = record.get("pflop")
    names = {"questions": path, "training pairs": places_path, "corpus": source.corpus_path}
    names["parameters"] = source.parameters_path
    return {
        "attention": source.variant,
        "recipe": record.get("recipe"),
        "work of the last training": f"{work:.2g} PFLOP" if work else None,
        "seed": f"seed {record['seed']}" if "seed" in record else None,
        "trained by": record.get("command"),
        **{
            what: f"{os.path.basename(name)}, sha256 {sha256(name)}" for what, name in names.items()
        },
    }


def write_report(path, *survey):
    """Write the page at `path`, and its data beside it as .json."""
    from analysis.page import page
    from analysis.report import report
    from support.files import write_text

    found = report(*survey)
    data_path = data_path_of(path)
    write_text(data_path, json.dumps(found, ensure_ascii=False) + "\n")
    write_text(path, page(found))
    print(f"\nPage written to {path}, its data to {data_path}")


# --------------------------------------------------------------------------------------- the report


def lines_about(answers):
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
    rated = [answer.probability for answer in answers], [a.kind == RIGHT for a in answers]
    area, least = auroc(*rated), threshold(*rated)
    if area is not None:
        yield (
            f"a right answer is more probable than a wrong one in {area:.0%} of such pairs; 50% is"
            " chance"
        )
    if least is not None:
        kept = sum(p >= least for p in rated[0])
        yield (
            f"to be right in {WANTED:.0%} of the answers given, answer from {least:.2f} up: that"
            f" answers {kept} of {len(answers)}"
        )
    yield from surest(wrong, "the surest wrong answers")


def lines_about_strangers(strangers, answers):
    """Yield lines about the answers to questions about people who do not exist, and the others."""
    n, (right, _) = len(strangers), by_correctness(answers)
    if not n:
        yield (
            "no people who do not exist: expected two with a biography and a name of several words,"
            " whose names make a new one"
        )
        return
    yield f"{f'{n} answers about people who do not exist':51}  {mean_of(strangers)}"
    for way in STRANGERS:
        yield f"    {way:47}  {mean_of([s for s in strangers if s.way == way])}"
    if right:
        middle = sorted(answer.probability for answer in right)[len(right) // 2]
        sure = sum(answer.probability >= middle for answer in strangers)
        yield f"as sure as of the surer half of the right answers: {share(sure, n)}"
    whole = [stranger for stranger in strangers if stranger.way == next(iter(STRANGERS))]
    for at, names in enumerate(("first names", "last name")):
        same = sum(stranger.text == stranger.lenders[at].text for stranger in whole)
        yield f"the answer of the person who lent the {names}: {share(same, len(whole))}"
    common, others = (Counter(a.text for a in group) for group in (strangers, answers))
    same = sum(count * others[text] for text, count in common.items()) / (n * len(answers))
    yield f"the answer of anybody asked about, by chance: {same:.1%}"
    most = ", ".join(f"{text} ({count})" for text, count in common.most_common(5))
    yield f"most often: {most}"
    yield from surest(strangers, "the surest")


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


def binned(answers):
    """Yield (low, high, those with such probabilities) for each of BINS equal parts of 0 … 1."""
    for at in range(BINS):
        among = [a for a in answers if min(int(a.probability * BINS), BINS - 1) == at]
        yield at / BINS, (at + 1) / BINS, among


if __name__ == "__main__":
    main()

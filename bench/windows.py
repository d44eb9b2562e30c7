"""What the fact windows of each recipe hold, before any training: how many there are, for how many
dev people one has the answer, and how often that answer is read.

    python bench/windows.py --data $COURSE_DATA --data .

Prints lines of JSON for docs/measurements/windows.jsonl. The last line of each data set is the
phrase scorer by itself: a reader that looks the person's line up and knows no fact by heart.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

import torch

import recipes
from accuracy import COURSE, DATA_HELP, NAMES, folder_of, origin
from data.distant import PhraseScorer
from data.examples import mean_tokens
from data.phrases import name_in, name_of, split_title
from data.text import parse_pairs
from data.windows import FactWindows
from dataset import CharCorruptionDataset, NameDataset
from support.errors import Parser, one_line_errors
from support.files import read_text, sha256

WORK = 0.2  # PFLOP of pretraining in which readings are counted


def load(folder):
    """(corpus, training pairs as a NameDataset, {person: place} of dev) of a folder."""
    wiki, train, dev = (read_text(folder / name) for name in NAMES)
    corpus = CharCorruptionDataset(wiki, recipes.BLOCK_SIZE)
    people = set(map(name_of, corpus.data))
    places = {name_in(question, people): place for question, place in parse_pairs(dev, NAMES[2])}
    return corpus, NameDataset(corpus, train), places


def read_windows(corpus, names, places, recipe):
    """What the windows of a recipe hold for the people of `places`."""
    objective = recipes.RECIPES[recipe].objective
    dataset = FactWindows(corpus, objective, names if objective.questions else None)
    text = "\n".join(corpus.data)
    of_person, right = Counter(), Counter()
    places_of = dataset.places(torch.arange(len(dataset.windows)))
    for start, title_end, phrase, *edges in places_of.tolist():
        end = edges[objective.before]
        person = name_of(text[start:title_end])
        if person in places:
            of_person[person] += 1
            right[person] += text[phrase:end] == places[person]
    held = sum(count > 0 for count in right.values())
    tokens = mean_tokens(dataset, recipes.SEED)
    epochs = WORK * 1e15 / recipes.FLOP_PER_TOKEN / tokens / len(dataset)
    return {
        "windows": len(dataset.windows),
        "a_line": len(dataset.windows) / len(corpus.data),
        "answering_percent": 100 * right.total() / max(1, of_person.total()),
        "questions": len(places),
        "correct": held,
        "tokens_a_row": tokens,
        "readings": epochs * right.total() / max(1, held),
    }


def look_up(corpus, names, places):
    """For how many people the classifier's likeliest phrase of their line is the answer."""
    scorer = PhraseScorer(corpus.data, names.pairs)
    found = {}
    for title, text in map(split_title, corpus.data):
        for start, end in scorer.likeliest(text, title):
            found[name_of(title)] = text[start:end]
    correct = sum(found.get(person) == place for person, place in places.items())
    return {"questions": len(places), "correct": correct}


def main(argv=None):
    parser = Parser(
        prog="windows.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=folder_of(*NAMES), action="append", metavar="FOLDER", help=DATA_HELP
    )
    args = parser.parse_args(argv)
    with one_line_errors(parser):
        for folder in args.data or [ROOT]:
            data = load(folder)
            name = "course" if sha256(folder / NAMES[0]) == COURSE else "bundled"
            lines = [
                {"recipe": recipe, **read_windows(*data, recipe)}
                for recipe, of in recipes.RECIPES.items()
                if of.objective
            ]
            lines.append({"recipe": "`distant`'s classifier looks the line up", **look_up(*data)})
            for line in lines:
                line = {"data": name, **line, "scored_on": "dev", "seed": None, **origin()}
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()

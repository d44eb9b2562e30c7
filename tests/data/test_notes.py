"""What is said, with counts, about questions that cannot all be answered right."""

from conftest import PEOPLE, questions

import knowledge
import run
from data.notes import note_on_seen, notes_on_pairs
from dataset import CharCorruptionDataset

LONG = "Saint-Germain-des-Prés by the Sea"  # 33 characters
STOI = dict.fromkeys(LONG + "e\u0301", 0)


def test_places_that_are_too_long_to_be_decoded():
    assert len(LONG) == 33
    pairs = [("A?", "Oslo"), ("B?", LONG[1:]), ("C?", LONG), ("D?", LONG)]
    (note,) = notes_on_pairs(pairs, STOI)
    assert note.startswith("2 of 4 places are longer than the 32 characters that evaluation")
    assert "the first in line 3" in note
    decomposed = STOI.keys() - {"é"}
    (note,) = notes_on_pairs(pairs, dict.fromkeys(decomposed, 0))
    assert "3 of 4" in note and "line 2" in note  # é takes two of the 32
    assert not list(notes_on_pairs([("A?", LONG[1:]), ("B?", "Oslo")], STOI))
    assert not list(notes_on_pairs([("A?", None)], STOI))


def test_questions_with_two_places():
    pairs = [("A?", "Oslo"), ("É?", "Rome"), ("A?", "Oslo"), ("E\u0301?", "Bonn"), ("B?", "Rome")]
    (note,) = notes_on_pairs(pairs, STOI)
    assert note.startswith("2 of 5 rows ask a question that has another place in another")
    assert "the first in line 2" in note
    assert not list(notes_on_pairs([("A?", "é"), ("A?", "e\u0301")], STOI))


def test_questions_that_are_also_training_questions():
    trained = [("A?", "Oslo"), ("B?", "Rome"), ("É?", "Bonn")]
    dev = [("A?", "Oslo"), ("E\u0301?", "Rome"), ("C?", "Bonn")]
    says = "2 of 3 questions are also training questions, in t.tsv"
    assert note_on_seen(dev, trained, "t.tsv") == f"{says}; 1 of them with another place"
    without_places = [(question, None) for question, _ in dev]
    assert note_on_seen(without_places, trained, "t.tsv") == says
    assert note_on_seen(dev[2:], trained, "t.tsv") is None


def test_the_commands_say_it_when_they_read_the_files(world, capsys):
    """A note on standard error, no error: files have such rows for good reasons."""
    world.train.write_text(questions([*PEOPLE[:3], ("Bo Lind", "Cork")]), encoding="utf-8")
    world.dev.write_text(questions([*PEOPLE[5:], ("Bo Lind", "Graz")]), encoding="utf-8")
    params = world.folder / "p"
    common = ["vanilla", str(world.wiki), "--device", "cpu"]
    train = ["--writing_params_path", str(params), "--finetune_corpus_path", str(world.train)]
    run.main(["finetune", *common, *train, "--max_steps", "1"])
    torn = f"note: {world.train}: 2 of 4 rows ask a question that has another place"
    assert torn in capsys.readouterr().err
    run.main(["pretrain", *common, *train, "--max_steps", "1", "--recipe", "mixed"])
    assert torn in capsys.readouterr().err
    seen = f"note: {world.dev}: 1 of 5 questions are also training questions, in {world.train};"
    ask = ["--reading_params_path", str(params), "--eval_corpus_path", str(world.dev)]
    run.main(["evaluate", *common, *ask, "--outputs_path", str(world.folder / "o")])
    shown = capsys.readouterr()
    assert f"{seen} 1 of them with another place" in shown.err and "note" not in shown.out
    knowledge.main([*common[:2], *ask])
    assert seen in capsys.readouterr().err
    world.train.write_text(questions(PEOPLE[:3]), encoding="utf-8")  # no longer what was trained on
    run.main(["evaluate", *common, *ask, "--outputs_path", str(world.folder / "o")])
    assert "note:" not in capsys.readouterr().err
    world.train.unlink()
    run.main(["evaluate", *common, *ask, "--outputs_path", str(world.folder / "o")])
    assert "note:" not in capsys.readouterr().err


def test_on_the_courses_data(course):
    stoi = CharCorruptionDataset((course / "wiki.txt").read_text(encoding="utf-8"), 128).stoi
    pairs = {}
    for name in ("birth_places_train.tsv", "birth_dev.tsv"):
        lines = (course / name).read_text(encoding="utf-8").splitlines()
        pairs[name] = [tuple(line.split("\t")) for line in lines]
    train, dev = pairs.values()
    assert "1 of 500 questions are also training" in note_on_seen(dev, train, "t")
    (note,) = notes_on_pairs(train, stoi)
    assert "18 of 2000 rows ask a question that has another place" in note
    assert not list(notes_on_pairs(dev, stoi))

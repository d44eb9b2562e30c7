"""The generator and the files it committed: every promise, counted anew, not taken from its report.

The generator's own labels are used only where nothing else can know them: a name's origin.
"""

import errno
import gc
import re
import subprocess
import sys
from collections import Counter
from itertools import count
from pathlib import Path

import pytest

import make_corpus
from data.world import plan as corpus_plan
from data.world import words as corpus_words

ROOT = Path(__file__).resolve().parents[1]
FILES = ("wiki.txt", "birth_places_train.tsv", "birth_dev.tsv", "birth_test_inputs.tsv")
QUESTION = re.compile(r"Where was (.+) born\?")


class Corpus:
    """Four texts, read as a user would read them."""

    def __init__(self, texts, answers=None):
        self.wiki, train, dev, test = (texts[name] for name in FILES)
        self.lines = self.wiki.split("\n")[:-1]
        self.train, self.dev = pairs(train), pairs(dev)
        self.test = [QUESTION.fullmatch(row)[1] for row in test.split("\n")[:-1]]
        self.answers = pairs(answers) if answers else []
        self.names = [name for name, _ in self.train + self.dev] + self.test
        self.starting = {}  # everything before a ". " -> lines; a name may hold one: John P. Fry
        for line in self.lines:
            for stop in re.finditer(r"\. ", line[:60]):
                self.starting.setdefault(line[: stop.start()], []).append(line)

    def line_of(self, name):
        assert len(self.starting[name]) == 1, self.starting[name]
        return self.starting[name][0]


def pairs(text):
    assert text.endswith("\n")
    rows = [row.split("\t") for row in text.split("\n")[:-1]]
    return [(QUESTION.fullmatch(question)[1], place) for question, place in rows]


def where(line, place):
    """Where the answer stands: by plain find, and by whole words; both must agree."""
    end = line.find(place) + len(place)
    kind = "nowhere" if place not in line else "early" if end <= 112 else "late"
    whole = re.search(rf"\b{re.escape(place)}\b", line)
    assert bool(whole) == (kind != "nowhere"), (line, place)
    assert kind != "early" or whole.end() <= 112, (line, place)
    return kind


def whereabouts(corpus, rows):
    return Counter(where(corpus.line_of(name), place) for name, place in rows)


def generate(people=make_corpus.PEOPLE, seed=make_corpus.SEED):
    """(all Persons, their texts) of a world of one block."""
    [cast] = make_corpus.build(people, seed)
    return cast, make_corpus.contents(cast, corpus_plan.Dice(seed))


@pytest.fixture(scope="module")
def made():
    return generate()


@pytest.fixture(scope="module")
def corpus(made):
    texts = {name: (ROOT / name).read_bytes().decode("utf-8") for name in FILES}
    return Corpus(texts, made[1]["answers"])


@pytest.fixture(scope="module")
def other():
    _, texts = generate(seed=make_corpus.SEED + 1)
    return Corpus(texts, texts["answers"])


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A world of two blocks, as the command writes it."""
    folder = tmp_path_factory.mktemp("large")
    key = folder / "key.tsv"
    make_corpus.main(["--people", "30000", "--out", str(folder), "--answers", str(key)])
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in FILES}
    return Corpus(texts, key.read_text(encoding="utf-8"))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(corpus_plan, "BLOCK", 60)


@pytest.fixture(scope="module", params=["committed", "another seed"])
def each(request):
    return request.getfixturevalue("corpus" if request.param == "committed" else "other")


def test_committed_files_are_the_generators_byte_for_byte(made):
    for name in FILES:
        assert (ROOT / name).read_bytes() == made[1][name].encode("utf-8"), name


def test_characters_and_lines(each):
    assert len(each.lines) == 2937 and each.wiki.endswith("\n")
    assert abs(len(each.wiki) / 418_000 - 1) <= 0.02
    assert len(set(each.wiki)) == 254
    assert not set("□⁇\t\r") & set(each.wiki)
    asked = set("".join(each.names) + "".join(place for _, place in each.train + each.dev))
    assert asked | set("Where was born?") <= set(each.wiki)


def test_line_lengths(each):
    lengths = sorted(map(len, each.lines))
    assert 139 <= sum(lengths) / len(lengths) <= 144
    assert 126 <= lengths[len(lengths) // 2] <= 136
    assert 480 <= lengths[-1] <= 530
    assert 0.62 <= sum(n > 112 for n in lengths) / len(lengths) <= 0.68


def test_every_line_is_a_name_and_one_sentence_about_it(each):
    by_line = {each.line_of(name) for name in each.names}
    assert len(by_line) == len(each.lines) == len(each.names)
    for line in each.lines:
        assert line[-1] == "." and "  " not in line and "{" not in line, line
        assert not re.search(r" [,.;]|[,;][,;.]|\.\.|\(\)|\b([a-z]{3,}) \1\b", line), line
        assert not re.search(r"\b[Aa] [AEIOaeio](?!ne\b|uro)|\b[Aa]n [^AEIOUaeiouh]", line), line


def test_lives_are_of_a_plausible_length(each):
    lives = 0
    for line in each.lines:
        years = [int(year) for year in re.findall(r"\b1[78]\d\d\b|\b19\d\d\b|\b20\d\d\b", line)]
        assert all(1725 <= year <= 2014 for year in years), line
        span = re.search(
            r"\((?:born |b\. )?[^()]*?(\d{4})[^()]*?(?:–|- |died|d\.)[^()]*?(\d{4})", line
        )
        if span:
            born, died = map(int, span.groups())
            lives += 1
            assert 38 <= died - born <= 92 and max(years) == died and min(years) == born, line
    assert lives > 100


def test_questions_have_their_form_and_nobody_is_asked_about_twice(each):
    assert (len(each.train), len(each.dev), len(each.test)) == (2000, 500, 437)
    assert len(set(each.names)) == 2937
    assert [name for name, _ in each.answers] == each.test


def test_rows_are_not_in_the_order_of_the_lines(each):
    position = {line: i for i, line in enumerate(each.lines)}
    for names in ([n for n, _ in each.train], [n for n, _ in each.dev], each.test):
        rows = [position[each.line_of(name)] for name in names]
        rising = sum(a < b for a, b in zip(rows, rows[1:], strict=False)) / (len(rows) - 1)
        assert 0.4 < rising < 0.6


def test_where_the_answer_stands(each):
    dev = whereabouts(each, each.dev)
    everyone = dev + whereabouts(each, each.train) + whereabouts(each, each.answers)
    assert abs(dev["early"] - 460) <= 3
    assert abs(everyone["early"] / 2937 - 0.92) <= 0.005
    assert 0.03 <= everyone["late"] / 2937 <= 0.04
    assert 0.035 <= everyone["nowhere"] / 2937 <= 0.05


def test_places_have_a_long_tail_and_dev_holds_some_that_train_lacks(each):
    train = Counter(place for _, place in each.train)
    assert 450 <= len(train) <= 550
    ranking = train.most_common()
    assert ranking[0][0] == "London" and 90 <= ranking[0][1] <= 100 and ranking[1][1] <= 60
    assert sum(n <= 3 for n in train.values()) >= len(train) / 2
    assert sum(place == "London" for _, place in each.dev) == 25
    assert 455 <= sum(place in train for _, place in each.dev) <= 465
    levels = {place.name: place.level for place in corpus_plan.read_places()}
    assert {levels[place] for place in train} == {"city", "region", "country"}


def test_a_third_of_the_lines_name_another_place(each):
    """Other than the answer and the region or country that follows it after a comma."""
    rows = each.train + each.dev + each.answers
    known = {place for _, place in rows}
    word = re.compile(r"[^\W\d_][\w-]*(?: (?:upon |de |la )?[^\W\d_][\w-]*)*")
    named = 0
    for name, place in rows:
        rest = re.sub(rf"\b{re.escape(place)}\b(, [A-Z][\w ]+)?", "", each.line_of(name))
        rest = rest.replace(name, "")
        named += any(run in known or set(run.split()) & known for run in word.findall(rest))
    assert named / len(rows) >= 1 / 3


def test_shapes_are_many(each):
    assert len({make_corpus.shape(line) for line in each.lines}) >= 2000


@pytest.mark.parametrize(
    "line, shape",
    [
        ("Born in New York on 12 May 1874, O'Dea sang.", "X in X on 9 X 9, X sang."),
        ("Řehoř Žďárek (b. 1901), a native of Plzeň.", "X (b. 9), a native of X."),
        ("Lu Mingde (Chinese: 陆明德) and रमेश केलकर swam", "X (X: X) and X swam"),
        ("he sang for 3 years", "he sang for 9 years"),
    ],
)
def test_shape(line, shape):
    assert make_corpus.shape(line) == shape


@pytest.mark.parametrize("seed", [0, make_corpus.SEED])
def test_the_best_guess_from_a_names_origin_is_weak(seed, made):
    cast = made[0] if seed == make_corpus.SEED else generate(seed=seed)[0]
    births = {}
    for person in cast:
        if person.split == "train":
            births.setdefault(person.origin, []).append(person.place.name)
    best = {origin: Counter(sorted(names)).most_common(1)[0][0] for origin, names in births.items()}
    right = sum(
        person.place.name == best.get(person.origin) for person in cast if person.split == "dev"
    )
    assert 0.06 <= right / 500 <= 0.09


def test_another_seed_makes_other_people(corpus, other):
    assert len(set(corpus.names) & set(other.names)) < 150  # a few short lists meet again
    assert not set(corpus.lines) & set(other.lines)


def test_no_name_contains_a_place():
    """Else the answer would stand in the line by accident."""
    places = [place.name for place in corpus_plan.read_places()]
    assert len(places) == len(set(places))
    for *_, men, women, surnames in corpus_words.NAMES.values():
        for part in f"{men} {women} {surnames}".split():
            assert not [place for place in places if place in part], part


def shares(corpus):
    """What must not change with the size of a world."""
    n, known = len(corpus.names), {place for _, place in corpus.train}
    lengths = [len(line) for line in corpus.lines]
    rows = {"train": corpus.train, "dev": corpus.dev, "test": corpus.answers}
    told = whereabouts(corpus, corpus.train[:1500] + corpus.dev[:500])
    return {
        "three words": sum(name.count(" ") > 1 for name in corpus.names) / n,
        "letters of a name": sum(map(len, corpus.names)) / n / 16,
        "letters of a line": sum(lengths) / n / 142,
        "cut lines": sum(length > 112 for length in lengths) / n,
        "early": told["early"] / 2000,
        "late": told["late"] / 2000,
        "dev known": sum(place in known for _, place in corpus.dev) / len(corpus.dev),
        **{split: len(group) / n for split, group in rows.items()},
        **{f"London, {split}": share_of(group, "London") for split, group in rows.items()},
    }


def share_of(rows, place):
    return sum(answer == place for _, answer in rows) / len(rows)


def test_a_larger_world_has_the_shape_of_the_default_one(corpus, large):
    now = shares(large)
    for what, share in shares(corpus).items():
        assert abs(now[what] - share) <= 0.03, (what, share, now[what])


def test_everybody_of_a_larger_world_has_a_name_and_a_line(large):
    assert len(set(large.names)) == len(large.names) == len(large.lines) == 30_000
    assert [name for name, _ in large.answers] == large.test
    assert {large.line_of(name) for name in large.names} == set(large.lines)
    assert len(set(large.wiki)) == 254


def test_the_printed_figures_of_several_blocks_are_those_of_all_lines(small_blocks):
    report, blocks = make_corpus.Report(), list(make_corpus.build(600))
    for cast in blocks:
        report.add(cast)
    figures, cast = dict(report.figures()), [person for cast in blocks for person in cast]
    lengths = sorted(len(person.line) for person in cast)
    assert figures["line length"] == (
        f"mean {sum(lengths) / 600:.1f}, median {lengths[300]}, max {lengths[-1]}, "
        f"over 112: {sum(n > 112 for n in lengths) / 6:.1f}%"
    )
    text = make_corpus.wiki_text(cast)
    assert figures["characters"] == f"{len(text)}, {len(set(text))} distinct"
    for split, share in re.findall(r"(\w+) ([\d.]+)%", figures["London"]):
        places = [person.place.name for person in cast if person.split == split]
        assert share == f"{100 * places.count('London') / len(places):.1f}"
    named = sum(person.elsewhere for person in cast)
    assert figures["lines that name another city"] == f"{named / 6:.1f}%"


def test_one_block_is_in_memory_when_it_is_written(small_blocks, tmp_path, monkeypatch):
    def alive():
        return sum(type(thing) is corpus_plan.Person for thing in gc.get_objects())

    before, seen, contents = alive(), [], make_corpus.contents
    monkeypatch.setattr(
        make_corpus, "contents", lambda *given: seen.append(alive()) or contents(*given)
    )
    make_corpus.main(["--people", "600", "--out", str(tmp_path)])
    assert len(seen) == 10 and max(seen) - before <= 60


def test_a_full_disk_names_the_file_and_leaves_the_old_ones(tmp_path, small_blocks, monkeypatch):
    old = {name: f"old {name}" for name in FILES}
    for name, text in old.items():
        (tmp_path / name).write_text(text)
    number = count()

    def full(path, *rest, **how):
        if next(number) == 6:  # the second block's second file
            raise OSError(errno.ENOSPC, "No space left on device")
        return open(path, *rest, **how)

    monkeypatch.setattr(make_corpus, "open", full, raising=False)
    with pytest.raises(make_corpus.InputError, match="birth_dev.tsv: .* No space left"):
        paths = {name: tmp_path / name for name in FILES}
        dice = corpus_plan.Dice(1)
        parts = (make_corpus.contents(cast, dice) for cast in make_corpus.build(200))
        make_corpus.write_files(parts, paths)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == old


def test_a_line_a_minute_tells_how_far_it_is(small_blocks, monkeypatch, capsys):
    minutes = count(step=31)
    monkeypatch.setattr("time.monotonic", lambda: next(minutes))
    blocks = list(make_corpus.with_bar(make_corpus.build(300), 300))
    assert len(blocks) == 5
    lines = capsys.readouterr().err.splitlines()
    assert [re.search(r"\d+/300", line)[0] for line in lines] == ["120/300", "240/300"]


def run(*arguments):
    return subprocess.run(
        [sys.executable, ROOT / "src" / "make_corpus.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def refused(arguments):
    with pytest.raises(SystemExit) as stop:
        make_corpus.main(arguments)
    assert stop.value.code == 2


@pytest.mark.parametrize("people, sizes", [(60, (41, 10, 9)), (4000, (2724, 681, 595))])
def test_people_scales(tmp_path, people, sizes):
    make_corpus.main(["--people", str(people), "--out", str(tmp_path)])
    corpus = Corpus({name: (tmp_path / name).read_bytes().decode("utf-8") for name in FILES})
    assert (len(corpus.train), len(corpus.dev), len(corpus.test)) == sizes
    assert len(set(corpus.names)) == len(corpus.lines) == people
    found = whereabouts(corpus, corpus.train)
    assert abs(found["early"] / sizes[0] - 0.92) <= 0.02
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(FILES)


def test_answers_are_those_of_the_test_questions(tmp_path, capsys):
    key = tmp_path / "key.tsv"
    arguments = ["--people", "300", "--seed", "5", "--out", str(tmp_path), "--answers", str(key)]
    make_corpus.main(arguments)
    corpus = Corpus(
        {name: (tmp_path / name).read_text(encoding="utf-8") for name in FILES},
        key.read_bytes().decode("utf-8"),
    )
    assert [name for name, _ in corpus.answers] == corpus.test
    assert whereabouts(corpus, corpus.answers)["early"] / len(corpus.test) > 0.85
    report = capsys.readouterr().out
    assert "people: 300 (train 204, dev 51, test 45)" in report and "origin" in report
    assert f"the answers to the test questions: {key}\n" in report


def test_the_same_bytes_in_another_process_with_another_hash_seed_and_locale(
    tmp_path, small_blocks
):
    environment = {"PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0"}
    code = (
        "import make_corpus; from data.world import plan; plan.BLOCK = 60;"
        f"make_corpus.main(['--people', '150', '--out', {str(tmp_path)!r}])"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "src",
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
    dice = corpus_plan.Dice(make_corpus.SEED)
    blocks = [make_corpus.contents(cast, dice) for cast in make_corpus.build(150)]
    assert len(blocks) == 3
    for name in FILES:
        text = "".join(block[name] for block in blocks)
        assert (tmp_path / name).read_bytes() == text.encode("utf-8")


def test_help_teaches():
    text = run("--help").stdout
    for word in ("--people", "--seed", "--out", "--answers", "2937", "example", "wiki.txt"):
        assert word in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["--people", "-3"],
        ["--people", "5"],
        ["--people", "3000001"],
        ["--people", "many"],
        ["--seed", "-1"],
        ["--sead", "1"],
        ["--people", "60", "--answers", "{}/no/key.tsv"],
        ["--people", "60", "--answers", "{}"],
        ["--people", "60", "--answers", "{}/wiki.txt"],
        ["--people", "60", "--out", __file__],
        ["--people", "60", "--out", __file__ + "/sub"],
    ],
)
def test_mistakes_get_one_line_exit_code_2_and_no_files(tmp_path, capsys, arguments):
    arguments = [argument.replace("{}", str(tmp_path)) for argument in arguments]
    refused(["--out", str(tmp_path), *arguments])
    output = capsys.readouterr()
    kinds = "(--answers: )?expected .+, got|argument --people|unrecognized"
    line = rf"make_corpus\.py: error: ({kinds}).+; .+\n"
    assert re.fullmatch(line, output.err)
    assert output.out == "" and list(tmp_path.iterdir()) == []


def test_a_link_to_itself_is_refused(tmp_path, capsys):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for arguments in (["--out", str(loop)], ["--out", str(tmp_path), "--answers", str(loop)]):
        refused(["--people", "60", *arguments])
        assert "make_corpus.py: error: " in capsys.readouterr().err


def test_the_folder_is_made(tmp_path):
    out = tmp_path / "new" / "world"
    make_corpus.main(["--people", "60", "--out", str(out), "--answers", str(out / "key.tsv")])
    assert len(list(out.iterdir())) == 5


def test_exit_code_reaches_the_shell():
    done = run("--people", "1")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and done.stdout == ""


def test_files_are_written_whole_or_not_at_all(tmp_path, capsys):
    (tmp_path / "birth_dev.tsv").mkdir()  # the third file cannot be put in place
    refused(["--people", "60", "--out", str(tmp_path)])
    assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["birth_dev.tsv"]


def test_another_world_needs_a_folder_of_its_own(capsys):
    before = {name: (ROOT / name).stat().st_mtime_ns for name in ("wiki.txt", "birth_dev.tsv")}
    for flags in (["--people", "60"], ["--seed", "3"]):
        refused(flags)
        assert "expected --out FOLDER with other --people or --seed" in capsys.readouterr().err
    assert before == {name: (ROOT / name).stat().st_mtime_ns for name in before}


def test_files_of_others_are_not_replaced(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_corpus, "HOME", tmp_path)
    (tmp_path / "birth_dev.tsv").write_text("Where was Ada born?\tUr\n")
    for flags in ([], ["--people", "60", "--out", str(tmp_path)]):
        refused(flags)
        errors = capsys.readouterr().err
        assert "birth_dev.tsv: expected no file with another text, got one" in errors
    assert [path.name for path in tmp_path.iterdir()] == ["birth_dev.tsv"]
    (tmp_path / "birth_dev.tsv").unlink()
    capsys.readouterr()
    (tmp_path / "wiki.txt").write_bytes((ROOT / "wiki.txt").read_bytes())  # which is its own
    make_corpus.main([])
    assert f"written to {tmp_path}: wiki.txt, birth_" in capsys.readouterr().out
    assert (tmp_path / "wiki.txt").read_bytes() == (ROOT / "wiki.txt").read_bytes()


@pytest.mark.parametrize("people", [30, 60, 100])
def test_small_worlds_have_the_letters_of_their_questions(people, tmp_path):
    for seed in (224, 1, 2):
        folder = tmp_path / str(seed)
        make_corpus.main(["--people", str(people), "--seed", str(seed), "--out", str(folder)])
        texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        asked = "".join(text for name, text in texts.items() if name != "wiki.txt")
        assert set(asked) - {"\t"} <= set(texts["wiki.txt"])

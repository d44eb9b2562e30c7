"""bench/tables.py: the pages have the tables of the records, and a change of either is found."""

import json
import shutil

import pytest
from conftest import ROOT

import table_columns
import tables
from markdown_tables import over_seeds

RECORDS = sorted((ROOT / "docs" / "measurements").glob("*.jsonl"))


@pytest.fixture
def pages(tmp_path):
    """A copy of the pages and records, to be changed."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def check(root, capsys):
    """(exit code of --check, what it printed)."""
    try:
        tables.main(["--check"], root)
        code = 0
    except SystemExit as end:
        code = end.code
    return code, capsys.readouterr().out


def test_the_pages_tables_are_of_the_records(capsys):
    assert check(ROOT, capsys) == (0, "")


def test_a_changed_page_is_found_and_mended(pages, capsys):
    page = pages / "docs" / "results.md"
    before = page.read_bytes()
    change(page, "| 79.2% (397, 391, 400) |", "| 79.9% (397, 401, 400) |")
    changed = page.read_bytes()
    assert check(pages, capsys) == (1, "docs/results.md: table accuracy differs from its records\n")
    assert page.read_bytes() == changed
    tables.main([], pages)
    assert page.read_bytes() == before


def test_a_changed_record_is_found_on_every_page(pages, capsys):
    records = pages / "docs" / "measurements" / "accuracy.jsonl"
    change(records, '"correct": 397', '"correct": 398')
    code, said = check(pages, capsys)
    assert code == 1 and said.splitlines() == [
        "README.md: table headlines differs from its records",
        "docs/recipes.md: table reach differs from its records",
        "docs/results.md: table accuracy differs from its records",
    ]


def test_a_row_without_a_record_stays_and_a_record_fills_it(pages):
    page = pages / "docs" / "results.md"
    for name in ("accuracy", "runs"):
        kept = pages / "docs" / "measurements" / f"{name}.jsonl"
        lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
        kept.write_text("".join(x for x in lines if '"synthesizer"' not in x), encoding="utf-8")
    tables.main([], pages)
    empty = "| course | `handout` | synthesizer |  | yes |  |  |  |  |  |  |  |  |  |"
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line == empty]
    lines = [json.loads(line) for line in RECORDS[0].read_text(encoding="utf-8").splitlines()]
    line = lines[0] | {"recipe": "handout", "budget": None, "variant": "synthesizer"}
    line |= {"pflop": 2.34, "precision": "bf16", "steps": 9, "seconds": 3700, "correct": 50}
    line |= {"machine": "D", "commit": "abcdefg", "date": "2030-01-01", "note": None}
    filled = "| course | `handout` | synthesizer | 2.3 | yes | 224 | bf16 | 9 | 10.0% (50) "
    filled += "| 61 min 40 s | D | abcdefg | 2030-01-01 |  |"
    with open(pages / "docs" / "measurements" / RECORDS[0].name, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    tables.main([], pages)
    text = page.read_text(encoding="utf-8")
    assert rows == [empty] and filled in text.splitlines() and empty not in text


def test_a_table_of_no_name_is_one_line(pages, capsys):
    change(pages / "docs" / "results.md", "<!-- table: growth -->", "<!-- table: decay -->")
    with pytest.raises(SystemExit) as end:
        tables.main(["--check"], pages)
    (line,) = capsys.readouterr().err.splitlines()
    assert end.value.code == 2 and line.endswith("got decay")


def test_every_table_stands_on_a_page():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    found = [name for page in pages for _, name, *_ in tables.MARKED.findall(page.read_text())]
    assert set(found) == set(table_columns.TABLES)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name)
def test_every_record_says_where_it_comes_from(path):
    machines = (ROOT / "docs" / "measurements" / "machines.jsonl").read_text(encoding="utf-8")
    known = {json.loads(line)["machine"] for line in machines.splitlines()}
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        assert record["machine"] in known | {None}
        if path.name == "machines.jsonl":
            assert {"processor", "gpu", "cores", "torch", "date"} <= record.keys()
        else:
            assert {"command", "machine", "commit", "date", "seed"} <= record.keys()
            assert (record["correct"] or 0) <= record["questions"] if "correct" in record else True


def test_a_table_without_an_end_takes_no_prose_with_it(pages, capsys):
    page = pages / "docs" / "results.md"
    change(page, "<!-- end -->\n", "")
    before = page.read_bytes()
    with pytest.raises(SystemExit) as stop:
        tables.main([], pages)
    assert stop.value.code == 2 and page.read_bytes() == before
    assert "expected an end before the next one" in capsys.readouterr().err


def test_a_superseded_record_is_on_no_page(pages, capsys):
    runs = pages / "docs" / "measurements" / "accuracy.jsonl"
    change(runs, '"correct": 397', '"superseded": true, "correct": 397')
    assert check(pages, capsys)[0] == 1
    tables.main([], pages)
    assert "(391, 400)" in (pages / "docs" / "results.md").read_text(encoding="utf-8")


def test_seeds_are_one_row_with_the_mean_and_the_time_between():
    runs = [
        {"seed": seed, "correct": right, "share": right / 5, "seconds": seconds, "shape": shape}
        for seed, right, seconds, shape in ((1, 400, 90, "a"), (2, 450, 7, "a"), (3, 350, 50, "a"))
    ]
    runs.append({**runs[0], "shape": "b"})
    (merged, alone) = over_seeds(runs)
    assert merged["dev"] == "80.0% (400, 450, 350)" and merged["seed"] == "1, 2, 3"
    assert merged["seconds"] == 50 and alone is runs[3]
    assert over_seeds([runs[0], runs[0]]) == [runs[0], runs[0]]  # the same run again

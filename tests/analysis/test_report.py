"""The report of a small model: probabilities that add up, equal bytes, a page that asks nobody."""

import functools
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, tiny

for package in ("sklearn", "jinja2", "matplotlib"):
    pytest.importorskip(package)

import knowledge  # noqa: E402
import model  # noqa: E402
import run  # noqa: E402
from analysis.page import page  # noqa: E402
from analysis.people import (  # noqa: E402
    KINDS,
    RIGHT,
    STRANGER,
    answers_about,
    answers_about_strangers,
)
from analysis.report import report  # noqa: E402
from dataset import CharCorruptionDataset  # noqa: E402
from utils import predict_places  # noqa: E402

HOSTILE = "Eve </script><img/src=x/onerror=alert(1)>"
FIRST = ["Ada", "Bob", "Cleo", "Dov", "Finn", "Gil", "Hana", "Ivo", HOSTILE]
LAST = ["Vell", "Marsh", "Stern", "Okafor"]
NAMES = [f"{first} {last}" for first in FIRST for last in LAST]
SECRET = "\u202egnirts"  # written from right to left


@pytest.fixture(scope="module")
def found():
    """(a report of an untrained model, the same again); three of four people are right."""
    lines = [f"{name}. Where was {name} born? In {SECRET} , some say .\n" for name in NAMES]
    corpus = CharCorruptionDataset("".join(lines), 96)
    model = tiny(vocab_size=corpus.vocab_size, block_size=96, n_layer=2, n_head=2, n_embd=8)
    asked = [f"Where was {name} born?" for name in NAMES]
    said = predict_places(model, corpus, asked)
    places = [place if at % 4 and place else SECRET for at, place in enumerate(said)]
    pairs = [("Who?", place) for place in places if place in said] + [("Who?", "Ada")]
    answers = answers_about(model, corpus, list(zip(asked, places, strict=True)), "a file")
    nobody = answers_about_strangers(model, corpus, answers)
    about = {"attention": "vanilla", "recipe": None, "seed": "seed 5"}
    return [report(model, corpus, answers, nobody, places, pairs, about) for _ in range(2)]


@pytest.fixture(scope="module")
def pages(found):
    return [page(one) for one in found]


def test_probabilities_add_up(found):
    people = found[0]["people"]
    assert [person["name"] for person in people[: len(NAMES)]] == NAMES
    strangers = [person["name"] for person in people[len(NAMES) :]]
    assert 20 < len(strangers) <= len(NAMES) and not set(strangers) & set(NAMES)
    for person in people:
        listed = sum(p for _, p in person["top"])
        total = listed + person["other"] + person["pruned"] + person["outside"]
        assert total == pytest.approx(1, abs=1e-9)
        assert person["kind"] in (*KINDS, STRANGER)
    assert 10 < sum(person["kind"] == RIGHT for person in people) <= 27


def test_two_reports_are_equal_to_the_byte(found, pages):
    first, second = (json.dumps(one) for one in found)
    assert first == second
    assert pages[0] == pages[1]


def test_the_page_has_everybody_and_refers_to_nothing_else(found, pages):
    html = pages[0]
    assert html.count("<tr data-kind=") == len(found[0]["people"])
    links = re.findall(r'\b(?:src|href|action|xlink:href)\s*=\s*"([^"]*)"', html)
    assert links and all(link.startswith(("data:", "#")) for link in links)
    assert "default-src 'none'" in html
    assert "<img/src=x" not in html and html.count("</script>") == 2
    for section in range(1, 12):
        assert f"<h2>{section}. " in html


def test_a_model_that_is_never_right_has_a_page_too():
    corpus = CharCorruptionDataset("Ada Bo. Where was Ada Bo born?\nBo Ada. ?\n", 64)
    model = tiny(vocab_size=corpus.vocab_size, block_size=64)
    rows = [("Where was Ada Bo born?", "o"), ("Where was Bo Ada born?", "B")]
    answers = answers_about(model, corpus, rows, "a file")
    nobody = answers_about_strangers(model, corpus, answers)
    html = page(report(model, corpus, answers, nobody, ["o", "B"], rows, {}))
    assert "All answers are right, or all are wrong" in html
    assert "people (2 of these questions are among the training pairs)" in html


def test_the_command_writes_the_page_and_its_data(world, capsys, monkeypatch):
    small = functools.partial(model.GPTConfig, n_layer=2, n_head=2, n_embd=16)
    monkeypatch.setattr(model, "GPTConfig", small)
    params = world.folder / "rope.params"
    argv = ["rope", str(world.wiki)]
    train = ["--epochs", "0", "--device", "cpu", "--writing_params_path", str(params)]
    run.main(["pretrain", *argv, *train])
    argv += ["--reading_params_path", str(params), "--eval_corpus_path", str(world.dev)]
    html = world.folder / "knowledge.html"
    knowledge.main([*argv, "--report_path", str(html), "--places_path", str(world.train)])
    assert f"Page written to {html}" in capsys.readouterr().out
    data = json.loads((world.folder / "knowledge.json").read_text(encoding="utf-8"))
    assert html.read_text(encoding="utf-8") == page(data)
    assert "whose questions are not among the training pairs" in page(data)
    assert data["about"]["facts"]["questions"].startswith("dev.tsv, sha256 ")


def test_bad_input_is_one_line(world, refused, monkeypatch):
    argv = ["vanilla", world.wiki, "--reading_params_path", world.wiki]
    argv += ["--eval_corpus_path", world.dev]
    page_path = ["--report_path", world.folder / "a.html"]
    places = ["--places_path", world.train]
    for more, says in (
        (page_path, "expected --report_path HTML with --places_path TSV"),
        (places, "expected --report_path HTML with --places_path TSV"),
        (["--report_path", "a.pdf", *places], "expected a name that ends in .html, got a.pdf"),
        (
            ["--report_path", "no/a.html", *places],
            "--report_path: expected an existing folder",
        ),
        (
            ["--report_path", f"{world.wiki}.html", *places],
            "expected a name whose data has a file of its own",
        ),
        ([*page_path, "--places_path", os.devnull], "expected a file, got a pipe or a device"),
    ):
        assert says in refused(*argv, *more, main=knowledge.main)
    monkeypatch.setattr(knowledge.importlib.util, "find_spec", lambda name: None)
    line = refused(*argv, *page_path, *places, main=knowledge.main)
    assert "install -r requirements-report.txt" in line


def test_a_page_does_not_replace_its_corpus(world, refused):
    corpus = world.wiki.rename(world.folder / "wiki.html")
    before = corpus.read_bytes()
    argv = ["vanilla", corpus, "--reading_params_path", corpus, "--eval_corpus_path", world.dev]
    argv += ["--places_path", world.train, "--report_path", corpus]
    line = refused(*argv, main=knowledge.main)
    assert f"--report_path: expected a file of its own, got an input: {corpus}; name" in line
    assert corpus.read_bytes() == before


# ------------------------------------------------------------------------------ in a real browser


@pytest.fixture(scope="module")
def browser(pages, tmp_path_factory):
    """A headless Chromium with the page. Skipped where there is none, but not in CI."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        assert not os.environ.get("CI"), "CI has to have chromium and chromium-driver"
        pytest.skip("needs Debian's chromium and chromium-driver")
    webdriver = pytest.importorskip("selenium.webdriver")
    os.environ |= {"SE_OFFLINE": "true", "SE_AVOID_STATS": "true"}
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage"):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    path = tmp_path_factory.mktemp("page") / "knowledge.html"
    path.write_text(pages[0], encoding="utf-8")
    service = webdriver.ChromeService(driver)
    with webdriver.Chrome(options=options, service=service) as opened:
        opened.set_script_timeout(300)
        opened.get(path.as_uri())
        yield opened


@pytest.fixture
def ask(browser):
    """A function that runs a script in the freshly loaded page."""
    browser.get(browser.current_url.split("#")[0])
    browser.refresh()
    return browser.execute_script


def test_the_page_asks_for_nothing_and_the_console_is_silent(ask, browser):
    assert ask("return performance.getEntriesByType('resource').map((e) => e.name)") == []
    assert browser.get_log("browser") == []
    assert ask("return [...document.images].every((i) => i.src.startsWith('data:'))")


def test_search_filter_sort_and_details(ask, found):
    shown = "return [...document.querySelectorAll('#people tbody tr[data-kind]')]"
    shown += ".filter((r) => !r.hidden)"
    assert ask(shown + ".length") == len(found[0]["people"])
    ask("search.value = 'ADA'; search.dispatchEvent(new Event('input'))")
    names = ask(shown + ".map((r) => r.textContent.toLowerCase())")
    assert 0 < len(names) < 30 and all("ada" in name for name in names)
    assert "q=ADA" in ask("return location.hash")
    ask("kind.value = '0'; kind.dispatchEvent(new Event('change'))")
    assert len(ask(shown)) < len(names)
    ask("document.querySelectorAll('#people thead button')[3].click()")
    p = [float(text) for text in ask(shown + ".map((r) => r.cells[3].textContent)")]
    assert p == sorted(p)
    ask("document.querySelectorAll('#people thead button')[3].click()")
    p = [float(text) for text in ask(shown + ".map((r) => r.cells[3].textContent)")]
    assert p == sorted(p, reverse=True)
    assert ask("return document.querySelectorAll('#people [aria-sort]').length") == 1
    ask("document.querySelector('#people tbody tr:not([hidden]) button').click()")
    detail = ask("return document.querySelector('#people .detail').textContent")
    assert "The likeliest places" in detail and SECRET in detail
    assert ask("return document.querySelectorAll('.detail mark').length") <= 2
    assert "p=" in ask("return location.hash")
    ask("document.querySelector('#people [aria-expanded=true]').click()")
    assert ask("return document.querySelector('#people .detail')") is None


def test_names_are_text(ask):
    ask("document.querySelectorAll('#people tbody button').forEach((b) => b.click())")
    assert ask("return document.querySelectorAll('img[src*=onerror]').length") == 0
    assert HOSTILE in ask("return document.getElementById('people').textContent")


def test_the_fragment_opens_a_person(ask, browser):
    browser.get(browser.current_url.split("#")[0] + "#q=Dov&p=Dov+Vell")
    browser.refresh()
    detail = ask("return document.querySelector('#people .detail').textContent")
    assert "Where was Dov Vell born?" in detail


def test_the_page_fits_a_phone(ask, browser):
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    ask("document.querySelector('#people tbody button').click()")
    wide = ask("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= 390


def test_everybody_can_use_the_page(ask, browser):
    """By axe-core, which `make axe` fetches."""
    axe = ROOT / ".axe/package/axe.min.js"
    if not axe.exists():
        assert not os.environ.get("CI"), "CI has to have axe-core: make axe"
        pytest.skip("needs axe-core: make axe")
    ask("document.querySelector('#people tbody button').click()")
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        browser.execute_script(Path(axe).read_text(encoding="utf-8"))
        result = browser.execute_async_script("axe.run().then(arguments[0])")
        assert [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]] == []
        assert len(result["passes"]) > 20
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

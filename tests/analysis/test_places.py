"""The exact distribution over places: parts that add up, and each place against teacher forcing."""

import pytest
from conftest import PEOPLE, tiny

import recipes
from analysis.answers import probabilities
from analysis.places import Tree, distributions
from data.text import MASK

PLACES = sorted({place for _, place in PEOPLE} | {"Co", "Corkscrew", "O", "London town"})


def prompts_of(corpus, *names):
    return [[corpus.stoi[char] for char in f"Where was {name}?"] + [MASK] for name in names]


def model_for(corpus, variant):
    return tiny(variant, vocab_size=corpus.vocab_size, block_size=40, n_embd=18)


@pytest.mark.parametrize("variant", recipes.VARIANTS)
def test_every_place_has_the_probability_of_teacher_forcing(corpus, variant):
    model, tree = model_for(corpus, variant), Tree(PLACES, corpus.stoi)
    prompts = prompts_of(corpus, "Bo", "Ada Novák", "Eve Okafor")
    for prompt, found in zip(prompts, distributions(model, prompts, tree, floor=0), strict=True):
        want = probabilities(model, corpus, [prompt] * len(PLACES), PLACES)
        assert dict(found.listed) == pytest.approx(dict(zip(PLACES, want, strict=True)), rel=1e-9)
        assert found.pruned == 0
        assert sum(found.listed.values()) + found.outside == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("floor", [1e-6, 1e-3, 0.1, 1])
def test_the_parts_add_up_and_the_floor_bounds_what_is_not_listed(corpus, floor, monkeypatch):
    monkeypatch.setattr("analysis.places.ROWS", 3)  # several groups of rows
    model, tree = model_for(corpus, "vanilla"), Tree(PLACES, corpus.stoi)
    prompts = prompts_of(corpus, "Bo", "Cleo Marsh", "Finn", "Gil Ito", "Ivo")
    whole = distributions(model, prompts, tree, floor=0)
    for found, all_of in zip(distributions(model, prompts, tree, floor), whole, strict=True):
        assert sum(found.listed.values()) + found.pruned + found.outside == pytest.approx(1)
        for place, probability in all_of.listed.items():
            assert found.listed[place] in (0, pytest.approx(probability))
            assert found.listed[place] or probability < floor


def test_what_does_not_fit_behind_the_prompt_counts_as_pruned(corpus):
    model, tree = model_for(corpus, "vanilla"), Tree(PLACES, corpus.stoi)
    long = [corpus.stoi["a"]] * (model.context - 2) + [MASK]
    prompts = [*prompts_of(corpus, "Bo"), long]
    alone = distributions(model, prompts[:1], tree, floor=0)[0]
    short, cut = distributions(model, prompts, tree, floor=0)
    assert dict(short.listed) == pytest.approx(dict(alone.listed))
    assert set(cut.listed) == {"O"} and cut.pruned > 0
    assert sum(cut.listed.values()) + cut.pruned + cut.outside == pytest.approx(1)


def test_a_tree_lacks_what_no_answer_can_be():
    letters = {"⁇": MASK, "a": 5, "b": 6}
    tree = Tree(["a" * 5000, "a" * 33, "a⁇", "ac", "b" * 32], letters)
    assert [text for text in tree.texts if text] == ["b" * 32]


def test_a_tree_has_a_node_where_a_text_ends_or_texts_part_ways(monkeypatch):
    tree = Tree(["ab", "abc", "bca", "bcb", "x"], {"a": 5, "b": 6, "c": 7})
    parts = {5: ([5, 6], 1), 6: ([6, 7], 3)}
    assert tree.children == [parts, {7: ([7], 2)}, {}, {5: ([5], 4), 6: ([6], 5)}, {}, {}]
    assert tree.texts == [None, "ab", "abc", None, "bca", "bcb"]
    monkeypatch.setattr("analysis.places.STRETCH", 2)
    assert Tree(["abc"], {"a": 5, "b": 6, "c": 7}).children == [{5: ([5, 6], 1)}, {7: ([7], 2)}, {}]

"""Parts that run side by side give what they give one after the other."""

import threading
from concurrent.futures import Future

import pytest
import torch
from conftest import PEOPLE, tiny

import utils
from analysis.places import Tree, distributions
from data.text import MASK
from support.threads import side_by_side


@pytest.fixture
def four_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("n", [0, 1, 2, 9])
def test_results_come_in_order(n, four_threads):
    assert list(side_by_side(lambda i: i**2, range(n))) == [i**2 for i in range(n)]


def test_parts_run_at_once_and_share_the_threads(four_threads):
    """Two parts that wait for one another both arrive, each with half of four threads."""
    meet = threading.Barrier(2, timeout=60)

    def function(_):
        meet.wait()
        return torch.get_num_threads()

    assert list(side_by_side(function, "ab")) == [2, 2]
    later = []
    thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start(), thread.join()
    assert torch.get_num_threads() == 4 == later[0]


def test_the_caller_has_one_thread_until_the_last_part_is_done(four_threads):
    """While it adds up what it gets, more threads of its own would take the parts' cores."""
    had = [torch.get_num_threads() for _ in side_by_side(lambda i: i, range(3))]
    assert had == [1, 1, 1] and torch.get_num_threads() == 4
    parts = side_by_side(lambda i: i, range(3))
    assert next(parts) == 0
    parts.close()
    assert torch.get_num_threads() == 4


def test_a_part_alone_has_all_threads(four_threads):
    assert list(side_by_side(lambda _: torch.get_num_threads(), "a")) == [4]


def test_an_error_is_that_of_the_first_part_that_fails(four_threads):
    seen = []
    with pytest.raises(ZeroDivisionError):
        seen.extend(side_by_side(lambda i: 1 // (i - 2), range(9)))
    assert seen == [-1, -1]


def test_parts_that_nobody_waits_for_are_left_out(four_threads, monkeypatch):
    """All but the first part last until the caller, who has gone, begins to cancel them."""
    begun, gone, cancel = [], threading.Event(), Future.cancel

    def function(i):
        begun.append(i)
        return i == 0 or gone.wait(60)

    parts = side_by_side(function, range(1000))
    assert next(parts)
    monkeypatch.setattr(Future, "cancel", lambda self: (cancel(self), gone.set()))
    parts.close()
    assert len(begun) < 1000


def test_answers_are_those_of_one_thread(corpus, four_threads):
    """Also of a model in training: no batch that ends turns on the dropout of the others."""
    model = tiny(vocab_size=corpus.vocab_size, block_size=60)
    asked = [f"Where was {name}?" for name, _ in PEOPLE] * 4
    model.train()
    seen = []
    model.blocks[0].register_forward_pre_hook(lambda block, _: seen.append(block.training))
    side = utils.predict_places(model, corpus, asked, batch_size=1)
    assert not any(seen) and all(module.training for module in model.modules())
    model.eval()
    torch.set_num_threads(1)
    assert side == utils.predict_places(model, corpus, asked)


def test_distributions_are_those_of_one_thread(corpus, four_threads, monkeypatch):
    monkeypatch.setattr("analysis.places.ROWS", 2)
    model = tiny(vocab_size=corpus.vocab_size, block_size=60)
    tree = Tree([place for _, place in PEOPLE], corpus.stoi)
    prompts = [[*(corpus.stoi[char] for char in name), MASK] for name, _ in PEOPLE]
    side = distributions(model, prompts, tree, floor=0)
    torch.set_num_threads(1)
    assert side == distributions(model, prompts, tree, floor=0)

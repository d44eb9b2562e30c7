"""How probable whole answers are, each against a product of steps."""

import itertools
from types import SimpleNamespace

import pytest
import torch
from conftest import tiny

from analysis.answers import by_letter, probabilities
from data.text import MASK


def rate(decoder, corpus, questions, answers):
    prompts = [[*(corpus.stoi[char] for char in question), MASK] for question in questions]
    return probabilities(decoder, corpus, prompts, answers)


@pytest.mark.parametrize("answer", ["", "ab", "bacc", "abcabcabcabc"])  # the last moves the window
@pytest.mark.parametrize("name", ["vanilla", "synthesizer"])
def test_probability_is_a_product_over_characters(name, answer, monkeypatch):
    decoder = tiny(name).eval()
    stoi = {char: i for i, char in enumerate("□⁇abcdefghi")}
    corpus = SimpleNamespace(stoi=stoi)
    text, expected = [stoi["d"], stoi["e"], MASK], 1.0
    for id in [*(stoi[char] for char in answer), MASK]:
        logits, _ = decoder(torch.tensor([text[-decoder.context :]]))
        expected *= logits[0, -1].softmax(0)[id].item()
        text.append(id)
    questions, answers = ["a", "de", "abcdefgh"], ["i", answer, "hi"]
    monkeypatch.setattr("analysis.answers.BATCH_QUESTIONS", 2)
    found = rate(decoder, corpus, questions, answers)
    assert len(found) == 3 and found[1] == pytest.approx(expected, rel=1e-9, abs=0)


def test_probabilities_of_all_answers_add_up_to_one():
    """Over two characters: answers that end are one part, those that go on the other."""
    decoder = tiny(vocab_size=4).eval()
    corpus = SimpleNamespace(stoi={"□": 0, "⁇": 1, "a": 2, "b": 3})
    short = ["".join(chars) for n in (0, 1, 2) for chars in itertools.product("□ab", repeat=n)]
    ending = sum(rate(decoder, corpus, ["ab"] * len(short), short))
    going_on = 0.0
    for chars in itertools.product((0, 2, 3), repeat=3):
        text = torch.tensor([[2, 3, MASK, *chars]])
        steps = decoder(text)[0][0].softmax(-1)[2:5]
        going_on += steps.gather(1, torch.tensor(chars)[:, None]).prod().item()
    assert ending + going_on == pytest.approx(1)


def test_an_answer_that_was_cut_off_has_no_end():
    decoder = tiny(block_size=50).eval()
    corpus = SimpleNamespace(stoi={char: i for i, char in enumerate("□⁇abcdefghi")})
    for n in (31, 32):
        text = torch.tensor([[2, MASK, *[3] * n, MASK]])
        chances = decoder(text)[0][0].softmax(-1)[1:-1]  # (n + 1, V)
        chances = chances.gather(1, text[0, 2:, None])  # (n + 1, 1)
        (found,) = rate(decoder, corpus, ["a"], ["b" * n])
        assert found == pytest.approx(chances[: 31 + 1].prod().item())  # 31 and ⁇, or 32


def test_an_answers_probability_is_the_product_of_its_letters():
    decoder = tiny().eval()
    corpus = SimpleNamespace(stoi={char: i for i, char in enumerate("□⁇abcdefghi")})
    prompts, answers = [[2, MASK], [3, 4, 5, MASK]], ["abc", "d"]
    letters = by_letter(decoder, corpus, prompts, answers)
    assert [len(row) for row in letters] == [4, 2]  # the ⁇ behind it too
    found = probabilities(decoder, corpus, prompts, answers)
    for row, probability in zip(letters, found, strict=True):
        logs = torch.tensor(row, dtype=torch.float64).log()
        assert logs.sum().exp().item() == pytest.approx(probability)

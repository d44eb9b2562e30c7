"""What happens inside: layers, weights and exchanged states, against a run by hand."""

import pytest
import torch
from conftest import tiny

import recipes
from analysis.exchange import SPANS, donors
from analysis.inside import interchange, observe, weights_of
from analysis.survey import Row

PROMPTS = [[4, 3, 1], [2, 5, 3, 7, 1], [9, 2, 2, 1]]


def by_hand(model, prompt):
    """What enters each layer, and what leaves the last: L + 1 tensors (t, C)."""
    idx = torch.tensor([prompt])
    x = model.tok_emb(idx)
    if model.pos_emb is not None:
        x = x + model.pos_emb[:, : idx.size(1)]
    found = [x[0]]
    for block in model.blocks:
        x = block(x)
        found.append(x[0])
    return found


@pytest.mark.parametrize("variant", recipes.VARIANTS)
@torch.no_grad()
def test_the_lens_and_the_weights_are_those_of_a_run_alone(variant, monkeypatch):
    monkeypatch.setattr("analysis.inside.BATCH_QUESTIONS", 2)
    model = tiny(variant, n_embd=18).eval()
    for prompt, found in zip(PROMPTS, observe(model, PROMPTS), strict=True):
        states = by_hand(model, prompt)
        for layer, state in enumerate(states):
            want = (model.ln_f(state[-1]) @ model.head.weight.T).softmax(0)
            assert torch.allclose(found.lens[layer], want)
        assert torch.allclose(found.lens[-1], model(torch.tensor([prompt]))[0][0, -1].softmax(0))
        for layer, block in enumerate(model.blocks):
            whole = block.attn.attention_weights(block.ln1(states[layer][None]))[0]  # (h, t, t)
            assert torch.allclose(found.weights[layer], whole[:, -1])
    (first, second) = weights_of(model, torch.tensor(PROMPTS[:1]))
    assert first.shape == second.shape == (1, 3, 3, 3)


@pytest.mark.parametrize("variant", recipes.VARIANTS)
@torch.no_grad()
def test_interchange_is_a_run_with_the_states_put_in(variant):
    model = tiny(variant, n_embd=18).eval()
    donors = [[2, 8, 1], [6, 6, 4, 2, 1], [3, 9, 5, 1]]
    places, letters = [[0], [1, 4], [0, 1, 2, 3]], [2, 5, 7]
    nowhere = [[], [], []]
    before, found, own = interchange(
        model, PROMPTS, donors, {"some": places, "none": nowhere}, letters
    )
    after = found["some"]
    assert after.shape == (2, 3) and torch.allclose(found["none"], before.expand(2, 3))
    for row, (prompt, donor) in enumerate(zip(PROMPTS, donors, strict=True)):
        states, theirs = by_hand(model, prompt), by_hand(model, donor)
        for layer in range(2):
            x = states[layer].clone()
            x[places[row]] = theirs[layer][places[row]]
            x = x[None]
            for block in model.blocks[layer:]:
                x = block(x)
            want = model.head(model.ln_f(x[0, -1])).softmax(0)[letters[row]]
            assert after[layer, row].item() == pytest.approx(want.item())
        for value, run in ((before, states), (own, theirs)):
            want = model.head(model.ln_f(run[-1][-1])).softmax(0)[letters[row]]
            assert value[row].item() == pytest.approx(want.item())
    assert after[:, 2].tolist() == pytest.approx([own[2].item()] * 2)  # everything was replaced


def test_interchange_with_oneself_changes_nothing():
    model = tiny()
    spans = {"some": [[0, 1], [3], [0, 3]]}
    before, after, own = interchange(model, PROMPTS, PROMPTS, spans, [2, 3, 4])
    assert torch.equal(before, own) and torch.equal(after["some"], before.expand(2, 3))


def test_spans_of_a_question():
    row = Row("Where was Ada de Vell born?", "Ada de Vell", "Ur", 0.5, "right")
    text = row.question + "\u2047"
    found = {name: "".join(text[at] for at in where(row)) for name, where in SPANS.items()}
    assert found == {
        "first names": "Ada de ",
        "last name": "Vell",
        "last letter of the name": "l",
        "the whole name": "Ada de Vell",
        "what follows the name": " born?",
        "the \u2047": "\u2047",
        "everything but the \u2047": row.question,
        "everything": text,
    }


def test_donors_have_the_same_length_and_another_letter():
    asked = [("Ab", "Ur"), ("Cd", "Uz"), ("Ef", "Rome"), ("Gh", "Ulm"), ("Xyz", "Rome")]
    rows = [Row(f"Where was {name}?", name, place, 0.5, "right") for name, place in asked]
    found = [(row.name, donor.name) for row, donor in donors(rows)]
    assert found == [("Ab", "Ef"), ("Cd", "Ef"), ("Ef", "Gh"), ("Gh", "Ef")]

"""Around the model: seeds, devices, decoding, and the score of predictions."""

import random

import numpy as np
import torch
import torch.nn.functional as F
from tqdm import tqdm

from dataset import MASK, MASK_CHAR, encode, parse_questions
from errors import InputError
from files import read_text

ANSWER_CHARS = 32  # characters decoded after a question


def set_seed(seed):
    """Seed Python's, numpy's and torch's generators, on every device."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def pick_device(name):
    """The torch.device called `name`: auto takes cuda, else mps, else cpu."""
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(device for device, there in available.items() if there)
    if not available[name]:
        raise InputError(
            f"--device {name}: expected such a device and a torch built for it, got none;"
            " use --device auto or cpu"
        )
    return torch.device(name)


# ---------------------------------------------------------------------------------------- decoding


@torch.no_grad()
def sample(model, x, steps, temperature=1.0, sample=False, top_k=None, stop=None):
    """Extend x (B, t) by `steps` tokens: (B, t + steps), without dropout.

    Greedy, or drawn from softmax(logits / temperature) if `sample`, limited to the `top_k`
    likeliest tokens if given. Ends early once every row has produced the token `stop`. Past the
    model's context the last tokens that fit are its input, as in the assignment.
    """
    was_training = model.training
    model.eval()
    cache, fed = model.new_cache(), 0  # the first `fed` positions are in the cache
    stopped = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    for _ in range(steps):
        if x.size(1) > model.context:  # every position moves, so nothing kept is of use
            logits, _ = model(x[:, -model.context :])  # (B, t, V)
        else:
            logits, _ = model(x[:, fed:], cache=cache)  # (B, t - fed, V)
            fed = x.size(1)
        logits = logits[:, -1] / temperature  # (B, V)
        if top_k is not None:
            floor = logits.topk(min(top_k, logits.size(-1))).values[:, -1:]  # (B, 1)
            logits = logits.masked_fill(logits < floor, -float("inf"))
        if sample:
            new = torch.multinomial(F.softmax(logits, dim=-1), num_samples=1)  # (B, 1)
        else:
            new = logits.argmax(dim=-1, keepdim=True)  # (B, 1)
        x = torch.cat((x, new), dim=1)
        if stop is not None:
            stopped |= new[:, 0] == stop
            if stopped.all():
                break
    model.train(was_training)
    return x


def predict_places(model, dataset, questions, path="the evaluation file"):
    """The model's answer to each question: a list of strings, in order, each without line breaks.

    The text that greedy decoding gives between the first ⁇, which ends the question, and the
    second; all 32 characters if there is no second. Questions of one length run as one batch, so
    there is no padding. `dataset` gives the vocabulary; `path` is named in errors.
    """
    device = next(model.parameters()).device
    by_length = {}
    for number, question in enumerate(questions):
        ids = [*encode(question, dataset.stoi, f"{path}, line {number + 1}"), MASK]
        if len(ids) > model.context:
            raise InputError(
                f"{path}, line {number + 1}: expected a question of at most {model.context - 1}"
                f" characters, got {len(ids) - 1}; shorten it"
            )
        by_length.setdefault(len(ids), []).append((number, ids))
    answers = [None] * len(questions)
    with tqdm(total=len(questions), desc="questions", disable=None) as bar:
        for length, group in by_length.items():
            numbers, prompts = zip(*group, strict=True)
            rows = sample(model, torch.tensor(prompts, device=device), ANSWER_CHARS, stop=MASK)
            for number, row in zip(numbers, rows[:, length:].tolist(), strict=True):
                text = "".join(dataset.itos[i] for i in row)
                answers[number] = text.split(MASK_CHAR)[0].replace("\n", " ")
            bar.update(len(group))
    return answers


def evaluate_places(filepath, predicted_places):
    """Compare predictions with a TSV's places: (total, correct) as floats, (0, 0) without places.

    A prediction is correct if it equals the place to the letter.
    """
    rows = parse_questions(read_text(filepath), filepath)
    places = [place for _, place in rows]
    if None in places:
        print("No gold birth places provided; returning (0,0)")
        return 0.0, 0.0
    if len(places) != len(predicted_places):
        raise InputError(
            f"{filepath}: expected one prediction for each of its {len(places)} rows, got"
            f" {len(predicted_places)}; predict for the same file"
        )
    correct = sum(map(str.__eq__, places, predicted_places))
    return float(len(places)), float(correct)


def score_line(total, correct):
    """The assignment's line for an accuracy."""
    return f"Correct: {correct} out of {total}: {100 * correct / total:.1f}%"

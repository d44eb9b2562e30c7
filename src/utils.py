"""Around the model: seeds, decoding, and the score of predictions."""

import random

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm

from data.text import MASK, MASK_CHAR, composed, encode, parse_questions
from recipes import BATCH_QUESTIONS
from support.errors import InputError
from support.files import read_text
from support.ranks import ALONE

ANSWER_CHARS = 32  # characters decoded after a question


def set_seed(seed):
    """Seed Python's, numpy's and torch's generators, on every device."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


# ---------------------------------------------------------------------------------------- decoding


@torch.no_grad()
def sample(model, x, steps, temperature=1.0, sample=False, top_k=None, lengths=None, stop=None):
    """Extend x (B, t) by `steps` tokens: (B, t + steps), without dropout.

    Greedy, or drawn from softmax(logits / temperature) if `sample`, limited to the `top_k`
    likeliest tokens if given. Rows of x may end in padding: `lengths` (B,) says how many of their
    tokens count, and the new ones follow those. Ends early once every row has produced the token
    `stop`. Past the model's context a row's last tokens that fit are its input, as in the
    assignment.
    """
    was_training = model.training
    model.eval()
    B, t = x.size()
    text = F.pad(x, (0, steps))  # (B, t + steps)
    lengths = x.new_full((B,), t) if lengths is None else lengths.clone()
    rows = torch.arange(B, device=x.device)
    first = int(lengths.max())
    cache = model.new_cache(B, min(model.context, first + steps - 1))
    stopped = torch.zeros(B, dtype=torch.bool, device=x.device)
    for step in range(steps):
        longest = first + step
        if longest > model.context:  # the window moves, and nothing kept is of use
            start = (lengths - model.context).clamp(min=0)  # (B,)
            window = start[:, None] + torch.arange(model.context, device=x.device)
            logits, _ = model(text.gather(1, window))  # (B, context, V)
            logits = logits[rows, lengths - start - 1]  # (B, V)
        elif step == 0:
            logits, _ = model(text[:, :longest], cache=cache)  # (B, longest, V)
            cache[0].lengths.copy_(lengths)  # forget the padding
            logits = logits[rows, lengths - 1]  # (B, V)
        else:
            logits, _ = model(text[rows, lengths - 1][:, None], cache=cache)  # (B, 1, V)
            logits = logits[:, 0]  # (B, V)
        logits = logits / temperature
        if top_k is not None:
            floor = logits.topk(min(top_k, logits.size(-1))).values[:, -1:]  # (B, 1)
            logits = logits.masked_fill(logits < floor, -float("inf"))
        if sample:
            new = torch.multinomial(F.softmax(logits, dim=-1), num_samples=1)[:, 0]  # (B,)
        else:
            new = logits.argmax(dim=-1)  # (B,)
        text[rows, lengths] = new
        lengths += 1
        stopped |= new == stop if stop is not None else False
        if stopped.all():
            text = text[:, : t + step + 1]
            break
    model.train(was_training)
    return text


def predict_places(
    model,
    dataset,
    questions,
    path="the evaluation file",
    batch_size=BATCH_QUESTIONS,
    ranks=ALONE,
):
    """The model's `answers`, each on one line: a line break becomes a space."""
    found = answers(model, dataset, questions, path, batch_size, ranks)
    return [answer.replace("\n", " ") for answer in found]


def answers(model, dataset, questions, path, batch_size=BATCH_QUESTIONS, ranks=ALONE):
    """The model's answer to each question: a list of strings, in order.

    The text that greedy decoding gives between the first ⁇, which ends the question, and the
    second; all 32 characters if there is no second. `dataset` gives the vocabulary; `path` is named
    in errors.
    """
    prompts = []
    for line, question in enumerate(questions, start=1):
        ids = [*encode(question, dataset.stoi, f"{path}, line {line}"), MASK]
        if len(ids) > model.context:
            raise InputError(
                f"{path}, line {line}: expected a question of at most {model.context - 1}"
                f" characters, got {len(ids) - 1}; shorten it"
            )
        prompts.append(ids)
    return complete(model, dataset, prompts, batch_size, ranks)


def complete(model, dataset, prompts, batch_size=BATCH_QUESTIONS, ranks=ALONE):
    """What greedy decoding adds to each of the prompts, lists of ids, before the next ⁇.

    Prompts of similar length run as one batch. The batches are dealt out to the ranks, and all of
    them get all answers.
    """
    device = next(model.parameters()).device
    found = {}
    by_length = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    batches = [by_length[at : at + batch_size] for at in range(0, len(prompts), batch_size)]
    own = ranks.own(batches)
    with tqdm(total=sum(map(len, own)), desc="questions", disable=None) as bar:
        for batch in own:
            lengths = torch.tensor([len(prompts[i]) for i in batch])
            x = pad_sequence([torch.tensor(prompts[i]) for i in batch], batch_first=True)  # (B, t)
            text = sample(
                model, x.to(device), ANSWER_CHARS, lengths=lengths.to(device), stop=MASK
            ).tolist()
            for i, length, row in zip(batch, lengths.tolist(), text, strict=True):
                new = "".join(dataset.itos[id] for id in row[length : length + ANSWER_CHARS])
                found[i] = new.split(MASK_CHAR)[0]
            bar.update(len(batch))
    for others in ranks.everyones(found):
        found |= others
    return [found[i] for i in range(len(prompts))]


def evaluate_places(filepath, predicted_places):
    """Compare predictions with a TSV's places: (total, correct) as floats, (0, 0) without places.

    A prediction is correct if it equals the place to the letter, in whichever Unicode form.
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
    pairs = zip(places, predicted_places, strict=True)
    correct = sum(composed(place) == composed(found) for place, found in pairs)
    return float(len(places)), float(correct)


def score_line(total, correct):
    """The assignment's line for an accuracy."""
    return f"Correct: {correct} out of {total}: {100 * correct / total:.1f}%"

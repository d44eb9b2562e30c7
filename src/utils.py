"""Around the model: seeds, decoding, and the score of predictions."""

import os
import random
from collections.abc import Iterable, Mapping, Set
from contextlib import closing, contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence

from data.text import ANSWER_CHARS, MASK, MASK_CHAR, composed, encode, parse_questions
from recipes import BATCH_QUESTIONS
from support.bars import DELAY, Bar
from support.errors import InputError
from support.files import read_text
from support.ranks import ALONE
from support.threads import side_by_side
from support.values import real, refused, whole


def set_seed(seed):
    """Seed Python's, numpy's and torch's generators, on every device; `seed` is below 2³²."""
    seed = whole("seed", seed, 0, 2**32 - 1)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


# ---------------------------------------------------------------------------------------- decoding


@torch.no_grad()
def sample(
    model, x, steps, temperature=1.0, sample=False, top_k=None, lengths=None, stop=None, never=()
):
    """Extend x (B, t) by `steps` tokens: (B, t + steps), without dropout.

    Greedy, or drawn from softmax(logits / temperature) if `sample`, limited to the `top_k`
    likeliest tokens if given. Temperature 0 is greedy too. Never a token of `never`. Rows of x may
    end in padding: `lengths` (B,) says how many of their tokens count, and the new ones follow
    those. Ends early once every row has produced the token `stop`. Past the model's context a row's
    last tokens that fit are its input, as in the assignment.

    `model` is a GPT, or any causal model with get_block_size() and forward(x) -> (logits, …).
    """
    decoder, context = decoder_of(model)
    x, lengths = check_prompts(x, lengths)
    steps = whole("steps", steps, 0)
    temperature = real("temperature", temperature, 0)
    top_k = top_k if top_k is None else whole("top_k", top_k, 1)
    with evaluating(model):
        text = F.pad(x, (0, steps))  # (B, t + steps)
        rows = torch.arange(len(x), device=x.device)
        stopped = torch.zeros(len(x), dtype=torch.bool, device=x.device)
        for step, logits in enumerate(next_logits(decoder, context, text, lengths, steps)):
            logits[:, list(never)] = -float("inf")
            new = pick(logits, temperature if sample else 0.0, top_k)  # (B,)
            text[rows, lengths] = new
            lengths += 1
            stopped |= new == stop if stop is not None else False
            if stopped.all():
                return text[:, : x.size(1) + step + 1]
        return text


@contextmanager
def evaluating(model):
    """Without dropout in the block; afterwards each module is as it was."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in training:
            module.training = True


def next_logits(model, context, text, lengths, steps):
    """Yield `steps` times the logits (B, V) of what follows each row's first `lengths` tokens.

    Between two of them the caller writes a token behind each row, and counts it in `lengths`.
    """
    rows = torch.arange(len(text), device=text.device)
    first, shared, cache = int(lengths.max()), shared_beginning(text, lengths), None
    if hasattr(model, "new_cache") and first <= context:
        room = min(context, first + steps - 1)
        cache = model.new_cache(len(text), room, text[0, :shared])
    for longest in range(first, first + steps):
        if cache is None or longest > context:  # the window moves: nothing that was kept is of use
            start = (lengths - context).clamp(min=0)  # (B,)
            at = torch.arange(min(longest, context), device=text.device)
            logits = model(text.gather(1, start[:, None] + at))[0]  # (B, min(longest, context), V)
            yield logits[rows, lengths - start - 1]  # (B, V)
        elif longest == first:
            logits = model(text[:, shared:longest], cache=cache)[0]  # (B, longest - shared, V)
            cache[0].lengths.copy_(lengths)  # forget the padding
            yield logits[rows, lengths - shared - 1]  # (B, V)
        else:
            yield model(text[rows, lengths - 1][:, None], cache=cache)[0][:, 0]  # (B, V)


def shared_beginning(text, lengths):
    """How many first tokens all rows of text (B, t) share, without the last of `lengths` (B,).

    0 if there is only one row: nothing is computed twice.
    """
    if len(text) == 1:
        return 0
    same = (text == text[0]).all(0)  # (t,)
    return int(same[: int(lengths.min()) - 1].cumprod(0).sum())


def pick(logits, temperature, top_k):
    """A token (B,) for each row of logits (B, V): the likeliest if temperature is 0, else drawn."""
    if temperature == 0:
        return logits.argmax(dim=-1)  # (B,)
    if top_k is not None:
        floor = logits.topk(min(top_k, logits.size(-1))).values[:, -1:]  # (B, 1)
        logits = logits.masked_fill(logits < floor, -float("inf"))
    logits = logits / max(temperature, 1e-30)  # a smaller one would make them infinite
    probabilities = F.softmax(logits, dim=-1)  # (B, V)
    return torch.multinomial(probabilities, num_samples=1)[:, 0]  # (B,)


def decoder_of(model):
    """(the module to decode with, the longest input it takes) of a model, wrapped or not."""
    while not hasattr(model, "get_block_size") and isinstance(
        getattr(model, "module", None), torch.nn.Module
    ):
        model = model.module  # of DataParallel and its like
    if hasattr(model, "context"):  # a GPT's, one less than the block for the synthesizer
        return model, model.context
    if hasattr(model, "get_block_size"):
        return model, model.get_block_size()
    raise refused("model", "a model with get_block_size()", type(model).__name__)


def check_prompts(x, lengths):
    """x (B, t) and lengths (B,) as int64, once they are known to be usable; lengths are copied."""
    whole_numbers = torch.is_tensor(x) and not x.is_floating_point() and x.dtype != torch.bool
    if not whole_numbers or x.is_complex() or x.ndim != 2 or 0 in x.shape:
        got = f"{x.dtype} {tuple(x.shape)}" if torch.is_tensor(x) else type(x).__name__
        raise refused("x", "a tensor of ids (B, t), with one row and one position or more", got)
    B, t = x.shape
    given = lengths.tolist() if torch.is_tensor(lengths) else lengths
    try:
        lengths = [whole("", n, 1, t) for n in ([t] * B if given is None else given)]
    except (TypeError, InputError):  # TypeError: not iterable
        lengths = ()
    if len(lengths) != B:
        raise refused("lengths", f"{B} whole numbers from 1 to {t}", given)
    return x.long(), torch.tensor(lengths, device=x.device)


def predict_places(
    model,
    dataset,
    questions,
    path="the evaluation file",
    batch_size=BATCH_QUESTIONS,
    ranks=ALONE,
):
    """The model's answer to each question: a list of strings, in order.

    The text that greedy decoding gives between the first ⁇, which ends the question, and the
    second; all 32 characters if there is no second. Line breaks become spaces. `dataset` gives the
    vocabulary; `path` is named in errors.
    """
    prompts = prompts_of(model, dataset, questions, path)
    answers = complete(model, dataset, prompts, batch_size, ranks)
    return [answer.replace("\n", " ").replace("\r", " ") for answer in answers]


def prompts_of(model, dataset, questions, path):
    """The ids of each question and of the ⁇ that ends it, as lists."""
    context = decoder_of(model)[1]
    prompts = []
    for line, question in enumerate(one_liners("questions", questions), start=1):
        ids = [*encode(question, dataset.stoi, f"{path}, line {line}"), MASK]
        if len(ids) > context:
            raise InputError(
                f"{path}, line {line}: expected a question of at most {context - 1}"
                f" characters, got {len(ids) - 1}; shorten it"
            )
        prompts.append(ids)
    return prompts


def complete(model, dataset, prompts, batch_size=BATCH_QUESTIONS, ranks=ALONE):
    """What greedy decoding adds to each of the prompts, lists of ids, before the next ⁇.

    Prompts of similar length run as one batch. The batches are dealt out to the ranks, and all of
    them get all answers. On a CPU each batch runs in a thread of its own: forward must change
    nothing in the model.
    """
    batch_size = whole("batch_size", batch_size, 1)
    device = next(model.parameters()).device
    by_length = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    batches = [by_length[at : at + batch_size] for at in range(0, len(prompts), batch_size)]
    own = ranks.own(batches)

    def decode(batch):
        lengths = torch.tensor([len(prompts[i]) for i in batch])  # (B,)
        x = pad_sequence([torch.tensor(prompts[i]) for i in batch], batch_first=True)  # (B, t)
        text = sample(model, x.to(device), ANSWER_CHARS, lengths=lengths.to(device), stop=MASK)
        rows = zip(lengths.tolist(), text.tolist(), strict=True)
        return [row[length : length + ANSWER_CHARS] for length, row in rows]

    found = {}
    decoded = side_by_side(decode, own) if device.type == "cpu" else (decode(b) for b in own)
    bar = Bar(sum(map(len, own)), "questions", delay=DELAY)
    with closing(bar), evaluating(model), closing(decoded):
        for batch, texts in zip(own, decoded, strict=True):
            for i, ids in zip(batch, texts, strict=True):
                found[i] = "".join(dataset.itos[id] for id in ids).split(MASK_CHAR)[0]
            bar.show(len(found))
    for others in ranks.everyones(found):
        found |= others
    return [found[i] for i in range(len(prompts))]


def evaluate_places(filepath, predicted_places):
    """Compare predictions with a TSV's places: (total, correct) as floats, (0, 0) without places.

    A prediction is correct if it equals the place to the letter, in whichever Unicode form.
    """
    if not isinstance(filepath, str | os.PathLike):
        raise refused("filepath", "a path", filepath)
    rows = parse_questions(read_text(filepath), filepath)
    places = [place for _, place in rows]
    if None in places:
        print("No gold birth places provided; returning (0,0)")
        return 0.0, 0.0
    predicted_places = one_liners("predicted_places", predicted_places)
    if len(places) != len(predicted_places):
        raise InputError(
            f"{filepath}: expected one prediction for each of its {len(places)} rows, got"
            f" {len(predicted_places)}; predict for the same file"
        )
    pairs = zip(places, predicted_places, strict=True)
    correct = sum(composed(place) == composed(found) for place, found in pairs)
    return float(len(places)), float(correct)


def one_liners(name, texts):
    """A list of texts without line breaks; anything else is an InputError that starts with name."""
    if not isinstance(texts, Iterable) or isinstance(texts, str | bytes | Mapping | Set):
        raise refused(name, "a list of texts", texts)
    try:
        texts = list(texts)
    except TypeError:  # an array without dimensions
        raise refused(name, "a list of texts", texts) from None
    for number, text in enumerate(texts):
        if not isinstance(text, str) or "\n" in text or "\r" in text:
            raise refused(f"{name}[{number}]", "a text without a line break", text)
    return texts


def score_line(total, correct):
    """The assignment's line for an accuracy."""
    return f"Correct: {correct} out of {total}: {100 * correct / total:.1f}%"

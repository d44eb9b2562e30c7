"""Whose letters decide: what another person's states do to an answer, by place and layer."""

from collections import defaultdict

from analysis import scores
from analysis.inside import interchange
from analysis.people import prompt_of

PAIRS = 80  # of people, at most


def exchange(known, model, corpus):
    """Shares of the change to a donor's answer that its states bring, by place and layer.

    A share is the sum over pairs of p(after) - p(before), over that of p(donor) - p(before), of the
    letter with which the donor's answer begins. Pairs are right answers to questions of one length.
    """
    pairs = donors(known)
    if len(pairs) < 5:
        return None
    ids = [[prompt_of(row.question, corpus) for row in side] for side in zip(*pairs, strict=True)]
    letters = [corpus.stoi[donor.answer[0]] for _, donor in pairs]
    spans = {name: [where(row) for row, _ in pairs] for name, where in SPANS.items()}
    before, after, own = interchange(model, *ids, spans, letters)
    table = []
    for name, layers in after.items():
        sample = [(values.numpy(), before.numpy(), own.numpy()) for values in layers]
        table.append(
            {
                "states of": name,
                "layers": [float(share(*parts)) for parts in sample],
                "intervals": [scores.interval(share, *parts, vectorized=True) for parts in sample],
            }
        )
    everything = {"everything": [SPANS["everything"](donor) for _, donor in pairs]}
    own, unchanged, _ = interchange(model, ids[1], ids[1], everything, letters)
    return {
        "pairs": len(pairs),
        "table": table,
        "with oneself": float((unchanged["everything"] - own).abs().max()),
    }


def share(after, before, own, axis=0):
    return (after - before).sum(axis) / (own - before).sum(axis)


def donors(known):
    """[(row, another of the same length, whose answer begins otherwise)], PAIRS at most."""
    by_length = defaultdict(list)
    for row in known:
        by_length[len(row.question)].append(row)
    pairs = []
    for group in by_length.values():
        for at, row in enumerate(group):
            others = group[at + 1 :] + group[:at]
            donor = next((o for o in others if o.answer[0] != row.answer[0]), None)
            if donor:
                pairs.append((row, donor))
    step = max(1, len(pairs) / PAIRS)
    return [pairs[int(at * step)] for at in range(min(PAIRS, len(pairs)))]


def name_span(row):
    start = row.question.find(row.name)
    return (start, start + len(row.name)) if start >= 0 else (0, len(row.question))


def last_name(row):
    start, end = name_span(row)
    return range(start + row.name.rfind(" ") + 1, end) if " " in row.name else range(start, end)


SPANS = {
    "first names": lambda row: range(name_span(row)[0], last_name(row).start),
    "last name": last_name,
    "last letter of the name": lambda row: range(name_span(row)[1] - 1, name_span(row)[1]),
    "the whole name": lambda row: range(*name_span(row)),
    "what follows the name": lambda row: range(name_span(row)[1], len(row.question)),
    "the \u2047": lambda row: range(len(row.question), len(row.question) + 1),
    "everything but the \u2047": lambda row: range(len(row.question)),
    "everything": lambda row: range(len(row.question) + 1),
}

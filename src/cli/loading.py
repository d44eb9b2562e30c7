"""From what a command names to what it needs: the model, the corpus, notes on the questions.

torch is imported inside the functions, after the arguments have been checked.
"""

import itertools
import os
import sys
from contextlib import suppress
from dataclasses import replace

import recipes
from cli.record import check_record, read_record
from support import machine
from support.errors import InputError
from support.files import read_text, sha256


def sized(source):
    """The ModelSource with the sizes that its parameter file has, if that is from elsewhere.

    A file without a record tells its sizes by its shapes. Sizes that the source has stay.
    """
    from support.parameters import sizes_in

    if source.parameters_path is None or read_record(source.parameters_path):
        return source
    found = recipes.unusual(sizes_in(source.parameters_path, recipes.HEAD_WIDTH))
    return replace(source, sizes={**found, **source.sizes})


def build(source, say=print):
    """The model and the corpus of a ModelSource. Parameters are read if it names some.

    `say` is told what was built, a line at a time.
    """
    machine.prepare_cpu()
    source = sized(source)
    if source.sizes != {"block_size": recipes.BLOCK_SIZE}:
        say("options: " + ", ".join(f"{name} {size}" for name, size in source.sizes.items()))

    import utils
    from data.kept import text_at
    from dataset import CharCorruptionDataset
    from model import GPT, GPTConfig
    from support.parameters import load_parameters

    machine.prepare_products()
    device = machine.pick_device(source.device)
    utils.set_seed(source.seed)
    corpus = CharCorruptionDataset(text_at(source.corpus_path), source.sizes["block_size"])
    say(corpus)
    first = list(itertools.islice(filter(None, corpus.data), 100))
    if first and all("\t" in line for line in first):
        print(
            f"note: {source.corpus_path}: its lines have tabs, as in a file of questions; the"
            " corpus is the text with the biographies",
            file=sys.stderr,
        )
    model_config = GPTConfig(
        corpus.vocab_size,
        **source.sizes,
        variant=source.variant,
        embd_pdrop=source.dropout,
        resid_pdrop=source.dropout,
        attn_pdrop=source.dropout,
    )
    try:
        model = GPT(model_config).to(device)
    except ValueError as error:  # sizes that an attention cannot have
        raise InputError(f"{error} (--n_embd, --n_head)") from None
    say(f"number of parameters: {model.num_parameters()}")
    if source.parameters_path is not None:
        vocabulary = "".join(corpus.itos.values())
        sizes = {**recipes.MODEL, **source.sizes}
        about = {"variant": source.variant, **sizes, "vocabulary": vocabulary}
        check_record(source.parameters_path, about, recipes.MODEL)
        load_parameters(model, source.parameters_path)
    return model, corpus


def print_notes(pairs, path, corpus, parameters_path=None):
    """Print what a user should know about the pairs of a file, on standard error.

    The record of parameters may name the questions that they were trained on.
    """
    from data.notes import note_on_seen, notes_on_pairs

    notes = list(notes_on_pairs(pairs, corpus.stoi))
    record = read_record(parameters_path) if parameters_path else {}
    if record.get("function") == "pretrain" and not record.get("finetune_corpus"):
        notes.append(f"{parameters_path} was trained on no questions: finetune it first")
    trained, known = trained_on(parameters_path)
    if known:
        notes.append(note_on_seen(pairs, known, trained))
    for note in filter(None, notes):
        print(f"note: {path}: {note}", file=sys.stderr)


def trained_on(parameters_path):
    """(path, pairs) of the questions that parameters were trained on, by the record of the
    parameters; (None, []) if it names none, or they cannot be read or are others by now.

    A relative path is looked for in the working directory and beside the parameters.
    """
    from data.text import parse_questions

    record = read_record(parameters_path) if parameters_path else {}
    named = record.get("finetune_corpus")
    if not isinstance(named, str):
        return None, []
    for path in (named, os.path.join(os.path.dirname(parameters_path), named)):
        with suppress(OSError, InputError):
            if os.path.isfile(path) and sha256(path) == record.get("finetune_corpus_sha256"):
                return path, parse_questions(read_text(path), path)
    return None, []

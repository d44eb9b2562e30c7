"""The description of a run: what the command line asked for, resolved once, and frozen.

arguments.py makes these objects of the command line. The code that trains and evaluates reads them
alone. The checkpoint's identity and the printed command come from them too.
"""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass, replace

import recipes
from support import torchrun
from support.files import sha256

# settings that change the parameters only by rounding or by other dropout masks
CHANGES_NOTHING = ("ckpt_path", "num_workers", "compile", "writer")


@dataclass(frozen=True)
class ModelSource:
    """What a model is built from, and the corpus that it belongs to."""

    variant: str
    corpus_path: str  # the vocabulary comes from this file
    parameters_path: str | None  # parameters to read; None: the model starts untrained
    sizes: dict[str, int]  # block_size and others: fields of GPTConfig
    dropout: float = 0.0  # used in training alone
    seed: int = recipes.SEED
    device: str = "auto"  # as on the command line


@dataclass(frozen=True)
class RunConfig:
    """One run of pretrain, finetune or evaluate. Paths that the function does not use are None."""

    function: str
    source: ModelSource
    recipe_name: str
    recipe: recipes.Recipe

    writing_params_path: str | None
    finetune_corpus_path: str | None
    eval_corpus_path: str | None
    outputs_path: str | None

    # the user's own numbers; None: the recipe's
    epochs: int | None
    budget: float | None  # PFLOP
    max_steps: int | None
    batch_size: int | None  # examples a step, or questions decoded together
    learning_rate: float | None  # the peak, by whichever flag

    tb_expt_name: str | None  # of the log for TensorBoard
    num_workers: int
    precision: str  # as on the command line
    compile: bool
    resume: bool
    checkpoint_every: int | None  # epochs
    keep_checkpoint: bool
    argv: tuple[str, ...]  # the arguments as they were given

    def command(self, resume=None):
        """The command line of this run, to paste into a shell.

        With resume=True it has --resume, with resume=False it has not. None leaves it as given.
        """
        argv = [word for word in self.argv if word != "--resume" or resume is not False]
        if resume and "--resume" not in argv:
            argv.append("--resume")
        python = "python" if shutil.which("python") == sys.executable else sys.executable
        script = sys.argv[0] if sys.argv[0].endswith("run.py") else os.path.join("src", "run.py")
        words = [*torchrun.command(python), script, *argv]
        return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)

    def identity(self, settings, corpus):
        """Everything that the trained parameters depend on, by name; `settings` are the Trainer's.

        The most telling names come first, because a checkpoint of another run is refused by the
        first one that differs.
        """
        source, settings = self.source, asdict(replace(settings, writer=None))
        return {
            "function": self.function,
            "variant": source.variant,
            **recipes.unusual(source.sizes),
            "recipe": self.recipe_name,
            "seed": settings.pop("seed"),
            "corpus_sha256": sha256(source.corpus_path),
            "finetune_corpus_sha256": sha256(self.finetune_corpus_path),
            "reading_params_sha256": sha256(source.parameters_path),
            **{name: value for name, value in settings.items() if name not in CHANGES_NOTHING},
            "dropout": source.dropout,
            "objective": self.recipe.objective and asdict(self.recipe.objective),
            "vocabulary": "".join(corpus.itos.values()),
        }

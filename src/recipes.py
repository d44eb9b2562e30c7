"""Every hyperparameter, once, with its reason. Imports no torch.

The attention variants and their options come from the table in layers/variants.py.
"""

from dataclasses import dataclass, replace

from layers import variants

# {variant: names of its options} and {option: its default, least value and help}
VARIANTS = {name: variant.options for name, variant in variants.TABLE.items()}
OPTIONS = {
    name: replace(option, summary=f"{' and '.join(variants.readers(name))}: {option.summary}")
    for name, option in variants.OPTIONS.items()
}

BLOCK_SIZE = 128  # characters of context (--block_size); parameter files depend on it
MODEL = {"n_layer": 4, "n_embd": 256, "n_head": 8}  # the assignment's model (--n_layer, …)
HEAD_WIDTH = MODEL["n_embd"] // MODEL["n_head"]  # n_head follows n_embd by it, if not given
BATCH_QUESTIONS = 128  # decoded together in evaluation (--batch_size)
FLOP_PER_TOKEN = 20.8e6  # of training the assignment's model (flop_per_token)
SEED = 224  # of initial parameters, spans and dropout (--seed)

CHECKPOINT_SECONDS = 300.0  # between checkpoints: a power cut costs at most this much work
CHECKPOINT_SHARE = 0.01  # of the run's time, at most, for checkpoints: a slow disk gets fewer


def unusual(sizes):
    """The sizes without those of MODEL that are the assignment's; what MODEL lacks stays."""
    return {name: size for name, size in sizes.items() if size != MODEL.get(name)}


def flop_per_token(n_layer=MODEL["n_layer"], n_embd=MODEL["n_embd"]):
    """Operations of training a model for one real token.

    6 for each weight of a product, by convention, and 12 n_embd for each layer and position that
    attention reads; with 256 characters and 128 positions, in proportion to the assignment's model.
    """

    def count(layers, width):
        return 6 * (12 * layers * width**2 + 256 * width) + 12 * layers * width * BLOCK_SIZE

    own = count(MODEL["n_layer"], MODEL["n_embd"])
    return FLOP_PER_TOKEN * count(n_layer, n_embd) / own


@dataclass(frozen=True)
class TrainingPlan:
    """One training run of a recipe."""

    max_epochs: int | None  # passes over the training file; None: as many as the budget allows
    batch_size: int  # examples an optimizer step
    learning_rate: float  # the schedule's peak
    budget: float | None = None  # PFLOP of real tokens
    muon_rate: float | None = None  # peak of Muon on the blocks' matrices; None: AdamW alone


@dataclass(frozen=True)
class FactWindowConfig:
    """What data.windows.FactWindows makes of the text, instead of span corruption."""

    phrases: str  # which are learnt, by a rule that FactWindows describes
    questions: float  # share of examples that are training questions; 0: the text alone is seen
    before: int = 2  # words between title and phrase, at most
    after: int = 2  # words behind the phrase, at most


@dataclass(frozen=True)
class Recipe:
    """Hyperparameters of pretraining and of both kinds of finetuning."""

    summary: str  # for --help
    pretrain: TrainingPlan
    finetune: TrainingPlan  # starting from pretrained parameters
    scratch: TrainingPlan  # finetuning without pretraining
    dropout: float  # on embeddings, attention weights and residual branches
    betas: tuple[float, float] = (0.9, 0.95)  # AdamW's averaging of gradient and its square
    weight_decay: float = 0.1  # AdamW's, on everything whose name does not end in "bias"
    grad_norm_clip: float = 1.0  # the gradient's norm over all parameters is cut to this
    objective: FactWindowConfig | None = None  # of pretraining; None: span corruption
    decay_share: float | None = None  # of the steps, over which the rate falls in a line to 0;
    #                                   None: it follows the assignment's cosine
    warmup_share: float = 0.0  # of the steps, over which it rises to the line
    warmup_tokens: int = 0  # padded tokens over which it rises to the cosine
    decay_epochs: int | None = None  # passes over the pretraining file in which the cosine falls

    def __post_init__(self):
        if (self.decay_share is None) == (self.decay_epochs is None):
            raise ValueError(
                "Recipe: expected decay_share or decay_epochs, one of the two, got"
                f" {self.decay_share} and {self.decay_epochs}; set one"
            )

    def final_tokens(self, n_pretrain, block_size=BLOCK_SIZE):
        """Padded tokens after which the cosine has fallen to its floor.

        `n_pretrain` is the examples of the pretraining file. The handout counts an example as
        block_size tokens here, and as block_size - 1 in training. 0 where there is no cosine.
        """
        return (self.decay_epochs or 0) * n_pretrain * block_size

    def trainer_settings(self, plan, n_pretrain, block_size=BLOCK_SIZE):
        """The fields of a TrainerConfig that follow from this recipe and one of its plans."""
        return dict(
            max_epochs=plan.max_epochs,
            batch_size=plan.batch_size,
            learning_rate=plan.learning_rate,
            betas=self.betas,
            grad_norm_clip=self.grad_norm_clip,
            weight_decay=self.weight_decay,
            lr_decay=True,
            warmup_tokens=self.warmup_tokens,
            final_tokens=self.final_tokens(n_pretrain, block_size),
            warmup_share=self.warmup_share,
            decay_share=self.decay_share,
            muon_rate=plan.muon_rate,
        )


RECIPES = {
    # The assignment's own numbers, to be left alone: they are the reference. The cosine falls over
    # 200 epochs and is not clamped, so in 650 epochs the rate comes back to its peak at epoch 403
    # and falls again. Public solutions report 11-28% (vanilla), 4-13% (synthesizer) on the
    # course's dev set.
    "handout": Recipe(
        summary="the assignment's hyperparameters: 650 epochs of pretraining, hours on a CPU",
        pretrain=TrainingPlan(max_epochs=650, batch_size=128, learning_rate=6e-3),
        finetune=TrainingPlan(max_epochs=10, batch_size=256, learning_rate=6e-4),
        scratch=TrainingPlan(max_epochs=75, batch_size=256, learning_rate=6e-4),
        dropout=0.1,
        warmup_tokens=512 * 20,
        decay_epochs=200,
    ),
    # Found by trial on training pairs: docs/recipes.md says what each ingredient does and what the
    # recipes reach, docs/log.md what was tried. With its finetuning fast does 0.2 PFLOP.
    "fast": Recipe(
        summary="the assignment's order and files, learnt from fact windows",
        pretrain=TrainingPlan(
            max_epochs=None, batch_size=96, learning_rate=3e-3, budget=0.19, muon_rate=0.02
        ),
        finetune=TrainingPlan(max_epochs=3, batch_size=32, learning_rate=3e-4),
        scratch=TrainingPlan(max_epochs=20, batch_size=128, learning_rate=1e-3),
        dropout=0.0,
        weight_decay=0.0,
        objective=FactWindowConfig(phrases="place-like", questions=0.0),
        warmup_share=0.04,
        decay_share=0.95,
    ),
}
MIXED = replace(
    RECIPES["fast"],
    summary="as fast, with the training questions mixed into pretraining",
    pretrain=TrainingPlan(
        max_epochs=None, batch_size=96, learning_rate=3e-3, budget=0.2, muon_rate=0.02
    ),
    objective=FactWindowConfig(phrases="answers", questions=0.25),
)
RECIPES["mixed"] = MIXED
RECIPES["distant"] = replace(
    MIXED,
    summary="as mixed, but a classifier, taught by the training answers, chooses the phrase of each"
    " line that is read",
    objective=FactWindowConfig(phrases="likeliest", questions=0.25),
)

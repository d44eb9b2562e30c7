"""Correctness and speed of training on a GPU: one command, some minutes, a summary to send along.

    python bench/gpu_check.py                        # with the GPU that torch finds
    python bench/gpu_check.py --device cpu --quick   # the same steps on a CPU, to try the script

Checked: examples drawn on the device are the CPU's; steps on a CPU, uncaptured steps and captured
steps agree; dropout in attention is 0.1, in the backward pass too; a stopped run continues; Ctrl-C
ends a run with a checkpoint. Measured: milliseconds a step of each recipe and variant. The summary
goes to gpu_check.txt, or to --out. The exit code is 1 if a check fails.
"""

import argparse
import io
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import torch
import torch.nn.functional as F

import recipes
from data.windows import FactWindows
from dataset import CharCorruptionDataset, NameDataset
from model import GPT, GPTConfig
from support.errors import Parser
from support.files import read_text
from trainer import Trainer, TrainerConfig
from training.gpu import GpuSteps

KINDS = ("handout", "finetune", "fast", "mixed")
SMALL = dict(n_layer=2, n_head=4, n_embd=64)
# Relative: of the first loss, and of all 30 (AdamW makes steps of the rounding of tiny gradients).
CLOSE = {torch.float64: (1e-9, 1e-3), torch.float32: (2e-5, 5e-2)}


class Summary:
    """Lines of results, printed and kept."""

    def __init__(self):
        self.lines, self.failed = [], 0

    def say(self, line):
        print(line, flush=True)
        self.lines.append(line)

    def check(self, name, holds, facts=""):
        self.failed += not holds
        self.say(f"{'ok  ' if holds else 'FAIL'} {name}  {facts}".rstrip())

    def run(self, check, *args):
        """One check; an exception in it is its failure, and the next check goes on."""
        try:
            check(self, *args)
        except Exception:
            words = " ".join(str(a) for a in args if isinstance(a, str | torch.dtype))
            self.check(f"{check.__name__} {words}", False, traceback.format_exc(limit=-3))


def world(documents=None):
    """The bundled corpus and training pairs; or the first documents, and pairs that fit them."""
    text = read_text(ROOT / "wiki.txt")
    rows = read_text(ROOT / "birth_places_train.tsv").splitlines()
    if documents is not None:
        text = "\n".join(text.split("\n")[:documents] + ["Where was it born?"])
        rows = [row for row in rows if set(row) - {"\t"} <= set(text)]
        rows = [row for row in rows if row.split("\t")[1] in text][:41]
    corpus = CharCorruptionDataset(text, 128)
    return corpus, NameDataset(corpus, "\n".join(rows))


def trainer(kind, data, device, variant="vanilla", dtype=torch.float32, captured=None, **changes):
    """A Trainer of the recipe, as run.py makes it; captured False or True: by GpuSteps."""
    corpus, names = data
    recipe = recipes.RECIPES["handout" if kind == "finetune" else kind]
    plan = recipe.finetune if kind == "finetune" else recipe.pretrain
    dataset = {"handout": corpus, "finetune": names}.get(kind)
    if dataset is None:
        questions = names if recipe.objective.questions else None
        dataset = FactWindows(corpus, recipe.objective, questions)
    sizes = changes.pop("sizes", {})
    dropout = changes.pop("dropout", recipe.dropout)
    drop = dict.fromkeys(("embd_pdrop", "resid_pdrop", "attn_pdrop"), dropout)
    settings = recipe.trainer_settings(plan, len(corpus)) | {"max_epochs": 650}
    torch.manual_seed(3)
    model = GPT(GPTConfig(corpus.vocab_size, 128, variant=variant, **drop, **sizes))
    config = TrainerConfig(**{**settings, **changes})
    run = Trainer(model.to(device, dtype), dataset, None, config)
    if captured is not None:
        run.on_gpu, run.loss_alone = True, False
    run.captured = captured
    return run


def train(run, until=None):
    """Run the steps that are left, or `until` so many are done."""
    if run.captured is None:
        return run.train()
    steps = GpuSteps(run)
    steps.captures &= run.captured
    with steps.stream():
        for _ in steps:
            if until is not None and len(run.losses) >= until:
                break
    assert steps.captures == captures(run), "capturing failed: the steps ran uncaptured"


def captures(run):
    """Whether graphs are to take the steps."""
    return run.captured and run.device.type == "cuda"


def farthest(a, b):
    return max(abs(x - y) / abs(x) for x, y in zip(a.losses, b.losses, strict=True))


def drawn_alike(summary, kind, data, device):
    dataset = trainer(kind, data, "cpu").train_dataset
    indices, equal = torch.arange(len(dataset)), True
    for epoch in (0, 649):
        epoch_there = torch.tensor(epoch, device=device)
        made = dataset.to(device).padded_batch(indices.to(device), 224, epoch_there)
        want = dataset.padded_batch(indices, 224, epoch)
        equal &= all(torch.equal(a.cpu(), b) for a, b in zip(made, want, strict=True))
    summary.check(f"examples of {kind} are the CPU's", equal, f"{len(dataset)} examples, 2 epochs")


def agree(summary, kind, variant, dtype, data, device):
    how = dict(variant=variant, dtype=dtype, sizes=SMALL, dropout=0.0, batch_size=24, max_steps=30)
    runs = [trainer(kind, data, "cpu", **how)]
    runs += [trainer(kind, data, device, captured=c, **how) for c in (False, True)]
    for run in runs:
        train(run)
    first, all_of = CLOSE[dtype]
    start = abs(runs[0].losses[0] - runs[2].losses[0]) / runs[0].losses[0]
    a, b = farthest(runs[0], runs[1]), farthest(runs[1], runs[2])
    facts = f"uncaptured and CPU {a:.0e}, captured and uncaptured {b:.0e}"
    holds = start < first and max(a, b) < all_of
    summary.check(f"{kind} {variant} {str(dtype)[6:]}", holds, facts)


def agree_in_bf16(summary, kind, variant, data, device):
    """Full size, with dropout: the two ways of taking a step draw the same masks."""
    how = dict(variant=variant, max_steps=30, precision="bf16")
    runs = [trainer(kind, data, device, captured=c, **how) for c in (False, True)]
    for run in runs:
        train(run)
    far = farthest(*runs)
    finite = len(runs[1].losses) == 30
    facts = f"captured and uncaptured {far:.0e}, last loss {runs[1].losses[-1]:.3f}"
    summary.check(f"{kind} {variant} bfloat16, full size", finite and far < 5e-2, facts)


def attention_drops(summary, dtype, device):
    """With equal weights and values I, the output is the dropped weights; so is the gradient."""
    t = 32  # positions, and the width of a head
    zero = torch.zeros(64, 8, t, t, dtype=dtype, device=device)
    one = torch.eye(t, dtype=dtype, device=device).expand_as(zero).contiguous()
    value = one.clone().requires_grad_()
    y = F.scaled_dot_product_attention(zero, zero, value, None, 0.1, is_causal=True)
    (gradient,) = torch.autograd.grad(y, value, one)
    last = y[:, :, -1]  # reads all positions
    rate = (last == 0).float().mean().item()
    same = torch.equal(y != 0, gradient.mT != 0)
    facts = f"dropped {rate:.4f} of {last.numel()}; the backward pass drops the same: {same}"
    sigma = (0.09 / last.numel()) ** 0.5
    summary.check(
        f"dropout 0.1 in attention, {str(dtype)[6:]}", same and abs(rate - 0.1) < 4 * sigma, facts
    )


def resumes(summary, kind, variant, precision, data, device):
    how = dict(variant=variant, sizes=SMALL, precision=precision, batch_size=24, max_steps=40)
    whole = trainer(kind, data, device, captured=True, **how)
    train(whole)
    first = trainer(kind, data, device, captured=True, **how)  # seeds the generators again
    train(first, until=1)
    second = trainer(kind, data, device, captured=True, **how)
    file = io.BytesIO()
    torch.save(first.state(), file)
    file.seek(0)
    second.restore(torch.load(file, map_location="cpu", weights_only=True))
    train(second)
    far = farthest(whole, second)
    facts = f"after {len(first.losses)} of 40 steps; losses differ by {far:.0e}"
    summary.check(f"resumed {kind} {variant} {precision}", far < 1e-3, facts)


def ctrl_c(summary, device):
    """run.py in a process of its own, stopped after a second of steps, and resumed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.params")
        words = f"pretrain vanilla {ROOT / 'wiki.txt'} --epochs 500 --batch_size 512".split()
        argv = [sys.executable, ROOT / "src/run.py", *words, "--device", device.type]
        argv += ["--writing_params_path", path]
        if device.type == "cpu":
            argv += ["--max_steps", "4"]
        log = Path(folder, "log")
        with open(log, "w") as file:
            process = subprocess.Popen(argv, stdout=file, stderr=file)
            while "steps of" not in log.read_text() and process.poll() is None:
                time.sleep(0.1)
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(120)
            finally:
                process.kill()
        again = subprocess.run([*argv, "--resume"], capture_output=True, text=True, timeout=300)
        held = code == 130 and again.returncode == 0 and path.exists()
        said = [line for line in log.read_text().splitlines() if "stopped" in line]
        summary.check("Ctrl-C and --resume", held, f"exit {code}; {''.join(said)[:60]}")


def speed(summary, kind, variant, precision, data, device, n):
    run = trainer(kind, data, device, variant, captured=True, precision=precision)
    steps, size = GpuSteps(run), run.config.batch_size

    def take(count):
        for _ in range(count):
            steps.begin_step(0, 0, 0)
            steps.slot.zero_()
            steps.run_step(size)

    with steps.stream():
        take(6)
        steps.results.cpu()  # waits
        started = time.perf_counter()
        take(n)
        steps.results.cpu()
        seconds = (time.perf_counter() - started) / n
    how = "captured" if steps.graphs else "uncaptured"
    assert steps.graphs or device.type != "cuda", "capturing failed: the steps ran uncaptured"
    summary.say(f"     {kind} {variant} {precision}, {how}: {1e3 * seconds:.2f} ms a step")


def main(argv=None):
    parser = Parser(
        prog="gpu_check.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--out", default="gpu_check.txt", metavar="PATH", help="of the summary")
    parser.add_argument("--quick", action="store_true", help="two variants, no speed")
    args = parser.parse_args(argv)
    if args.device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: expected a GPU with CUDA, got none; try --device cpu --quick")
    if not os.path.isdir(os.path.dirname(os.path.abspath(args.out))):
        parser.error(f"--out: expected an existing folder, got {args.out}; create it")
    device, summary = torch.device(args.device, *[0][: args.device == "cuda"]), Summary()
    card = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor()
    summary.say(f"torch {torch.__version__}, Python {platform.python_version()}, {card}")
    small, full = world(103), world()
    variants = ("vanilla", "synthesizer") if args.quick else tuple(recipes.VARIANTS)
    for kind in KINDS:
        summary.run(drawn_alike, kind, full, device)
    pairs = [(kind, "vanilla") for kind in KINDS] + [("handout", v) for v in variants[1:]]
    for kind, variant in pairs:
        for dtype in CLOSE:
            summary.run(agree, kind, variant, dtype, small, device)
    for kind, variant in pairs if device.type == "cuda" else ():
        summary.run(agree_in_bf16, kind, variant, full, device)
    for dtype in (torch.float32, torch.bfloat16):
        if device.type == "cuda":
            torch.backends.cuda.enable_cudnn_sdp(False)  # as GpuSteps does
        summary.run(attention_drops, dtype, device)
    precisions = ("fp32", "bf16") if device.type == "cuda" else ("fp32",)
    for kind, variant in (("handout", "vanilla"), ("mixed", "synthesizer")):
        for precision in precisions:
            summary.run(resumes, kind, variant, precision, small, device)
    summary.run(ctrl_c, device)
    for kind, variant in [] if args.quick else pairs:
        for precision in reversed(precisions):
            summary.run(speed, kind, variant, precision, full, device, 100)
    summary.say(f"{summary.failed} checks failed")
    Path(args.out).write_text("\n".join(summary.lines) + "\n", encoding="utf-8")
    print(f"Summary written to {args.out}")
    return int(summary.failed > 0)


if __name__ == "__main__":
    sys.exit(main())

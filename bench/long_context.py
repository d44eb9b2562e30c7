"""Speed and learning: what each attention costs at a length, and whether it finds a name far away.

    python bench/long_context.py                       # both; an hour or more on one core
    python bench/long_context.py cost --json cost.json --draw cost.png
    python bench/long_context.py retrieval --lengths 128 512 --variants vanilla performer

cost: one attention layer with its projections, one sequence, forward and backward without dropout;
each measurement in a process of its own, the variants in turn. retrieval: a small model reads a
name at position 0, noise, and a question at T - 1, and is to answer with the name; in training
there are questions between, too.
"""

import argparse
import json
import math
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

from cli.arguments import int_in_range, png_path
from fresh_process import (
    add_sections,
    check_device,
    check_sections,
    in_a_process,
    run_sections,
    show,
)
from pictures import draw_costs
from recipes import VARIANTS
from support.errors import Parser, one_line_errors
from support.machine import peak_mb, prepare_cpu

# The defaults of recipes.OPTIONS are for a block of 128. These are for thousands of positions: the
# published bigbird has blocks of 64 and 3 random ones, and a linformer's chunk grows with √(r T).
OPTIONS = {
    "linformer": dict(window=256, slots=16),
    "bigbird": dict(window=64, random_blocks=3),
    "perceiver": dict(bottleneck_dim=128),
}
LENGTHS = {
    "cost": [128, 256, 512, 1024, 2048, 4096, 8192, 16384],
    "retrieval": [128, 512, 2048],
}
FIT = (2048, 8192)  # the slope is fitted between these
SECONDS = 1.0  # a measurement repeats its step for about so long
NAMES, NOISE = 8, 32  # different ones in the retrieval task
STEPS, TOKENS, RATE = 400, 4096, 2e-3  # of its training: steps, tokens a step, AdamW's rate
ASKS = 16  # questions in a sequence of training, one of them at its end
ASKED = 256  # sequences that it is tested on


# --------------------------------------------------------------------- each in a process of its own


def measure_cost(variant, T, device):
    """Least seconds of a forward and backward pass, and peak MB with the layer and its input.

    The least, because what a shared machine adds is never negative, and the first passes pay for
    the pages of the memory that later ones use again.
    """
    import torch

    from attention import VARIANTS as CLASSES
    from model import GPTConfig

    cuda = torch.device(device).type == "cuda"
    torch.manual_seed(0)
    before = peak_mb(device)
    block = T + (variant == "synthesizer")  # whose context is a position shorter
    off = dict(embd_pdrop=0.0, resid_pdrop=0.0, attn_pdrop=0.0)
    config = GPTConfig(2, block, variant=variant, **off, **OPTIONS.get(variant, {}))
    layer = CLASSES[variant](config).to(device)
    x = torch.randn(1, T, config.n_embd, device=device, requires_grad=True)

    def step():
        start = time.perf_counter()
        layer(x).sum().backward()
        if cuda:
            torch.cuda.synchronize()
        return time.perf_counter() - start

    first = step()
    times = [step() for _ in range(max(4, min(40, round(SECONDS / first))))]
    return {"s": min(times), "MB": peak_mb(device) - before}


def measure_retrieval(variant, T, device):
    """The share of new sequences of T tokens whose name a small trained model gives back."""
    import torch

    from model import GPT, GPTConfig

    torch.manual_seed(0)
    # 0 pads, 1 asks, then the names, then the noise
    sizes = dict(vocab_size=2 + NAMES + NOISE, n_layer=2, n_head=4, n_embd=64)
    off = dict(embd_pdrop=0.0, resid_pdrop=0.0, attn_pdrop=0.0)
    block = T + (variant == "synthesizer")
    config = GPTConfig(
        **sizes, block_size=block, variant=variant, **off, **OPTIONS.get(variant, {})
    )
    model = GPT(config).to(device)

    def sequences(n, asks):
        idx = torch.randint(2 + NAMES, 2 + NAMES + NOISE, (n, T))
        idx[:, 0] = torch.randint(2, 2 + NAMES, (n,))
        at = torch.randint(1, T, (n, asks))
        at[:, -1] = T - 1
        idx.scatter_(1, at, 1)
        targets = torch.zeros_like(idx).scatter_(1, at, idx[:, :1].expand(n, asks))
        return idx.to(device), targets.to(device)

    batch = max(1, TOKENS // T)
    adamw = torch.optim.AdamW(model.parameters(), lr=RATE)
    start = time.perf_counter()
    for _ in range(STEPS):
        _, loss = model(*sequences(batch, ASKS))
        adamw.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adamw.step()
    model.eval()
    correct = 0
    with torch.no_grad():
        for at in range(0, ASKED, batch):
            idx, targets = sequences(min(batch, ASKED - at), asks=1)
            logits, _ = model(idx)
            correct += (logits[:, -1].argmax(-1) == targets[:, -1]).sum().item()
    return {"accuracy": correct / ASKED, "s": time.perf_counter() - start}


MEASURES = {"cost": measure_cost, "retrieval": measure_retrieval}


def measure(kind, args, **arguments):
    """The measurement's result from a fresh process; None if it wants more memory than allowed."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(args.threads)}
    arguments["device"] = args.device
    result, code, errors = in_a_process(
        __file__, kind, args.memory, arguments, environment=environment
    )
    if code > 0 and "memory" not in errors:  # else said by torch, or killed
        raise SystemExit(errors)
    return result


def work(kind, memory, arguments):
    """One measurement, within `memory` GB, so that a machine shared with others stays usable."""
    import resource  # which Windows lacks

    prepare_cpu()
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory * 2**30),) * 2)
    print(json.dumps(MEASURES[kind](**arguments)))


# ---------------------------------------------------------------------------------- the sections


def cost(args):
    """Rows (variant, T, ms, MB), then slopes and crossings."""
    rows, lacking = [], set()
    for T in args.lengths or LENGTHS["cost"]:
        for variant in args.variants:
            found = None
            if variant not in lacking:  # what lacked memory does so at all greater lengths
                found = measure("cost", args, variant=variant, T=T)
            row = {"variant": variant, "T": T, "ms": None, "MB": None}
            if found is None:
                lacking.add(variant)
            else:
                row |= {"ms": round(1e3 * found["s"], 2), "MB": round(found["MB"])}
            rows.append(row)
            show(row | ({"note": f"needs more than {args.memory} GB"} if found is None else {}))
    results = {"rows": rows, "slopes": {}, "crossings": {}}
    times = {
        v: {r["T"]: r["ms"] for r in rows if r["variant"] == v and r["ms"]} for v in args.variants
    }
    for variant, of in times.items():
        results["slopes"][variant] = slope({T: ms for T, ms in of.items() if FIT[0] <= T <= FIT[1]})
        if variant != "vanilla" and "vanilla" in times:
            results["crossings"][variant] = crossing(of, times["vanilla"])
    print(table(rows, results))
    if args.draw:
        draw_costs(times, results["slopes"], args.draw)
    return results


def slope(times):
    """Of log time over log T, by least squares; None with less than two lengths."""
    if len(times) < 2:
        return None
    x, y = [math.log(T) for T in times], [math.log(ms) for ms in times.values()]
    return round(statistics.linear_regression(x, y).slope, 2)


def crossing(times, vanilla):
    """The length from which on the variant is quicker than vanilla, between two lengths measured by
    straight lines in log-log; None if it is slower at the greatest, or fits at none.
    """
    gaps = [(math.log(T), math.log(times[T] / vanilla[T])) for T in times if T in vanilla]
    slower = [i for i, (_, gap) in enumerate(gaps) if gap >= 0]
    if not gaps or (slower and slower[-1] == len(gaps) - 1):
        return None
    if not slower:
        return round(math.exp(gaps[0][0]))
    (x, y), (x_next, y_next) = gaps[slower[-1]], gaps[slower[-1] + 1]
    return round(math.exp(x + (x_next - x) * y / (y - y_next)))


def table(rows, results):
    """The results as a Markdown table: ms / MB for each variant and length."""
    lengths = list(dict.fromkeys(row["T"] for row in rows))
    lines = [
        "",
        f"| ms / MB at T = | {' | '.join(map(str, lengths))} | slope {FIT[0]}-{FIT[1]}"
        " | quicker than vanilla from |",
        "|---" * (len(lengths) + 3) + "|",
    ]
    for variant, slope in results["slopes"].items():
        cells = [row for row in rows if row["variant"] == variant]
        cells = [f"{c['ms']:,.0f} / {c['MB']:,}" if c["ms"] else "no memory" for c in cells]
        crossed = results["crossings"].get(variant) if variant != "vanilla" else ""
        lines.append(f"| {variant} | {' | '.join(cells)} | {slope or '-'} | {crossed or '-'} |")
    return "\n".join(lines)


def retrieval(args):
    """Rows (variant, T, accuracy); guessing gives 1 / NAMES."""
    rows = []
    for T in args.lengths or LENGTHS["retrieval"]:
        for variant in args.variants:
            found = measure("retrieval", args, variant=variant, T=T)
            row = {"variant": variant, "T": T, "accuracy": None, "s": None}
            if found is not None:
                row |= {"accuracy": round(found["accuracy"], 3), "s": round(found["s"], 1)}
            rows.append(row)
            show(row)
    return {"rows": rows, "guessing": 1 / NAMES, "steps": STEPS}


SECTIONS = {"cost": cost, "retrieval": retrieval}


def main(argv=None):
    parser = Parser(
        prog="long_context.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add_sections(parser, SECTIONS)
    add("--worker", help=argparse.SUPPRESS)
    add("--lengths", type=int_in_range(2), nargs="+", metavar="T")
    add("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS, metavar="VARIANT")
    add("--threads", type=int, default=1, help="of a measurement (default: %(default)s)")
    add("--memory", type=float, default=12, metavar="GB", help="most a measurement may take")
    add("--device", choices=("cpu", "cuda"), default="cpu", help="default: %(default)s")
    add("--draw", type=png_path, metavar="PNG", help="also draw time over length; needs matplotlib")
    args = parser.parse_args(argv)
    if args.worker:
        work(*json.loads(args.worker))
        return
    check_sections(parser, args, SECTIONS)
    check_device(parser, args.device)
    with one_line_errors(parser):
        run_sections(args, SECTIONS, threads=args.threads, options=OPTIONS)


if __name__ == "__main__":
    main()

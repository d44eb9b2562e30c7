"""Sections of measurements, and a fresh process for each measurement."""

import json
import platform
import subprocess
import sys
from pathlib import Path


def add_sections(parser, sections):
    """The arguments that say which sections to run, by default all, and where their JSON goes."""
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(sections))
    parser.add_argument("--json", metavar="PATH", help="also write the results here")


def check_sections(parser, args, sections):
    """Refuse sections that there are not, and a file whose folder is not there."""
    unknown = set(args.sections) - set(sections)
    if unknown:
        parser.error(f"expected sections of {', '.join(sections)}, got {', '.join(unknown)}")
    if args.json and not Path(args.json).resolve().parent.is_dir():
        parser.error(f"--json: expected an existing folder, got {args.json}; create it")


def check_device(parser, device):
    """Refuse a device that there is not."""
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            parser.error("--device cuda: expected a GPU with CUDA, got none; leave --device out")


def run_sections(args, sections, **facts):
    """Run the sections, functions of args; with --json write what they give, and the facts."""
    results = {"machine": f"{platform.machine()}, Python {platform.python_version()}", **facts}
    for name in args.sections or sections:
        results[name] = sections[name](args)
    if args.json:
        Path(args.json).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def in_a_process(script, *words, environment=None):
    """What `script --worker words` prints last, read as JSON, and its exit code and errors.

    The script's parser must have --worker. A fresh process, so that no measurement has another's
    memory, threads or settings.
    """
    command = [sys.executable, script, "--worker", json.dumps(words)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    result = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None
    return result, done.returncode, done.stderr


def show(result):
    print(" | ".join(f"{key}: {value}" for key, value in result.items()), flush=True)

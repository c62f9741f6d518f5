"""`python -m schedules`: every family as a line in the terminal; with a family's name, one curve in figures.

Such as:
    python -m schedules
    python -m schedules sgdr --T 1000 --cycle_length 100 --restart_mult 1.5
    python -m schedules warmup_cosine --csv > curve.csv
"""

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from schedules.curves import in_order
from schedules.facts import Run, key_value_rows, number, run
from schedules.spec import FAMILIES, Family, Value, get_family

BLOCKS = "▁▂▃▄▅▆▇█"
PLAIN_BLOCKS = "_.-:=+*#"  # as many levels, for an output that cannot show the blocks
WIDTH = 40  # characters of a sparkline
LISTED = 20  # events shown one by one
PROGRAM = "python -m schedules"
WRONG_USE = 2  # exit code, as argparse has it


def sparkline(lr: NDArray[np.float64], blocks: str = BLOCKS, width: int = WIDTH) -> str:
    """Return a curve as a row of `width` blocks, each as high as the rate in its middle; the lowest block is zero."""
    middles = (np.arange(width) + 0.5) * lr.size // width
    rates = lr[middles.astype(np.int64)]
    top = float(lr.max()) or 1.0  # a curve may be zero all along
    levels = np.clip(np.ceil(rates / top * len(blocks)) - 1, 0, len(blocks) - 1)
    return "".join(blocks[int(level)] for level in levels)


def main(arguments: Sequence[str]) -> int:
    """Print what `arguments` ask for and return the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        for line in _lines(arguments):
            print(line)
        sys.stdout.flush()
    except ValueError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return WRONG_USE
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor may the flush at exit complain
    return 0


def _lines(arguments: Sequence[str]) -> Iterator[str]:
    if arguments and not arguments[0].startswith("-"):
        family = get_family(arguments[0])
        options = _family_parser(family).parse_args(arguments[1:])
        result = run(family.key, **{spec.name: getattr(options, spec.name) for spec in family.params})
        yield from _csv(result) if options.csv else _table(result) if options.table else _summary(result)
    else:
        _overview_parser().parse_args(arguments)
        yield from _overview()


def _overview_parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=PROGRAM,
        usage="%(prog)s [family [options]]",
        description="Show every schedule family as a sparkline or, with a family named first, one curve in figures.",
        epilog=f"Families: {', '.join(FAMILIES)}. `{PROGRAM} sgdr --help` lists the options of one.",
    )


def _family_parser(family: Family) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {family.key}", description=family.summary, allow_abbrev=False)
    for spec in family.params:
        doc = f"{spec.doc} It must be {spec.allowed}. Default: {spec.default}.".replace("%", "%%")
        parser.add_argument(f"--{spec.name}", type=_value, default=spec.default, metavar=spec.kind.upper(), help=doc)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--table", action="store_true", help="Print the curve, a line for each update.")
    form.add_argument("--csv", action="store_true", help="Print the curve as CSV, every rate to its last digit.")
    return parser


def _value(text: str) -> Value:
    """Return a number if `text` is one; whether it is legal, and what to say if not, is the engine's to tell."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _blocks() -> str:
    try:
        BLOCKS.encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return PLAIN_BLOCKS
    return BLOCKS


def _overview() -> Iterator[str]:
    key_width = max(len(key) for key in FAMILIES)
    title_width = max(len(family.title) for family in FAMILIES.values())
    for key, family in FAMILIES.items():
        yield f"{key:{key_width}}  {family.title:{title_width}}  {sparkline(run(key).lr, _blocks())}"


def _summary(result: Run) -> Iterator[str]:
    yield result.sentence
    yield ""
    yield sparkline(result.lr, _blocks())
    yield ""
    rows = key_value_rows(result)
    width = max(len(label) for label, _ in rows)
    yield from (f"{label:{width}}  {text}" for label, text in rows)
    yield ""
    found = in_order(result.steps, result.lr)
    shown = [(f"{event.step:,}", event.label, number(event.lr)) for event in found[:LISTED]]
    step_width, label_width = (max(len(row[column]) for row in shown) for column in (0, 1))
    yield from (f"{step:>{step_width}}  {label:{label_width}}  {rate}" for step, label, rate in shown)
    if len(found) > LISTED:
        yield f"… and {len(found) - LISTED:,} more"


def _table(result: Run) -> Iterator[str]:
    width = max(len("step"), len(f"{result.lr.size - 1:,}"))
    yield f"{'step':>{width}}  lr"
    for step, rate in enumerate(result.lr.tolist()):
        yield f"{step:>{width},}  {number(rate)}"


def _csv(result: Run) -> Iterator[str]:
    yield "step,lr"
    for step, rate in enumerate(result.lr.tolist()):
        yield f"{step},{rate!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

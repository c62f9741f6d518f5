"""Python source as text: numbers, calls that are broken where a line gets too long, the comment on top."""

import textwrap
from collections.abc import Container, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from schedules.spec import Family, Values

WIDTH = 100
INDENT = "    "
GROUPED = 10_000  # from here on a whole number has its thousands marked, and others are written as powers of ten
SMALL = 0.01  # below it they are too


@dataclass(frozen=True)
class Group:
    """What stands between two brackets, part by part: a call with its arguments, or a list."""

    opening: str
    parts: tuple["Code", ...]
    closing: str = ")"


Code = str | Group


def call(function: str, *arguments: Code, **named: Code) -> Group:
    """Return a call; numbers and names are given as text."""
    return Group(f"{function}(", (*arguments, *(_named(name, code) for name, code in named.items())))


def listed(parts: Sequence[Code]) -> Group:
    """Return a list."""
    return Group("[", tuple(parts), "]")


def _named(name: str, code: Code) -> Code:
    if isinstance(code, str):
        return f"{name}={code}"
    return Group(f"{name}={code.opening}", code.parts, code.closing)


def lay_out(before: str, code: Code, after: str = "", depth: int = 0) -> str:
    """Return `code` between two texts, on one line if it fits, else with one part a line."""
    line = f"{INDENT * depth}{before}{_flat(code)}{after}"
    if isinstance(code, str) or len(line) <= WIDTH:
        return line
    inner = [lay_out("", part, ",", depth + 1) for part in code.parts]
    return "\n".join([f"{INDENT * depth}{before}{code.opening}", *inner, f"{INDENT * depth}{code.closing}{after}"])


def _flat(code: Code) -> str:
    if isinstance(code, str):
        return code
    return code.opening + ", ".join(map(_flat, code.parts)) + code.closing


def literal(value: float) -> str:
    """Return a number as short source from which it comes back to the last bit: 10_000, 3e-5, 1.0."""
    if isinstance(value, int):
        return f"{value:_}" if value >= GROUPED else str(value)
    if value == 0 or SMALL <= abs(value) < GROUPED:
        return repr(value)
    digits, exponent = f"{Decimal(repr(value)).normalize():e}".split("e")
    return f"{digits}e{int(exponent)}"


def text(value: str) -> str:
    """Return a word as source."""
    return f'"{value}"'


def ratio(value: float, whole: float) -> str:
    """Return the share of `value` in `whole`, spelled out where it is neither 0 nor 1."""
    if value == 0 or value == whole:
        return "0.0" if value == 0 else "1.0"
    return f"{literal(value)} / {literal(whole)}"


def head(family: Family, values: Values, *sentences: str) -> list[str]:
    """Return the lines of the comment that code begins with.

    Args:
        family: What is exported.
        values: Its checked parameters.
        sentences: What else to say, each on lines of its own.
    """
    shown = ", ".join(f"{name}={v if isinstance(v, str) else literal(v)}" for name, v in values.items())
    lines = []
    for sentence in (f"{family.title}: {shown}.", *sentences):
        lines += textwrap.wrap(sentence, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    return lines


def after_run(key: str, values: Values, holding: Container[str]) -> list[str]:
    """Return the warning, if there is cause for it, that a stock schedule goes on in its own way after the run.

    Args:
        key: The family.
        values: Its checked parameters.
        holding: Families whose stock schedule keeps the last rate, unless the run ends within the warmup.
    """
    T = cast(int, values["T"])
    if key in holding and cast(int, values.get("Tw", 0)) <= T:
        return []
    return [f"Made for updates 0 to {literal(T - 1)}: past them the last rate does not hold."]


def joined(*blocks: str | Sequence[str]) -> str:
    """Return blocks, as source or as lines of it, with two blank lines between them."""
    return "\n\n\n".join(block if isinstance(block, str) else "\n".join(block) for block in blocks) + "\n"

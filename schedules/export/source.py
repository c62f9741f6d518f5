"""A family's rule as source that needs no numpy and nothing of this package.

What cannot happen with the given values is left out: choices are settled, phases that the run does not reach go, and
so does whatever was computed for them. The rest is the rule, as it stands in `schedules.families`. For libraries that
compute on traced arrays, and in single precision, cases become `where`; see `ArrayLibrary`.
"""

import ast
import builtins
import copy
import math
import re
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any, cast

import numpy as np

from schedules.curves import stretches
from schedules.export.text import INDENT, WIDTH, literal
from schedules.rule import ARRAY_FUNCTIONS, depends_on_step, names_in, tree_of
from schedules.spec import Family

CYCLES = '''
@lru_cache
def cycle_table(first, growth, steps):
    """Return the first update of each cycle, how far along it is there, and its length."""
    updates, shares, lengths = [0], [0.0], [float(first)]
    start, length = 0.0, float(first)
    while start + length < steps:
        start, length = start + length, length * growth
        update = ceil(start - 1e-15 * len(updates) * start)  # not one late by rounding
        updates.append(update)
        shares.append(max(0.0, update - start) / length)
        lengths.append(length)
    return updates, shares, lengths
'''.strip()
SHARE = '''
def share_of_cycle(k, first, growth, steps):
    """Return how far along its cycle step k is, from 0 to 1."""
    updates, shares, lengths = {cycles}
    i = {search} - 1
    return {answer}
'''.strip()
NUMPY_NAMES = {"max": "maximum", "min": "minimum"}
CYCLE_IMPORTS = ("from functools import lru_cache", "from math import ceil")


@dataclass(frozen=True)
class Helper:
    """A function that a rule calls, as source, with the lines that import what it needs."""

    imports: tuple[str, ...]
    source: tuple[str, ...]


PLAIN_SHARE = Helper(
    imports=("from bisect import bisect_right", *CYCLE_IMPORTS),
    source=(
        CYCLES,
        SHARE.format(
            cycles="cycle_table(first, growth, steps)",
            search="bisect_right(updates, k)",
            answer="shares[i] + (k - updates[i]) / lengths[i]",
        ),
    ),
)


@dataclass(frozen=True)
class ArrayLibrary:
    """How to write for a library that traces arrays; its functions are called as numpy's are.

    Attributes:
        name: What its functions are called under.
        array: Its function that makes an array of a list.
        same: Source of an array of the shape of `t` that holds `{value}` everywhere.
        step: Source of the update's index, as the rule is to use it.
    """

    name: str
    array: str
    same: str
    step: str

    def function(self, name: str) -> str:
        """Return what it calls a function that a rule calls `name`."""
        return f"{self.name}.{NUMPY_NAMES.get(name, name)}"

    @property
    def share(self) -> Helper:
        """The helper for cycles that grow."""
        source = SHARE.format(
            cycles=f"map({self.name}.{self.array}, cycle_table(first, growth, steps))",
            search=f'{self.name}.searchsorted(updates, k, side="right")',
            answer=f"{self.name}.take(shares, i) + (k - {self.name}.take(updates, i)) / {self.name}.take(lengths, i)",
        )
        return Helper(imports=CYCLE_IMPORTS, source=(CYCLES, source))


@dataclass(frozen=True)
class Source:
    """A rule as source.

    Attributes:
        imports: Lines that import what it needs of the standard library.
        helpers: Functions that it calls.
        body: Its statements, from the values of the parameters to the return, not indented.
    """

    imports: tuple[str, ...]
    helpers: tuple[str, ...]
    body: tuple[str, ...]

    def indented(self, depth: int) -> list[str]:
        """Return the statements as lines at `depth`."""
        return [INDENT * depth + line for line in self.body]

    def function(self, signature: str) -> list[str]:
        """Return them as the lines of a function."""
        return [f"def {signature}:", *self.indented(1)]


# What stands in for the body of a family's own rule. The numpy helper of sgdr cannot be pasted. In single precision
# differences of whole numbers are exact and others are not, so that whole cycles are taken off with %, and what is
# steep at the end of the run is measured from there.
RAMP = """
if t < Tw:
    return eta_max * (t + 1) / Tw
"""
EQUAL_CYCLES = f"""{RAMP}
u = (t - Tw) % cycle_length / cycle_length
return eta_min + 0.5 * (eta_max - eta_min) * (1 + cos(pi * u))
"""
GROWING_CYCLES = f"""{RAMP}
u = share_of_cycle(t - Tw, cycle_length, restart_mult, T - Tw)
return eta_min + 0.5 * (eta_max - eta_min) * (1 + cos(pi * u))
"""
SINGLE_PRECISION = {
    "polynomial": f"""{RAMP}
left = (T - t) / (T - Tw)
return eta_min + (eta_max - eta_min) * left**power
""",
    "one_cycle": """
first = eta_max / div_factor
last = first / final_div_factor
top = pct_start * T - 1
if t < top:
    return first + 0.5 * (eta_max - first) * (1 - cos(pi * t / top))
v = (T - 1 - t) / (T - 1 - top)
return last + 0.5 * (eta_max - last) * (1 - cos(pi * v))
""",
    "triangular": """
x = abs(2 * (t % cycle_length) / cycle_length - 1)
return eta_min + (eta_max - eta_min) * (1 - x)
""",
    "triangular2": """
x = abs(2 * (t % cycle_length) / cycle_length - 1)
return eta_min + (eta_max - eta_min) * (1 - x) * 0.5 ** (t // cycle_length)
""",
    "exp_range": """
x = abs(2 * (t % cycle_length) / cycle_length - 1)
if shrinks == "bounds":
    base = eta_min * gamma**t
else:
    base = eta_min
return base + (eta_max - eta_min) * (1 - x) * gamma**t
""",
}


def rule_source(family: Family, values: dict[str, Any], library: ArrayLibrary | None = None) -> Source:
    """Return the rule of `family` with checked `values`: of a variable `t`, the index of an update.

    Args:
        family: The family.
        values: Its checked parameters.
        library: What the rule is to be computed by; None for plain numbers.

    Raises:
        TypeError: if the rule uses what cannot be pasted; the message names it.
    """
    tree = tree_of(family.rule)
    replacement = _stand_in(family.key, values, library)
    if replacement:
        tree.body = ast.parse(replacement).body
    settled = _Settler(family, values, tree)
    body = _without_unused(settled.body)
    if library:
        body = _Arrays(settled, library).write(body)
    used = {name for statement in body for name in names_in(statement)}
    given = {name: v for name, v in family.rule.__globals__.items() if isinstance(v, int | float)} | values
    free = used - _assigned(body) - {"t"}
    constants = {n: v for n, v in given.items() if n == "T" or (n in free and (n in values or not hasattr(math, n)))}
    imports, helpers = _needed(family, free - constants.keys(), library)
    return Source(imports, helpers, (*_constants(constants), _hold(library), *_lines(body)))


def _stand_in(key: str, values: dict[str, Any], library: ArrayLibrary | None) -> str | None:
    if key == "sgdr":
        return EQUAL_CYCLES if values["restart_mult"] == 1 else GROWING_CYCLES
    return SINGLE_PRECISION.get(key) if library else None


def _constants(values: dict[str, Any]) -> list[str]:
    """Return assignments of the values, in one line if it fits into a method."""
    line = f"{', '.join(values)} = {', '.join(map(literal, values.values()))}"
    if len(line) + 2 * len(INDENT) <= WIDTH:
        return [line]
    return [f"{name} = {literal(value)}" for name, value in values.items()]


def _hold(library: ArrayLibrary | None) -> str:
    least, step = (library.function("min"), library.step) if library else ("min", "t")
    return f"t = {least}({step}, T - 1)  # past the end the last rate holds"


def _needed(family: Family, names: set[str], library: ArrayLibrary | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the imports and the helpers behind names that a rule uses and does not define."""
    mathematics = {name for name in names if hasattr(math, name)}
    imports = [f"from math import {', '.join(sorted(mathematics))}"] if mathematics else []
    helpers: tuple[str, ...] = ()
    unknown = {name for name in names - mathematics if not hasattr(builtins, name)}
    if "share_of_cycle" in unknown:
        helper = library.share if library else PLAIN_SHARE
        unknown.remove("share_of_cycle")
        imports, helpers = _merged([*imports, *helper.imports]), helper.source
    unknown -= {library.name} if library else set()
    if unknown:
        raise TypeError(f"{family.key}: the rule uses {', '.join(sorted(unknown))}, which cannot be pasted")
    return tuple(imports), helpers


def _merged(imports: list[str]) -> list[str]:
    """Return lines `from module import names`, one for each module, sorted."""
    names: dict[str, set[str]] = {}
    for line in imports:
        module, _, what = line.removeprefix("from ").partition(" import ")
        names.setdefault(module, set()).update(what.split(", "))
    return [f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)]


class _Settler:
    """Decides every `if` that the values decide, and drops the phases that the run does not reach.

    Attributes:
        tainted: `t` and the variables that are computed from it.
        known: The values, and whatever else is the same at every step, by name.
        phase: The name of the phase that a `return` belongs to, by the identity of its node.
        body: The statements that are left.
    """

    def __init__(self, family: Family, values: dict[str, Any], tree: ast.FunctionDef) -> None:
        self.tainted = depends_on_step(tree)
        self.known = {**vars(math), **family.rule.__globals__, **values}
        returns = [node for statement in tree.body for node in ast.walk(statement) if isinstance(node, ast.Return)]
        returns.sort(key=lambda node: node.lineno)
        self.phase = {id(node): phase.name for node, phase in zip(returns, family.phases, strict=True)}
        reached = {family.branch(stretch.start, **values) for stretch in stretches(family, values)}
        self._reached = {id(node) for number, node in enumerate(returns) if number in reached}
        self.body = self._settle(tree.body)

    def constant(self, node: ast.expr) -> Any:
        """Return the value of an expression that does not depend on the step."""
        return eval(compile(ast.Expression(node), "<constant>", "eval"), self.known)  # noqa: S307 - our own source

    def _settle(self, body: list[ast.stmt]) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        for position, statement in enumerate(body):
            rest = body[position + 1 :]
            match statement:
                case ast.If() if not names_in(statement.test) & self.tainted:
                    chosen = statement.body if self.constant(statement.test) else statement.orelse
                    return [*done, *self._settle([*chosen, *rest])]
                case ast.If():
                    then, rest = self._settle(statement.body), self._settle([*statement.orelse, *rest])
                    if not self._is_reached(then):
                        return [*done, *rest]
                    if not self._is_reached(rest):
                        return [*done, *then]
                    return [*done, ast.If(statement.test, then, []), *rest]
                case ast.Return():
                    return [*done, statement]
                case _:
                    if not names_in(statement) & self.tainted:
                        module = ast.Module([statement], [])
                        exec(compile(module, "<constant>", "exec"), self.known)  # noqa: S102 - our own source
                    done.append(statement)
        return done

    def _is_reached(self, body: list[ast.stmt]) -> bool:
        return any(id(node) in self._reached for statement in body for node in ast.walk(statement))


class _Arrays(ast.NodeTransformer):
    """Rewrites a settled body for traced arrays: each case as a value of its own, and `where` between them."""

    def __init__(self, settled: _Settler, library: ArrayLibrary) -> None:
        self.settled = settled
        self.library = library

    def write(self, body: list[ast.stmt]) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        taken = {name for statement in body for name in names_in(statement)}
        value = self._value(body, done, taken)
        if not names_in(value) & self.settled.tainted and len(done) == len(body) - 1:  # one case, the same at each step
            value = ast.parse(self.library.same.format(value=ast.unparse(value)), mode="eval").body
        return [*done, ast.Return(value)]

    def _value(self, body: list[ast.stmt], done: list[ast.stmt], taken: set[str]) -> ast.expr:
        """Return the value of `body` as an expression; append to `done` the assignments that it needs."""
        for position, statement in enumerate(body):
            match statement:
                case ast.If():
                    test = self._rewritten(statement.test)
                    then = self._case(statement.body, done, taken)
                    rest = self._case(body[position + 1 :], done, taken)
                    return self._call("where", test, then, rest)
                case ast.Return(value=ast.expr() as value):
                    return cast(ast.expr, self._rewritten(value))
                case _:
                    done.append(self._rewritten(statement))
        raise TypeError("a branch of the rule ends without a return")

    def _case(self, body: list[ast.stmt], done: list[ast.stmt], taken: set[str]) -> ast.expr:
        """Return the value of a case: a name for it, unless it is short."""
        value = self._value(body, done, taken)
        if isinstance(value, ast.Name | ast.Constant) or any(isinstance(statement, ast.If) for statement in body):
            return value
        name = re.sub(r"\W+", "_", self.settled.phase[id(body[-1])])
        while name in taken or not name.isidentifier() or iskeyword(name):
            name = f"rate_{name}"
        taken.add(name)
        done.append(ast.Assign([ast.Name(name, ast.Store())], value, lineno=0))
        return ast.Name(name, ast.Load())

    def _rewritten(self, node: Any) -> Any:
        return self.visit(copy.deepcopy(node))

    def _call(self, name: str, *arguments: ast.expr) -> ast.Call:
        function = ast.parse(self.library.function(name), mode="eval").body
        return ast.Call(function, list(arguments), [])

    def _varies(self, node: ast.AST) -> bool:
        return bool(names_in(node) & self.settled.tainted)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name("floor"), args=[ast.BinOp(op=ast.Div()) as share]) if self._varies(node):
                # Compilers may multiply by the inverse of a constant, and then some whole numbers are missed.
                return cast(ast.expr, self.generic_visit(ast.BinOp(share.left, ast.FloorDiv(), share.right)))
            case ast.Call(func=ast.Name(name)) if self._varies(node) and name in ARRAY_FUNCTIONS:
                self.generic_visit(node)
                return self._call(name, *node.args)
        return cast(ast.expr, self.generic_visit(node))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.Pow) and self._varies(node.right) and not self._varies(node.left):
            base = self.settled.constant(node.left)
            if base > 0 and float(np.float32(base)) != base:
                # In single precision a base close to one loses too much to be raised to high powers.
                logarithm = ast.Call(ast.Name("log", ast.Load()), [node.left], [])
                exponent = cast(ast.expr, self.visit(node.right))
                return self._call("exp", ast.BinOp(logarithm, ast.Mult(), exponent))
        return cast(ast.expr, self.generic_visit(node))


def _assigned(body: list[ast.stmt]) -> set[str]:
    return {
        name
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name in names_in(target)
    }


def _without_unused(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return a body without assignments to what nothing reads."""
    while True:
        read = {
            node.id
            for statement in body
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        kept = _filtered(body, read)
        if _assigned(kept) == _assigned(body):
            return kept
        body = kept


def _filtered(body: list[ast.stmt], read: set[str]) -> list[ast.stmt]:
    kept: list[ast.stmt] = []
    for statement in body:
        match statement:
            case ast.If():
                kept.append(ast.If(statement.test, _filtered(statement.body, read), []))
            case ast.Assign() if not _assigned([statement]) & read:
                pass
            case _:
                kept.append(statement)
    return kept


def _lines(body: list[ast.stmt]) -> list[str]:
    """Return statements as lines, spaced as formatters do: powers of names and numbers without spaces."""
    module = ast.fix_missing_locations(ast.Module(body, []))
    text = re.sub(r"(?<![\w.)\]])([\w.]+) \*\* ([\w.]+)(?![\w.(\[])", r"\1**\2", ast.unparse(module))
    text = re.sub(r"^(\s*)\(([\w, ]+)\) = ", r"\1\2 = ", text, flags=re.MULTILINE)
    return text.split("\n")

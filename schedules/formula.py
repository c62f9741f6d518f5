r"""Typeset a rule: the very function that runs, as LaTeX, with symbols or with live values.

The syntax tree of the rule is printed, so a formula cannot drift from its code. With values, every part that does not
depend on the step is worked out: \frac{t - T_w}{\max(1, T - T_w - 1)} becomes \frac{t - 500}{9499}.
"""

import ast
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from schedules.rule import Rule, depends_on_step, names_in, tree_of

# Typeset names of the variables that rules use; parameters bring their own symbol.
VARIABLES = {
    "base": "b",
    "first": r"\eta_{0}",
    "last": r"\eta_{T-1}",
    "left": "v",
    "length": r"\ell_{k}",
    "pi": r"\pi",
    "start": "t_{c}",
    "top": "t_{p}",
}
CYCLE = "r_{k}"  # `start` of a cycle, where the rule gets it from `cycle_of`
ATOM, POWER, PRODUCT, SUM = 4, 3, 2, 1
CYCLE_LEVELS = (SUM, POWER, ATOM)  # brackets for the three arguments of `cycle_of`
SIGNIFICANT = 6
STARTS_A_NUMBER = re.compile(r"(\\textcolor\{\w+\}\{)?\d")  # a symbol may be handed over as a coloured number


@dataclass(frozen=True)
class Formula:
    """A typeset rule: cases of (LaTeX, condition), and the auxiliary symbols they use, as (symbol, LaTeX)."""

    cases: tuple[tuple[str, str], ...]
    where: tuple[tuple[str, str], ...]

    @property
    def latex(self) -> str:
        """The whole formula in one line of LaTeX."""
        if len(self.cases) == 1:
            body = self.cases[0][0]
        else:
            lines = r" \\ ".join(
                f"{value} & " + (rf"\text{{if }} {condition}" if condition else r"\text{otherwise}")
                for value, condition in self.cases
            )
            body = rf"\begin{{cases}} {lines} \end{{cases}}"
        return rf"\eta(t) = {body}" + "".join(rf", \quad {name} = {value}" for name, value in self.where)


def typeset(
    rule: Rule, symbols: Mapping[str, str], known: Mapping[str, Any], *, fold: bool = False, drop: bool = False
) -> Formula:
    """Return `rule` as a `Formula`.

    Args:
        rule: The rule to print.
        symbols: LaTeX of its parameters.
        known: Values of parameters: at least of the choices, which settle the shape that is shown.
        fold: Whether to put the known values in and work out what does not depend on the step.
        drop: Whether to leave out cases that no step of the run meets, as folding does.
    """
    return _Typesetter(tree_of(rule), symbols, known, fold, drop or fold).run()


def number(value: float) -> str:
    """Return a number as LaTeX, at most six significant digits; near 1, six of its distance from 1."""
    significant = SIGNIFICANT
    if 0 < 1 - value < 0.1:  # noqa: PLR2004 - the first digit is a nine: a factor, of which high powers are taken
        significant -= math.floor(math.log10(1 - value)) + 1
    text = f"{value:.{significant}g}"
    if "e" not in text:
        small = 0 < abs(value) < 1e-3  # noqa: PLR2004 - from here on a power of ten reads better
        if not small:
            return text
        text = f"{value:.{SIGNIFICANT - 1}e}"
    digits, exponent = text.split("e")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    power = f"10^{{{int(exponent)}}}"
    return power if digits == "1" else rf"{digits} \times {power}"


class _Typesetter:
    """Prints one rule. Precedence decides where brackets go; what is known and free of `t` is folded into a number."""

    def __init__(
        self, tree: ast.FunctionDef, symbols: Mapping[str, str], known: Mapping[str, Any], fold: bool, drop: bool
    ) -> None:
        self.tree = tree
        self.symbols = {**VARIABLES, **symbols}
        self.known: dict[str, Any] = dict(known)
        self.fold = fold
        self.drop = drop
        self.tainted = depends_on_step(tree)
        self.definitions: dict[str, ast.expr] = {}
        self.used: list[str] = []

    def run(self) -> Formula:
        cases: list[tuple[str, str]] = []
        self._block(self.tree.body, "", cases)
        printed: dict[str, str] = {}
        while pending := [name for name in self.used if name not in printed]:
            printed[pending[0]] = self._definition(pending[0])
        return Formula(tuple(cases), tuple((self._symbol(name), text) for name, text in printed.items()))

    def _block(self, body: Sequence[ast.stmt], condition: str, cases: list[tuple[str, str]]) -> None:
        for statement in body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._define(name, value)
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
                    for target in targets:
                        self._define(cast(ast.Name, target).id, value)
                case ast.If(test=test) if not names_in(test) & self.tainted:
                    chosen = statement.body if self._value(test) else statement.orelse
                    self._block(chosen, condition, cases)
                case ast.If(test=test):
                    holds = self._settled(test)
                    if holds is not False:
                        self._block(statement.body, "" if holds else self._print(test, SUM), cases)
                    if holds is True:
                        return
                case ast.Return(value=ast.expr() as value):
                    cases.append((self._print(self._resolved(value), SUM), condition))
                case _:
                    raise TypeError(f"{self.tree.name}: cannot typeset {ast.unparse(statement)!r}")

    def _define(self, name: str, value: ast.expr) -> None:
        self.definitions[name] = value
        if self.fold and not names_in(value) & self.tainted:
            self.known[name] = self._value(value)

    def _resolved(self, node: ast.expr) -> ast.expr:
        """Return what a bare variable stands for, so that no case reads just "lr"."""
        while isinstance(node, ast.Name) and node.id in self.definitions and not self._foldable(node):
            node = self.definitions[node.id]
        return node

    def _settled(self, test: ast.expr) -> bool | None:
        """Tell whether `t < bound` holds at every step of the run, at none, or, as None, at some."""
        match test:
            case ast.Compare(left=ast.Name(id="t"), ops=[ast.Lt()], comparators=[bound]) if (
                self.drop and names_in(bound) <= self.known.keys()
            ):
                value = self._value(bound)
                return False if value <= 0 else True if value >= self.known["T"] else None
        return None

    def _definition(self, name: str) -> str:
        value = self.definitions[name]
        if isinstance(value, ast.Call) and cast(ast.Name, value.func).id == "cycle_of":
            k, first, mult = (
                self._print(argument, level) for argument, level in zip(value.args, CYCLE_LEVELS, strict=True)
            )
            if name == "length":
                return rf"{first} \cdot {mult}^{{k}}"
            return rf"\sum_{{i<k}} {first} \cdot {mult}^{{i}} \le {k} < r_{{k+1}}"
        return self._print(value, SUM)

    def _symbol(self, name: str) -> str:
        value = self.definitions.get(name)
        if name == "start" and isinstance(value, ast.Call) and cast(ast.Name, value.func).id == "cycle_of":
            return CYCLE
        return self.symbols.get(name, name)

    def _foldable(self, node: ast.expr) -> bool:
        names = {part for part in names_in(node) if part not in _FUNCTIONS}
        if names <= {"pi"} and not isinstance(node, ast.Call | ast.BinOp):
            return False
        return self.fold and "pi" not in names and names <= self.known.keys()

    def _is(self, node: ast.expr, value: float) -> bool:
        """Tell whether live values make `node` this number, so that "t - 0" need not be printed."""
        return self._foldable(node) and bool(self._value(node) == value)

    def _value(self, node: ast.expr) -> Any:
        code = compile(ast.fix_missing_locations(ast.Expression(node)), "<rule>", "eval")
        return eval(code, {**vars(math), **self.known})  # noqa: S307 - a part of our own source

    def _print(self, node: ast.expr, outer: int) -> str:
        text, inner = self._printed(node)
        return text if inner >= outer else rf"\left({text}\right)"

    def _printed(self, node: ast.expr) -> tuple[str, int]:
        if self._foldable(node):
            text = number(self._value(node))
            power = POWER if "^" in text else ATOM
            return text, SUM if text.startswith("-") else PRODUCT if r"\times" in text else power
        match node:
            case ast.Constant(value=0.5):
                return r"\frac{1}{2}", PRODUCT
            case ast.Constant(value=int() | float() as value):
                return number(value), ATOM
            case ast.Name(id=name):
                if name in self.definitions and name not in self.used:
                    self.used.append(name)
                return self._symbol(name), ATOM
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(left, op, right)
            case ast.Compare(left=left, ops=[ast.Lt()], comparators=[right]):
                return f"{self._print(left, SUM)} < {self._print(right, SUM)}", SUM
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in _FUNCTIONS:
                return _FUNCTIONS[name].format(", ".join(self._print(argument, SUM) for argument in arguments)), ATOM
            case _:
                raise TypeError(f"{self.tree.name}: cannot typeset {ast.unparse(node)!r}")

    def _operation(self, left: ast.expr, op: ast.operator, right: ast.expr) -> tuple[str, int]:
        match op:
            case ast.Add():
                return f"{self._print(left, SUM)} + {self._print(right, SUM)}", SUM
            case ast.Sub() if self._is(right, 0):
                return self._printed(left)
            case ast.Div() if self._is(right, 1):
                return self._printed(left)
            case ast.Sub():
                return f"{self._print(left, SUM)} - {self._print(right, PRODUCT)}", SUM
            case ast.Mult():
                return self._product(left, right), PRODUCT
            case ast.Div():
                return rf"\frac{{{self._print(left, SUM)}}}{{{self._print(right, SUM)}}}", PRODUCT
            case ast.Pow():
                return f"{self._print(left, ATOM)}^{{{self._print(right, SUM)}}}", POWER
            case _:
                raise TypeError(f"{self.tree.name}: cannot typeset the operator {type(op).__name__}")

    def _product(self, left: ast.expr, right: ast.expr) -> str:
        a, b = self._print(left, PRODUCT), self._print(right, PRODUCT)
        return rf"{a} \cdot {b}" if STARTS_A_NUMBER.match(b) or b.startswith(r"\frac") else rf"{a} \, {b}"


_FUNCTIONS = {
    "abs": r"\left|{0}\right|",
    "cos": r"\cos\left({0}\right)",
    "floor": r"\left\lfloor {0} \right\rfloor",
    "max": r"\max\left({0}\right)",
    "min": r"\min\left({0}\right)",
    "round": r"\operatorname{{round}}\left({0}\right)",
    "sqrt": r"\sqrt{{{0}}}",
}

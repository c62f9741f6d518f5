"""A rule as JavaScript: the very function that runs here, for browsers, so that no formula is written twice.

What rules are made of is little: assignments, `if` blocks, loops, arithmetic and a few functions. Powers, roots and
cosines may differ from numpy's by a rounding, everything else is the same to the last bit.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Any, cast

from schedules import cycles
from schedules.rule import tree_of
from schedules.spec import FAMILIES

# Python's rounding goes to the even neighbour. `cycle_of` looks up what `sums` has added up for these cycles before.
PRELUDE = """\
const round = (x) => {
  const low = Math.floor(x)
  return x - low < 0.5 || (x - low === 0.5 && low % 2 === 0) ? low : low + 1
}
let known = {}
const cycle_of = (k, first, mult) => {
  if (known.first !== first || known.mult !== mult || !(k < known.steps)) {
    known = {first, mult, steps: 2 * k + 1, starts: sums(first, mult, 2 * k + 1)}
  }
  let [low, high] = [0, known.starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (known.starts[middle] <= k) low = middle
    else high = middle - 1
  }
  return [known.starts[low], length_of(low, first, mult)]
}
"""
NAMES = {"pi": "Math.PI"}
FUNCTIONS = {
    **{name: f"Math.{name}" for name in ("abs", "cos", "floor", "max", "min", "sqrt")},
    **{name: name for name in ("round", "cycle_of")},
}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "===",
    ast.NotEq: "!==",
}


def script() -> str:
    """Return a script whose value is an object with the rule of each family, by key: a function `(t, values)`."""
    helpers = "".join(f"{function(helper)}\n" for helper in (cycles.sums, cycles.length_of))
    rules = ",\n".join(f"{key}: {function(family.rule, spread=True)}" for key, family in FAMILIES.items())
    return f"(() => {{\n{PRELUDE}{helpers}return {{\n{rules}\n}}\n}})()"


def function(rule: Callable[..., Any], *, spread: bool = False) -> str:
    """Return a rule as a JavaScript function of the same name and the same arguments.

    Args:
        rule: A plain Python function.
        spread: Whether all arguments but the first come in one object, by name.

    Raises:
        TypeError: if the rule uses what is not translated; the message holds the piece.
    """
    tree = tree_of(rule)
    first, *rest = (argument.arg for argument in tree.args.args)
    given = f"{first}, {{{', '.join(rest)}}}" if spread else ", ".join((first, *rest))
    constants = {name: value for name, value in rule.__globals__.items() if isinstance(value, int | float)}
    own = sorted(set(_assigned(tree)))
    body = _Script({first, *rest, *own}, constants).block(tree.body)
    declared = f"let {', '.join(own)};\n" if own else ""
    return f"function {tree.name}({given}) {{\n{declared}{body}}}"


def _assigned(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from (name.id for name in ast.walk(node.targets[0]) if isinstance(name, ast.Name))


class _Script:
    """Prints one rule, with brackets around every operation: no reader has to know which binds first."""

    def __init__(self, own: set[str], constants: dict[str, float]) -> None:
        self.constants = {name: value for name, value in constants.items() if name not in {*own, *NAMES}}

    def block(self, body: list[ast.stmt]) -> str:
        return "".join(self.statement(each) for each in body)

    def statement(self, node: ast.stmt) -> str:
        match node:
            case ast.Assign(targets=[target]):
                return f"{self.target(target)} = {self.value(node.value)};\n"
            case ast.Return(value=ast.expr() as value):
                return f"return {self.value(value)};\n"
            case ast.While():
                return f"while ({self.value(node.test)}) {{\n{self.block(node.body)}}}\n"
            case ast.If():
                rest = f" else {{\n{self.block(node.orelse)}}}" if node.orelse else ""
                return f"if ({self.value(node.test)}) {{\n{self.block(node.body)}}}{rest}\n"
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value])):
                return f"{name}.push({self.value(value)});\n"
        raise TypeError(f"{ast.unparse(node)!r} has no translation")

    def target(self, node: ast.expr) -> str:
        names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
        return f"[{', '.join(names)}]" if isinstance(node, ast.Tuple) else names[0]

    def value(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=str() | int() | float() as value):
                return repr(value)
            case ast.Name(id=name):
                return repr(self.constants[name]) if name in self.constants else NAMES.get(name, name)
            case ast.List():
                return f"[{', '.join(self.value(each) for each in node.elts)}]"
            case ast.UnaryOp(op=ast.USub()):
                return f"(-{self.value(node.operand)})"
            case ast.BinOp() if type(node.op) in OPERATORS:
                return f"({self.value(node.left)} {OPERATORS[type(node.op)]} {self.value(node.right)})"
            case ast.Compare(ops=[operator], comparators=[right]) if type(operator) in OPERATORS:
                return f"({self.value(node.left)} {OPERATORS[type(operator)]} {self.value(right)})"
            case ast.IfExp():
                return f"({self.value(node.test)} ? {self.value(node.body)} : {self.value(node.orelse)})"
            case ast.Call(func=ast.Name(id="len"), args=[array]):
                return f"{self.value(array)}.length"
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS and not node.keywords:
                return f"{FUNCTIONS[name]}({', '.join(self.value(each) for each in node.args)})"
        raise TypeError(f"{ast.unparse(cast(ast.AST, node))!r} has no translation")

"""One rule, three readings: the scalar Python function, its numpy form, its branches.

A family's rule is an ordinary function of one step `t`, written the way the seed page writes its loop body:
assignments, `if` blocks that return, a final `return`. Nothing else has to be written to have it vectorised.
`vectorize` rewrites the `if`s that depend on `t` so that every branch runs on just its own slice of an array of steps
(a warmup costs nothing after the warmup), and `branch_index` tells which `return` a step ends at, which is how the
engine knows where one phase joins the next. `schedules.formula` typesets the same function.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Rule = Callable[..., float]
VectorRule = Callable[..., None]

# What a rule may call, by the name it uses, and what that is on arrays.
ARRAY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "cos": np.cos,
    "floor": np.floor,
    "max": np.maximum,
    "min": np.minimum,
    "sqrt": np.sqrt,
}


def tree_of(rule: Rule) -> ast.FunctionDef:
    """Return the syntax tree of `rule`, without decorators and docstring."""
    source = textwrap.dedent(inspect.getsource(rule))
    tree = cast(ast.FunctionDef, ast.parse(source).body[0])
    tree.decorator_list = []
    if ast.get_docstring(tree) is not None:
        tree.body = tree.body[1:]
    return tree


def names_in(node: ast.AST) -> set[str]:
    """Return every name that `node` reads or writes."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def depends_on_step(tree: ast.FunctionDef) -> set[str]:
    """Return `t` and every variable of the rule that is computed from it."""
    tainted = {"t"}
    for node in _in_order(tree):
        if isinstance(node, ast.Assign) and names_in(node.value) & tainted:
            tainted |= {name for target in node.targets for name in names_in(target)}
    return tainted


def vectorize(rule: Rule) -> VectorRule:
    """Return `rule` as a function `(t, out, **params)` that fills `out`, one float64 value for each step in `t`.

    Raises:
        TypeError: if the rule uses a statement that cannot be read as cases of `t`; the message holds its line.
    """
    tree = tree_of(rule)
    tree.args.args.insert(1, ast.arg("out"))
    tree.body = _Cases(tree).split(tree.body, [])
    return cast(VectorRule, _compiled(tree, {**rule.__globals__, **ARRAY_FUNCTIONS, "_branch": _branch}))


def branch_index(rule: Rule) -> Callable[..., int]:
    """Return a function `(t, **params)` that gives the number, from 0, of the `return` at which step `t` ends."""
    tree = tree_of(rule)
    counter = 0
    for node in _in_order(tree):
        if isinstance(node, ast.Return):
            node.value = ast.Constant(counter)
            counter += 1
    return cast(Callable[..., int], _compiled(tree, dict(rule.__globals__)))


def count_branches(rule: Rule) -> int:
    """Return the number of `return`s of `rule`."""
    return sum(isinstance(node, ast.Return) for node in ast.walk(tree_of(rule)))


def _in_order(node: ast.AST) -> list[ast.AST]:
    """Return the nodes below `node` in the order of the source."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        found += [child, *_in_order(child)]
    return found


def _compiled(tree: ast.FunctionDef, namespace: dict[str, Any]) -> Callable[..., Any]:
    for argument in tree.args.args:
        argument.annotation = None
    tree.returns = None
    module = ast.fix_missing_locations(ast.Module(body=[tree], type_ignores=[]))
    exec(compile(module, f"<{tree.name} rewritten>", "exec"), namespace)  # noqa: S102 - our own rewritten source
    return cast(Callable[..., Any], namespace[tree.name])


def _branch(
    t: NDArray[np.float64],
    out: NDArray[np.float64],
    condition: NDArray[np.bool_],
    then: Callable[..., None],
    otherwise: Callable[..., None],
) -> None:
    """Run `then` on the steps at which `condition` holds and `otherwise` on the rest, each into its part of `out`."""
    count = int(np.count_nonzero(condition))
    if count == t.size:
        then(t, out)
    elif count == 0:
        otherwise(t, out)
    elif condition[:count].all():  # steps in order, the usual case: views, no copies
        then(t[:count], out[:count])
        otherwise(t[count:], out[count:])
    else:
        for part, run in ((condition, then), (~condition, otherwise)):
            piece = np.empty(np.count_nonzero(part))
            run(t[part], piece)
            out[part] = piece


class _Cases:
    """Rewrites a rule's body: each `if` on the step becomes a call of `_branch` with two local functions."""

    def __init__(self, tree: ast.FunctionDef) -> None:
        self.name = tree.name
        self.tainted = depends_on_step(tree)
        self.splits = 0

    def split(self, body: list[ast.stmt], before: list[ast.stmt]) -> list[ast.stmt]:
        """Return `body` rewritten; `before` holds the assignments that the enclosing branches have made."""
        done = list(before)
        for position, statement in enumerate(body):
            match statement:
                case ast.Assign():
                    done.append(statement)
                case ast.If() if self._settles(statement):
                    done.append(statement)  # a choice between shapes, the same for the whole run
                case ast.If() if names_in(statement.test) & self.tainted:
                    rest = [*statement.orelse, *body[position + 1 :]]
                    return [*done, *self._call(statement.test, statement.body, rest, done)]
                case ast.Return(value=ast.expr() as value):
                    (store,) = ast.parse("out[...] = 0").body
                    cast(ast.Assign, store).value = value
                    return [*done, store]
                case _:
                    raise TypeError(
                        f"{self.name}, line {statement.lineno} of the rule: {ast.unparse(statement)!r} is not allowed; "
                        "a rule is made of assignments, `if` blocks that return where they depend on the step and "
                        "assign where they do not, and a final return"
                    )
        raise TypeError(f"{self.name}: a branch of the rule ends without a return")

    def _settles(self, statement: ast.If) -> bool:
        """Tell whether an `if` is the same at every step and only assigns; a return would leave `out` unfilled."""
        return all(
            isinstance(part, ast.Assign) or (isinstance(part, ast.If) and not names_in(part.test) & self.tainted)
            for part in ast.walk(statement)
            if isinstance(part, ast.stmt)
        )

    def _call(
        self, test: ast.expr, then: list[ast.stmt], rest: list[ast.stmt], before: list[ast.stmt]
    ) -> list[ast.stmt]:
        self.splits += 1
        number = self.splits
        template = ast.parse(
            f"def _then{number}(t, out): pass\n"
            f"def _rest{number}(t, out): pass\n"
            f"_branch(t, out, None, _then{number}, _rest{number})"
        ).body
        cast(ast.FunctionDef, template[0]).body = self.split(then, before)
        cast(ast.FunctionDef, template[1]).body = self.split(rest, before)
        cast(ast.Call, cast(ast.Expr, template[2]).value).args[2] = test
        return template

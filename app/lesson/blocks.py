"""What a section of the lesson is made of: plain data, which `app/views/lesson.js` draws.

Running text is written with four marks: [words](act:value) is a control, {claim-key} the badge of a claim,
$x$ is LaTeX, and `x` is code. Everything else is text and nothing but text.
"""

import re
from collections.abc import Sequence
from typing import Any

from app.claims import CLAIMS

Block = dict[str, Any]
Piece = str | dict[str, Any]
MARKS = re.compile(
    r"\[(?P<words>[^\]]+)\]\((?P<act>\w+):(?P<value>[^)]*)\)|\{(?P<claim>[a-z0-9-]+)\}|\$(?P<latex>[^$]+)\$|`(?P<code>[^`]+)`"
)


def pieces(markup: str) -> list[Piece]:
    """Return running text as its parts: texts, controls, badges, formulas and code.

    Raises:
        KeyError: for the badge of a claim that is not in the table.
    """
    found: list[Piece] = []
    end = 0
    for mark in MARKS.finditer(markup):
        found.append(markup[end : mark.start()])
        end = mark.end()
        if mark["words"]:
            found.append({"words": mark["words"], "act": mark["act"], "value": mark["value"]})
        elif mark["claim"]:
            found.append({"claim": mark["claim"], "status": CLAIMS[mark["claim"]].status})
        elif mark["latex"]:
            found.append({"latex": mark["latex"]})
        else:
            found.append({"code": mark["code"]})
    found.append(markup[end:])
    return [piece for piece in found if piece]


def link(words: str, url: str) -> Block:
    """Return a part of running text that leads to another site."""
    return {"words": words, "href": url}


def text(markup: str, tone: str = "") -> Block:
    """Return a paragraph; `tone` is "ask" for a question, "verdict" for an outcome, "hint" for an aside."""
    return {"kind": "text", "pieces": pieces(markup), "tone": tone}


def heading(words: str) -> Block:
    """Return a heading within a section."""
    return {"kind": "heading", "words": words}


def button(label: str, act: str, value: Any = "", **looks: Any) -> Block:
    """Return a button for `buttons`; `looks` are `main`, `disabled`, `pressed`."""
    return {"label": label, "act": act, "value": value, **looks}


def buttons(*items: Block) -> Block:
    """Return a row of buttons."""
    return {"kind": "buttons", "items": list(items)}


def choice(
    act: str, legend: str, options: Sequence[tuple[str, str]], chosen: str = "", right: str = "", locked: bool = False
) -> Block:
    """Return a question with one answer out of several; `right` marks the true one when it may be known."""
    return {
        "kind": "choice",
        "act": act,
        "legend": pieces(legend),
        "options": [list(option) for option in options],
        "chosen": chosen,
        "right": right,
        "locked": locked,
    }


def equation(label: str, *lines: str | tuple[str, str]) -> Block:
    """Return typeset lines with a word on what they are; a line may be LaTeX and, as LaTeX too, when it holds."""
    pairs = [(line, "") if isinstance(line, str) else line for line in lines]
    return {"kind": "equation", "label": pieces(label), "lines": [list(pair) for pair in pairs]}


def code(title: str, source: str, act: str = "", chosen: int = -1, wrong: int = -1, **looks: bool) -> Block:
    """Return lines of code.

    Args:
        title: What it is.
        source: The code.
        act: If given, each line can be picked.
        chosen: The line picked last.
        wrong: The line to mark, when it may be known.
        looks: `copies` for a button that copies all of it, `numbered` for numbers before the lines.
    """
    lines = source.rstrip("\n").split("\n")
    marks = {"act": act, "chosen": chosen, "wrong": wrong, **looks}
    return {"kind": "code", "title": title, "lines": lines, **marks}


def output(title: str, printed: str) -> Block:
    """Return what a program has printed."""
    return {"kind": "output", "title": title, "text": printed}


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """Return a table whose first column names its rows; cells may hold the marks of running text."""
    return {
        "kind": "table",
        "caption": caption,
        "head": list(head),
        "rows": [[pieces(cell) for cell in row] for row in rows],
    }


def descents(runs: Sequence[Block]) -> Block:
    """Return small pictures of runs down a bowl; each has `title`, `words`, `thetas` and, as it likes, a `button`."""
    return {"kind": "descents", "runs": list(runs)}


def fold(summary: str, inside: Sequence[Block]) -> Block:
    """Return blocks that open when their summary is clicked."""
    return {"kind": "fold", "summary": summary, "inside": list(inside)}


def card(inside: Sequence[Block]) -> Block:
    """Return blocks that belong together, set apart."""
    return {"kind": "card", "inside": list(inside)}


def points(markups: Sequence[str]) -> Block:
    """Return a list of short paragraphs."""
    return {"kind": "points", "items": [pieces(markup) for markup in markups]}

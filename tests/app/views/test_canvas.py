"""The canvas: what a reveal draws beside the stage is drawn whole."""

import pytest

from app.model import Lab
from app.practice.bank import EXERCISES
from app.views.canvas import Canvas

DRAWN = ("sketch", "place")  # forms whose reveal is the truth on the reader's own axes
QUESTIONS = {key: exercise.question(0) for key, exercise in EXERCISES.items()}
PICTURED = [key for key, question in QUESTIONS.items() if question.picture and question.form.kind not in DRAWN]


@pytest.mark.parametrize("key", PICTURED)
def test_every_line_of_a_reveals_picture_is_drawn(key: str) -> None:
    lab = Lab()
    canvas = Canvas(lab)
    lab.open(key, 0)
    question = QUESTIONS[key]
    for act, value in (("predict", question.truth()), ("why", "It is what the engine says."), ("sure", "guess")):
        lab.practise(act, value)
    lab.practise("commit")
    canvas.refresh()
    assert lab.desk.attempt is not None
    assert not lab.desk.attempt.open
    drawn = [source for source in canvas._lines if len(source.data["x"])]
    assert question.picture is not None
    assert len(drawn) == len(question.picture().lines)

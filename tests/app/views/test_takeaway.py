"""What is handed to a browser that asks for a file, and what is refused."""

import zlib
from typing import Any

import pytest

from app.model import Lab
from app.records import ROWS, curve_csv, runs_csv
from app.views.takeaway import COVERED, PLOTS, UNTRAINED, TakeAway
from idle import idle

PAGE = "https://lab.example:5006/app"


def asking(lab: Lab) -> Any:
    """Return a function that asks as a browser does, and the answer."""
    taking = TakeAway(lab, idle(lab), settle=lambda: None)

    def ask(what: object, part: object = 0, page: object = PAGE) -> dict[str, Any]:
        seq = taking.answer.get("seq", 0) + 1
        taking.asked = {"seq": seq, "what": what, "part": part, "page": page}
        assert taking.answer["seq"] == seq
        return taking.answer

    return ask


def test_a_table_comes_part_by_part_as_the_state_was_when_it_was_begun() -> None:
    lab = Lab()
    lab.assign({"T": 2 * ROWS + 1})
    ask, expected = asking(lab), curve_csv(lab, PAGE)
    texts = []
    for part in range(3):
        answer = ask("curve", part)
        assert (answer["name"], answer["parts"]) == (expected.name, 3)
        texts.append(zlib.decompress(answer["packed"]).decode())
        lab.assign({"eta_max": 1e-3 * (part + 1)})  # somebody moves a slider meanwhile
    assert texts == [expected.part(number) for number in range(3)]


def test_parts_come_in_their_order_and_one_file_at_a_time() -> None:
    lab = Lab()
    lab.assign({"T": 3 * ROWS})
    ask = asking(lab)
    assert "refused" in ask("curve", 1)
    assert "packed" in ask("curve", 0)
    assert "refused" in ask("curve", 2)
    assert "packed" in ask("curve", 1)
    assert "refused" in ask("runs", 2)
    assert "packed" in ask("curve", 0)
    assert "refused" in ask("curve", 3)


def test_what_is_not_trained_is_refused_with_words() -> None:
    ask = asking(Lab())
    assert ask("runs")["refused"] == ask("loss")["refused"] == ask("path")["refused"] == UNTRAINED
    assert ask("range_test")["refused"] == "No range test is on the stage."


def test_a_picture_gets_its_title_its_parameters_and_the_link() -> None:
    lab = Lab()
    lab.assign({"family": "sgdr", "T": 1_000, "eta_max": 0.05})
    answer = asking(lab)("schedule")
    assert answer["title"] == "Schedule: SGDR (cosine with warm restarts)".replace(
        "SGDR (cosine with warm restarts)", lab.spec.title
    )
    assert answer["words"].startswith("T = 1000, ")
    assert "eta_max = 0.05" in answer["words"]
    assert answer["link"].startswith(f"{PAGE}?family=sgdr&T=1000&")
    assert answer["name"] == "schedule-lab-sgdr-T1000-schedule"


def test_nothing_of_the_stage_leaves_while_a_prediction_is_open() -> None:
    lab = Lab()
    lab.assign({"T": 3 * ROWS})
    ask = asking(lab)
    ask("curve", 0)
    lab.open("E1", 0)
    for what in ("curve", "runs", *PLOTS):
        for part in (0, 1):
            assert ask(what, part).keys() == {"seq", "refused"}
            assert ask(what, part)["refused"] == COVERED
    lab.open("", 0)
    assert "refused" in ask("curve", 1)  # the file that was begun is not gone on with


@pytest.mark.parametrize("page", [None, 7, "javascript:alert(1)", "https://a/app\n=1+1", "https://" + "a" * 999, "//x"])
def test_an_odd_address_is_not_written_into_a_file(page: object) -> None:
    lab = Lab()
    first = zlib.decompress(asking(lab)("curve", 0, page)["packed"]).decode()
    assert "# link: /app?family=warmup_cosine&" in first


@pytest.mark.parametrize("what", [None, [], {}, 3, "", "everything", "../etc"])
@pytest.mark.parametrize("part", [None, -1, 1e99, "0", [], True])
def test_odd_questions_get_an_answer_that_holds_nothing(what: object, part: object) -> None:
    lab = Lab()
    taking = TakeAway(lab, idle(lab), settle=lambda: None)
    for asked in ({"seq": "x", "what": what, "part": part}, {"what": what}, {"seq": 2, "what": "curve", "part": part}):
        taking.asked = asked
        assert not {"packed", "link"} & taking.answer.keys()


def test_the_runs_file_is_what_is_on_record() -> None:
    lab = Lab()
    trainer = idle(lab)
    trainer.refresh()
    taking = TakeAway(lab, trainer, settle=lambda: None)
    taking.asked = {"seq": 1, "what": "runs", "part": 0, "page": PAGE}
    expected = runs_csv(lab, trainer, PAGE)
    assert expected is not None
    assert zlib.decompress(taking.answer["packed"]).decode() == expected.part(0)

"""The terminal view, as a program and as a function."""

import os
import subprocess
import sys

import numpy as np
import pytest

import schedules
from schedules.__main__ import BLOCKS, PLAIN_BLOCKS, WIDTH, main, sparkline
from schedules.facts import key_value_rows


def run_program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "schedules", *arguments],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.splitlines()


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_every_family_is_a_line_with_its_key_its_title_and_its_curve(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)
    assert len(lines) == len(schedules.FAMILIES)
    for line, (key, family) in zip(lines, schedules.FAMILIES.items(), strict=True):
        assert line.startswith(key)
        assert family.title in line
        assert line.endswith(sparkline(schedules.curve(key)))
    assert len({len(line) for line in lines}) == 1


def test_a_sparkline_rises_and_falls_with_the_curve() -> None:
    assert sparkline(np.arange(1, 9) / 8, width=8) == BLOCKS
    assert sparkline(np.arange(8, 0, -1) * 1e-9, width=8) == BLOCKS[::-1]
    assert sparkline(np.ones(3)) == "█" * WIDTH
    assert sparkline(np.zeros(100)) == "▁" * WIDTH
    assert sparkline(np.array([1.0, 0.0]), width=4) == "██▁▁"
    assert sparkline(np.arange(1, 9), PLAIN_BLOCKS, width=8) == PLAIN_BLOCKS


@pytest.mark.parametrize("T", [1, 2, 39, 40, 41, 1_000, 1_000_000])
def test_a_sparkline_has_the_same_width_for_every_run(T: int) -> None:
    assert len(sparkline(schedules.curve("warmup_cosine", T=T))) == WIDTH


def test_one_family_is_shown_with_sentence_sparkline_key_values_and_events(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "sgdr", "--T", "1000", "--Tw", "50", "--cycle_length", "100", "--eta_max", "1e-3")
    params = {"T": 1000, "Tw": 50, "cycle_length": 100, "eta_max": 1e-3}
    assert lines[0] == schedules.describe("sgdr", **params)
    assert lines[2] == sparkline(schedules.curve("sgdr", **params))
    assert lines[4:10] == [
        "First rate    2e-5",
        "Rate at Tw    0.001",
        f"Last rate     {dict(key_value_rows(schedules.run('sgdr', **params)))['Last rate']}",
        f"Average rate  {dict(key_value_rows(schedules.run('sgdr', **params)))['Average rate']}",
        f"Sum of rates  {dict(key_value_rows(schedules.run('sgdr', **params)))['Sum of rates']}",
        "Restarts      3 (at updates 150, 350 and 750)",
    ]
    shown = [(int(line[:3]), line[5:18].strip()) for line in lines[11:]]
    assert shown == [(event.step, event.label) for event in schedules.events("sgdr", **params)]


def test_many_events_are_cut_short(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "sgdr", "--cycle_length", "1", "--restart_mult", "1")
    assert len(lines) < 40
    count = len(schedules.events("sgdr", cycle_length=1, restart_mult=1))
    assert lines[-1] == f"… and {count - 20:,} more"


@pytest.mark.parametrize("key", schedules.FAMILIES)
def test_every_family_can_be_shown(capsys: pytest.CaptureFixture[str], key: str) -> None:
    assert printed(capsys, key)[0] == schedules.describe(key)
    assert printed(capsys, key, "--T", "1")


@pytest.mark.parametrize("key", schedules.FAMILIES)
def test_csv_gives_back_every_rate_exactly(capsys: pytest.CaptureFixture[str], key: str) -> None:
    header, *lines = printed(capsys, key, "--T", "300", "--eta_max", "0.1", "--csv")
    assert header == "step,lr"
    rows = [line.split(",") for line in lines]
    assert [int(step) for step, _ in rows] == list(range(300))
    assert [float(lr) for _, lr in rows] == schedules.curve(key, T=300, eta_max=0.1).tolist()


def test_a_table_has_a_line_for_each_update(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "warmup_linear", "--T", "4", "--Tw", "2", "--eta_max", "0.5", "--eta_min", "0.1", "--table")
    assert lines == ["step  lr", "   0  0.25", "   1  0.5", "   2  0.5", "   3  0.1"]


def test_choices_and_numbers_are_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "wsd", "--decay", "1-sqrt", "--cooldown", "0.5", "--T", "60", "--Tw", "0", "--csv")
    expected = schedules.curve("wsd", decay="1-sqrt", cooldown=0.5, T=60, Tw=0)
    assert [float(line.split(",")[1]) for line in lines[1:]] == expected.tolist()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sgdr", "--T", "0"], "T=0 is not allowed; it must be a whole number from 1 to 1,000,000"),
        (["sgdr", "--T", "2.5"], "T=2.5 is not allowed"),
        (["sgdr", "--T", "many"], "T='many' is not allowed"),
        (["sgdr", "--T", ""], "T='' is not allowed"),
        (["sgdr", "--eta_max", "nan"], "eta_max=nan is not allowed"),
        (["sgdr", "--eta_min", "-1"], "eta_min=-1 is not allowed"),
        (["wsd", "--decay", "square"], "decay='square' is not allowed; it must be one of 'linear', 'cosine', '1-sqrt'"),
        (["wsd", "--decay", "3"], "decay=3 is not allowed"),
        (["range_test", "--eta_min", "0", "--sweep", "exponential"], "above 0"),
        (["cosine"], "family='cosine' is not known; it must be one of constant, warmup_cosine,"),
        ([""], "family='' is not known"),
    ],
)
def test_bad_input_is_answered_with_the_engines_own_words(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert said in complaint(capsys, *arguments)


@pytest.mark.parametrize(
    "arguments",
    [["one_cycle", "--Tw", "3"], ["sgdr", "--csv", "--table"], ["sgdr", "extra"], ["--T", "3"], ["sgdr", "--T"]],
)
def test_options_that_do_not_exist_end_with_exit_code_two(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: python -m schedules" in capsys.readouterr().err


@pytest.mark.parametrize("key", schedules.FAMILIES)
def test_help_explains_every_parameter_with_its_default(capsys: pytest.CaptureFixture[str], key: str) -> None:
    with pytest.raises(SystemExit) as left:
        main([key, "--help"])
    assert left.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for spec in schedules.FAMILIES[key].params:
        assert f"--{spec.name} {spec.kind.upper()}" in text
        assert " ".join(spec.doc.split()) in text
        assert f"Default: {spec.default}." in text


def test_the_programs_help_lists_the_families(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(key in text for key in schedules.FAMILIES)


def test_the_program_runs_and_reports_errors_without_a_traceback() -> None:
    good = run_program("constant", "--T", "3", "--Tw", "0", "--csv", PYTHONIOENCODING="utf-8")
    assert (good.returncode, good.stderr) == (0, b"")
    assert good.stdout.split() == [b"step,lr", b"0,0.0003", b"1,0.0003", b"2,0.0003"]
    bad = run_program("constant", "--T", "-1")
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert bad.stderr.decode().splitlines() == [
        "python -m schedules: T=-1 is not allowed; it must be a whole number from 1 to 1,000,000"
    ]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_an_output_without_blocks_gets_plain_signs(encoding: str) -> None:
    done = run_program("sgdr", "--cycle_length", "10", "--restart_mult", "1", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    line = done.stdout.decode(encoding).splitlines()[2]
    assert len(line) == WIDTH
    assert set(line) <= set(PLAIN_BLOCKS)


@pytest.mark.parametrize(
    "arguments", [["constant", "--T", "200000", "--csv"], ["constant", "--T", "200000", "--table"]]
)
def test_a_reader_that_stops_early_is_no_error(arguments: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "schedules", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout
        assert program.stderr
        first = program.stdout.readline()
        program.stdout.close()
        complaints = program.stderr.read()
        assert program.wait(timeout=60) == 0
    assert first.strip() in (b"step,lr", b"step  lr")
    assert complaints == b""

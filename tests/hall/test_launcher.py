"""What the launcher makes of its command line, without starting anything."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from app.hall.__main__ import main
from app.hall.backend import FLAGS, environment
from app.hall.proxy import VARIABLE, Door, render
from ui.server import free_port

ROOT = Path(__file__).parents[2]
DOOR = Door("127.0.0.1", 8080, ("lab.example", "127.0.0.1:8080"), ("https://moodle.example",), ("10.0.0.0/8",))


def test_processes_are_started_as_the_host_s_line_starts_one() -> None:
    (line,) = (line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    words = shlex.split(line.removeprefix("web:"))
    where = ("--address", "--port", "--allow-websocket-origin")
    flags = [word for n, word in enumerate(words) if not {word, words[n - 1]} & set(where)]
    assert ["python", "-m", "panel", "serve", "app", *FLAGS] == flags


def test_sessions_are_signed_with_the_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOKEH_ALLOW_WS_ORIGIN", "*")
    names = environment("secret")
    assert (names["BOKEH_SECRET_KEY"], names["BOKEH_SIGN_SESSIONS"]) == ("secret", "true")
    assert "BOKEH_ALLOW_WS_ORIGIN" not in names  # it would override the flags


def test_the_configuration_holds_what_it_is_told() -> None:
    text = render(DOOR, {"127.0.0.1:6001": True, "127.0.0.1:6002": False}, Path("folder"))
    assert "%{" not in text
    assert "listen 127.0.0.1:8080 " in text
    assert "server 127.0.0.1:6001 max_fails=3 fail_timeout=5s;" in text
    assert "server 127.0.0.1:6002 max_fails=3 fail_timeout=5s down;" in text
    assert r'"~*^https?://lab\.example(?::\d+)?$" 0;' in text
    assert r'"~*^https?://127\.0\.0\.1:8080$" 0;' in text
    assert "set_real_ip_from 10.0.0.0/8;" in text
    assert "frame-ancestors 'self' https://moodle.example" in text
    assert "wss://lab.example" in text


@pytest.mark.parametrize(
    "options",
    [
        ["--address", "127.0.0.1;"],
        ["--address", "127.0.0.1:80"],
        ["--port", "0"],
        ["--backends", "0"],
        ["--origin", "https://lab.example"],
        ["--origin", "lab.example; return 200"],
        ["--backend", "10.0.0.2"],
        ["--embed", "https://moodle.example; script-src *"],
        ["--behind", "proxy.example"],
    ],
)
def test_what_would_not_be_what_it_says_is_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(options)
    assert options[0] in capsys.readouterr().err


def test_without_nginx_it_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "no-such-program")
    assert main([]) == 1
    assert "apt-get install nginx" in capsys.readouterr().err


def test_a_page_that_is_not_there_is_told() -> None:
    assert _check(free_port()) == (1, True, False)


def test_an_app_that_fails_is_told_although_it_answers(tmp_path: Path) -> None:
    """Liveness and status are fine there: this is what the check is for."""
    (tmp_path / "app.py").write_text("raise ValueError('on purpose')\n")
    port = free_port()
    command = [sys.executable, "-m", "bokeh", "serve", "app.py", "--port", str(port), "--address", "127.0.0.1"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while (found := _check(port))[1] and process.poll() is None:
                pass  # not yet
        finally:
            process.terminate()
    assert found == (1, False, True)


def _check(port: int) -> tuple[int, bool, bool]:
    """Return the status of a check, and whether it says that there is no page, or an empty one."""
    command = [sys.executable, "-m", "app.hall.check", f"http://127.0.0.1:{port}/app"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, "no page" in done.stdout, "the page is empty" in done.stdout

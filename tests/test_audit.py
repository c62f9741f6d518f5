"""The audit says what it found, and never that all is well where nothing was asked."""

from audit import report

FINE = {"name": "numpy", "version": "2.4.6", "vulns": []}
HOLED = {"name": "tornado", "version": "6.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["6.1"]}]}
UNKNOWN = {"name": "panel", "skip_reason": "not found"}


def test_a_known_hole_fails() -> None:
    lines, code = report([FINE, HOLED])
    assert code == 1
    assert lines[0] == "tornado 6.0: PYSEC-1, mended in 6.1"


def test_what_is_audited_and_what_is_not_is_said() -> None:
    assert report([FINE]) == (["1 dependencies audited, 0 known holes."], 0)
    lines, code = report([FINE, UNKNOWN])
    assert code == 0
    assert lines[0] == "NOT AUDITED: panel."


def test_without_a_service_nothing_fails_and_nothing_is_claimed() -> None:
    for found in ([], [UNKNOWN]):
        lines, code = report(found)
        assert code == 0
        assert lines == ["NOT AUDITED: no advisory service could be asked about the dependencies."]

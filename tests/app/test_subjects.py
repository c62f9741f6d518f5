"""What a note can be about: every subject is there, exact, and has evidence to look at."""

import inspect

import pytest

import schedules
from app.claims import CLAIMS
from app.practice.bank import EXERCISES
from app.subjects import (
    CONTRADICTED,
    KINDS,
    NEAR_CLAIM,
    NEAR_FAMILY,
    rule_lines,
    stage_subjects,
    standing_subjects,
)
from schedules.mistakes import MISTAKES


def test_claims_sources_and_exercises_are_all_there() -> None:
    found = standing_subjects()
    assert [subject.key for subject in found["claim"]] == list(CLAIMS)
    assert [subject.key for subject in found["source"]] == list(schedules.SOURCES)
    assert {subject.key for subject in found["exercise"]} == set(EXERCISES)
    mistakes = [f"{mistake.library}: {mistake.title}" for mistake in MISTAKES.values()]
    contradicted = [CLAIMS[key].sentence for key in CONTRADICTED]
    assert [subject.title for subject in found["misconception"]] == contradicted + mistakes


@pytest.mark.parametrize("family", schedules.FAMILIES)
def test_a_family_has_its_equations_and_its_lines(family: str) -> None:
    spec = schedules.FAMILIES[family]
    found = stage_subjects(schedules.run(family))
    assert len(found["equation"]) == len(spec.phases)
    source = inspect.getsource(spec.rule)
    for line, subject in zip(rule_lines(spec), found["code"], strict=True):
        assert line in source
        assert subject.detail == line
    assert found["code"][-1].detail.startswith("return ")
    assert f"T = {schedules.run(family).lr.size}" in found["stage"][0].detail


def test_every_subject_has_a_kind_evidence_and_a_key_of_its_own_and_fits_into_a_note() -> None:
    for family in schedules.FAMILIES:
        for kind, some in {**standing_subjects(), **stage_subjects(schedules.run(family))}.items():
            assert kind in KINDS
            assert len({subject.key for subject in some}) == len(some)
            for subject in some:
                assert 0 < len(subject.title) <= 300
                assert len(subject.detail) <= 1_000
                assert 0 < len(subject.evidence) <= 12
                assert all(0 < len(line) <= 1_000 for line in subject.evidence)


def test_nearest_exercises_are_exercises() -> None:
    assert NEAR_FAMILY.keys() == schedules.FAMILIES.keys()
    assert NEAR_CLAIM.keys() <= CLAIMS.keys()
    assert {*NEAR_FAMILY.values(), *NEAR_CLAIM.values()} <= EXERCISES.keys()

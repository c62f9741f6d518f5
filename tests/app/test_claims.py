"""The table of claims: whole, and no badge where none is due."""

import re

import pytest

from app.claims import _CLAIMS, CHECKED, CLAIMS, COMPUTED, SGDR, SMITH, STATUSES, TEACHING, UNCHECKED, Claim
from schedules import FAMILIES, SOURCES

every_claim = pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
NEVER_CHECKED = re.compile(
    r"warm-?up|\badam\b|inverse.square.root|inverse.sqrt|edge of stability|\bbest\b|always|converge", re.IGNORECASE
)


def test_all_rows_of_the_review_are_there_and_no_key_twice() -> None:
    assert len(_CLAIMS) == len(CLAIMS) >= 23
    assert len({claim.sentence for claim in _CLAIMS}) == len(_CLAIMS)
    assert {claim.status for claim in _CLAIMS} == set(STATUSES)
    assert STATUSES == ("source-checked", "computed here", "teaching pattern", "not checked")


@every_claim
def test_a_claim_is_whole(claim: Claim) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", claim.key)
    assert claim.status in STATUSES
    for text in (claim.sentence, claim.scope, claim.not_shown):
        assert re.fullmatch(r"[A-Z].{10,}\.", text)
    assert len(claim.sentence) <= 120


@every_claim
def test_a_claim_has_a_source_with_its_section_or_a_reason_to_have_none(claim: Claim) -> None:
    assert bool(claim.source) == bool(claim.section)
    if claim.source:
        assert claim.source in SOURCES
    else:
        assert claim.status in (COMPUTED, TEACHING)
    if claim.status == CHECKED:
        assert claim.source in (SMITH, SGDR)
        assert re.search(r"§\d|Table", claim.section)
    if claim.status == COMPUTED:
        assert not claim.source


@every_claim
def test_neither_warmup_nor_adam_nor_the_like_counts_as_source_checked(claim: Claim) -> None:
    if NEVER_CHECKED.search(claim.sentence):
        assert claim.status != CHECKED


@pytest.mark.parametrize("word", ["warmup", "Adam", "inverse square root", "edge of stability", "best"])
def test_what_must_not_count_as_checked_is_in_the_table(word: str) -> None:
    found = [claim for claim in CLAIMS.values() if word.lower() in claim.sentence.lower()]
    assert found
    assert all(claim.status != CHECKED for claim in found)


@pytest.mark.parametrize("key", ["cycling-always-wins", "decay-explains-cycles", "escaping-minima"])
def test_what_the_papers_contradict_says_what_they_report(key: str) -> None:
    claim = CLAIMS[key]
    assert claim.status == UNCHECKED
    assert claim.source in (SMITH, SGDR)
    assert re.search(r"paper .*(reports|says)", claim.not_shown)


@every_claim
def test_a_sentence_does_not_give_its_paper_away(claim: Claim) -> None:
    assert not re.search(r"Smith|SGDR|Loshchilov|Hutter", claim.sentence)


def test_each_source_is_used_by_a_claim_or_a_family() -> None:
    used = {claim.source for claim in CLAIMS.values()} | {key for family in FAMILIES.values() for key in family.sources}
    assert set(SOURCES) <= used

"""The names that ``import landrenew`` offers: one list, each leading somewhere."""

from __future__ import annotations

import pytest

import landrenew


@pytest.mark.parametrize("name", landrenew.__all__)
def test_every_public_name_leads_somewhere(name: str) -> None:
    assert getattr(landrenew, name) is not None


def test_what_is_offered_is_what_is_listed() -> None:
    assert sorted(landrenew._HOMES) == sorted(landrenew.__all__) == dir(landrenew)  # noqa: SLF001


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = landrenew.nothing

"""Docstrings whose entries are shared are filled, and no entry is left over."""

import re

import pytest

import mutar_cy
from mutar_cy import linear_model
from mutar_cy.estimators import _docs as of_estimators
from mutar_cy.linear_model import _docs as of_drop_ins

DOCUMENTED = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module in (mutar_cy, linear_model)
    for name in module.__all__
    if callable(getattr(module, name))
}


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_no_placeholder_is_left(name):
    assert not re.search(r"%\(.+\)s", DOCUMENTED[name].__doc__)


@pytest.mark.parametrize("docs", [of_estimators, of_drop_ins], ids=["own", "drop-ins"])
def test_every_entry_is_used_by_two_docstrings_at_least(docs):
    for entry in docs.ENTRIES.values():
        text = docs.fill.__globals__["_indented"](entry, "    ")
        users = [name for name, it in DOCUMENTED.items() if text in it.__doc__]
        assert len(users) > 1, (entry, users)


def test_a_missing_entry_is_an_error():
    def documented():
        """Do.

        %(no such entry)s
        """

    with pytest.raises(KeyError, match="no such entry"):
        of_estimators.fill_docstring(documented)

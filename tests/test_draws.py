"""The draws that stand for products of parameters have all that they must have."""

import itertools

from draws import draw

CASES = list(itertools.product("abcd", range(3), [True, False]))


def values(cases, *axes):
    return {tuple(case[axis] for axis in axes) for case in cases}


def test_every_value_is_drawn_and_few_cases():
    kept = [CASES[n] for n in draw(CASES)]
    assert len(kept) == 4
    for axis in range(3):
        assert values(kept, axis) == values(CASES, axis)


def test_every_pair_is_drawn():
    kept = [CASES[n] for n in draw(CASES, pairs=True)]
    assert len(kept) < len(CASES)
    for two in itertools.combinations(range(3), 2):
        assert values(kept, *two) == values(CASES, *two)


def test_at_least_as_many_and_the_same_again():
    kept = draw(CASES, least=10)
    assert len(kept) == 10
    assert kept == sorted(set(kept)) == draw(CASES, least=10)
    assert kept != draw(CASES, least=10, seed=1)


def test_of_one_case_it_is_drawn():
    assert draw([("a", 1)], pairs=True) == [0]

"""A dict of arrays on its way into pipelines."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import (
    check_estimator_cloneable,
    check_estimator_repr,
    check_parameters_default_constructible,
)

from mutar_cy.groups import column_names, read_groups
from mutar_cy.preprocessing import BlockStacker

RNG = np.random.default_rng(0)
POSITION, SPEED = RNG.standard_normal((12, 3)), RNG.standard_normal(12)
DATA = {"position": POSITION, "speed": SPEED}


def rows(data, chosen):
    return {key: block[chosen] for key, block in data.items()}


def test_what_goes_in_comes_out_side_by_side():
    stacker = BlockStacker()
    stacked = stacker.fit_transform(DATA)
    assert_array_equal(stacked, np.column_stack([POSITION, SPEED]))
    assert_array_equal(stacker.fit(DATA).transform(DATA), stacked)
    assert {key: at.tolist() for key, at in stacker.groups_.items()} == {
        "position": [0, 1, 2],
        "speed": [3],
    }
    assert stacker.n_features_in_ == 4


def test_new_samples_in_any_order_of_the_keys():
    stacker = BlockStacker().fit(DATA)
    other = rows({"speed": SPEED, "position": POSITION}, slice(5))
    assert_array_equal(stacker.transform(other), stacker.transform(DATA)[:5])


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_names_lead_back_to_the_groups(library):
    stacker = BlockStacker().set_output(transform=library)
    table = stacker.fit_transform(DATA)
    assert column_names(table) == [f"position__{j}" for j in range(3)] + ["speed__0"]
    groups = read_groups("prefix", 4, column_names(table))
    by_key = read_groups(stacker.groups_, 4)
    assert groups.names == by_key.names == ["position", "speed"]
    assert_array_equal(groups.owner, by_key.owner)
    assert column_names(stacker.transform(DATA)) == column_names(table)


def test_columns_of_tables_keep_their_names():
    frame = pd.DataFrame(POSITION, columns=["x", "y", "z__up"])
    data = {
        "place": frame,
        "time": pl.DataFrame({"t": SPEED}),
        "n": pd.DataFrame(SPEED),
    }
    stacker = BlockStacker().fit(data)
    names = stacker.get_feature_names_out()
    assert names.tolist() == ["place__x", "place__y", "place__z__up", "time__t", "n__0"]
    assert read_groups("prefix", 5, names).names == ["place", "time", "n"]
    with pytest.raises(ValueError, match=r"X\['place'\] has the columns \['y', 'x'"):
        stacker.transform({**data, "place": frame[["y", "x", "z__up"]]})


def test_sparse_blocks():
    stacker = BlockStacker()
    thin = stacker.fit_transform({"a": sparse.csr_array(POSITION), "b": SPEED})
    assert sparse.issparse(thin)
    assert_array_equal(thin.toarray(), np.column_stack([POSITION, SPEED]))


def test_missing_values_are_passed_on():
    holes = {"a": [1.0, np.nan, 3.0], "b": [[1.0], [2.0], [3.0]]}
    filled = make_pipeline(BlockStacker(), SimpleImputer()).fit_transform(holes)
    assert filled[1, 0] == 2.0


def test_first_in_a_pipeline():
    y = POSITION[:, 0] + SPEED
    pipeline = make_pipeline(BlockStacker(), Ridge(0.1)).fit(DATA, y)
    direct = Ridge(0.1).fit(np.column_stack([POSITION, SPEED]), y)
    assert_array_equal(
        pipeline.predict(DATA), direct.predict(BlockStacker().fit_transform(DATA))
    )
    assert pipeline.score(rows(DATA, slice(6)), y[:6]) > 0.9


def test_before_a_search():
    # Not within: splitters would count two samples in this dict.
    y = POSITION[:, 0] + SPEED
    table = BlockStacker().set_output(transform="pandas").fit_transform(DATA)
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 100.0]}, cv=3).fit(table, y)
    assert search.best_params_ == {"alpha": 0.1}


@pytest.mark.parametrize("key", ["a__b", "a_", "__a", "", 1, ("a", "b")])
def test_keys_that_cannot_be_prefixes(key):
    stacker = BlockStacker()
    with pytest.raises(ValueError, match=r"X has the key .*, but keys must be strings"):
        stacker.fit({"fine": SPEED, key: SPEED})
    assert not hasattr(stacker, "groups_")


@pytest.mark.parametrize("key", ["a_b", "_a", "f(x)", " ", "é"])
def test_keys_that_can(key):
    names = BlockStacker().fit({"fine": SPEED, key: SPEED}).get_feature_names_out()
    assert read_groups("prefix", 2, names).names == ["fine", key]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"position": POSITION}, "X has no key 'speed'"),
        ({**DATA, "time": SPEED}, "X has an unknown key 'time'"),
        (
            {**DATA, "speed": POSITION},
            r"X\['speed'\] has 3 columns, but in fit it had 1",
        ),
        ({**DATA, "speed": SPEED[1:]}, r"X\['speed'\] has 11 samples, .*has 12"),
        (np.column_stack([POSITION, SPEED]), "X must be a dict"),
    ],
)
def test_data_unlike_those_of_fit(data, message):
    with pytest.raises(ValueError, match=message):
        BlockStacker().fit(DATA).transform(data)


def test_data_that_cannot_be_fitted():
    for data in (POSITION, {}, None, [SPEED]):
        with pytest.raises(ValueError, match="X must be a dict"):
            BlockStacker().fit(data)
    with pytest.raises(ValueError, match=r"X\['speed'\] has 11 samples"):
        BlockStacker().fit({**DATA, "speed": SPEED[1:]})


def test_not_fitted_is_said():
    for method in ("transform", "get_feature_names_out"):
        with pytest.raises(NotFittedError, match="BlockStacker"):
            getattr(BlockStacker(), method)(DATA)


def test_conventions_of_scikit_learn():
    # Its other checks are for arrays as X.
    for check in (
        check_estimator_cloneable,
        check_estimator_repr,
        check_parameters_default_constructible,
    ):
        check("BlockStacker", BlockStacker())
    assert get_tags(BlockStacker()).input_tags.dict
    stacker = BlockStacker().fit(DATA)
    assert not hasattr(clone(stacker), "groups_")
    restored = pickle.loads(pickle.dumps(stacker))
    assert_array_equal(restored.transform(DATA), stacker.transform(DATA))

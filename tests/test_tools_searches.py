"""Searches and curves of scikit-learn over a long table are plain loops of fits."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import simulated
from numpy.testing import assert_allclose
from scipy import stats
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_transformer,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFECV, SequentialFeatureSelector
from sklearn.inspection import permutation_importance
from sklearn.metrics import r2_score
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    KFold,
    ParameterSampler,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from mutar_cy import GroupLasso, GroupLassoClassifier
from mutar_cy.model_selection import LeaveOneTaskOut, TaskKFold, make_task_scorer

ALPHAS = [0.01, 0.1, 2.0]
MODELS = [GroupLasso(), GroupLasso(alpha=1.0), GroupLassoClassifier(alpha=0.05)]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
each_way = pytest.mark.parametrize("way", ["column", "routing"])


class Long:
    """A long table, told to the tools by a column or by routed labels."""

    def __init__(self, way, model):
        (X, self.y, _), task = simulated.long(labels=(0, 1, 2), sizes=(30, 24, 36))
        if isinstance(model, GroupLassoClassifier):
            self.y = self.y > np.median(self.y)
        self.table = np.column_stack([task, X])
        self.routed = way == "routing"
        if self.routed:
            self.X, self.given, self.cv = X, {"task": task}, TaskKFold(3)
            with self.context():
                self.model = clone(model).set_fit_request(task=True)
                self.model.set_score_request(task=True)
        else:
            self.X, self.given = self.table, {}
            self.model, self.cv = self.plain(model), TaskKFold(3, task_column=0)

    def context(self):
        return config_context(enable_metadata_routing=self.routed)

    def plain(self, model):
        return clone(model).set_params(task_column=0)

    def scores(self, model, part=1.0):
        """Return the scores of a plain loop of fits to a part of every training set."""
        found = []
        for train, test in TaskKFold(3, task_column=0).split(self.table):
            train = train[: int(part * len(train))]
            fitted = self.plain(model).fit(self.table[train], self.y[train])
            found.append(
                [fitted.score(self.table[own], self.y[own]) for own in (train, test)]
            )
        return np.array(found).T


def with_alpha(model, alpha):
    return clone(model).set_params(alpha=alpha)


def assert_searched(search, data, model, alphas):
    with data.context():
        search.fit(data.X, data.y, **data.given)
    means = [data.scores(with_alpha(model, alpha))[1].mean() for alpha in alphas]
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)
    assert search.best_params_["alpha"] == alphas[np.argmax(means)]
    direct = with_alpha(data.plain(model), search.best_params_["alpha"])
    direct.fit(data.table, data.y)
    assert np.array_equal(search.best_estimator_.coef_, direct.coef_)


@each_way
@each_model
def test_grid_search(way, model):
    data = Long(way, model)
    search = GridSearchCV(data.model, {"alpha": ALPHAS}, cv=data.cv)
    assert_searched(search, data, model, ALPHAS)


@each_way
@each_model
def test_randomized_search(way, model):
    data = Long(way, model)
    drawn = {"alpha": stats.loguniform(1e-2, 1)}
    search = RandomizedSearchCV(data.model, drawn, n_iter=4, cv=data.cv, random_state=0)
    sampler = ParameterSampler(drawn, 4, random_state=0)
    assert_searched(search, data, model, [each["alpha"] for each in sampler])


@each_way
def test_halving_search_over_iterations(way):
    model = GroupLasso(tol=1e-12)
    data = Long(way, model)
    search = HalvingGridSearchCV(
        data.model,
        {"alpha": ALPHAS},
        cv=data.cv,
        resource="max_iter",
        min_resources=300,
        max_resources=900,
    )
    with data.context():
        search.fit(data.X, data.y, **data.given)
    first = search.cv_results_["iter"] == 0
    means = [data.scores(with_alpha(model, alpha))[1].mean() for alpha in ALPHAS]
    assert_allclose(search.cv_results_["mean_test_score"][first], means, rtol=1e-6)


@each_way
@pytest.mark.parametrize("halving", [HalvingGridSearchCV, HalvingRandomSearchCV])
def test_halving_search_over_samples(way, halving):
    model = GroupLasso(tol=1e-12)
    data = Long(way, model)
    search = halving(
        data.model, {"alpha": ALPHAS}, cv=data.cv, min_resources=30, random_state=0
    )
    with data.context():
        search.fit(data.X, data.y, **data.given)
    assert search.n_resources_ == [30, 90]
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    last = search.cv_results_["iter"] == 1  # all samples, in another order
    alpha = search.cv_results_["param_alpha"][last][0]
    expected = data.scores(with_alpha(model, alpha))[1].mean()
    assert search.cv_results_["mean_test_score"][last][0] == pytest.approx(
        expected, rel=1e-6
    )


@each_way
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_halving_search_that_leaves_a_task_without_samples_says_so(way):
    data = Long(way, GroupLasso())
    search = HalvingGridSearchCV(
        data.model, {"alpha": ALPHAS}, cv=data.cv, min_resources=3, random_state=0
    )
    if way == "column":  # the fit of every fold sees it coming
        with pytest.raises(ValueError, match=r"(?s)All the .* failed.*TaskKFold\("):
            search.fit(data.X, data.y)
    else:
        with data.context(), pytest.warns(UserWarning, match="not seen in fit"):
            search.fit(data.X, data.y, **data.given)
    search.set_params(error_score="raise")
    with data.context(), pytest.raises(ValueError, match=r"cv=TaskKFold\(5"):
        search.fit(data.X, data.y, **data.given)


@each_way
@each_model
def test_cross_validate(way, model):
    data = Long(way, model)
    with data.context():
        result = cross_validate(
            data.model,
            data.X,
            data.y,
            cv=data.cv,
            params=data.given,
            return_train_score=True,
        )
    train, test = data.scores(model)
    assert_allclose(result["train_score"], train, rtol=1e-10)
    assert_allclose(result["test_score"], test, rtol=1e-10)


@each_way
def test_learning_curve(way):
    data = Long(way, GroupLasso(0.1))
    with data.context():
        _, train, test = learning_curve(
            data.model,
            data.X,
            data.y,
            cv=data.cv,
            params=data.given,
            train_sizes=[0.5, 1.0],
        )
    for k, part in enumerate((0.5, 1.0)):
        expected = data.scores(GroupLasso(0.1), part)
        assert_allclose(train[k], expected[0], rtol=1e-10)
        assert_allclose(test[k], expected[1], rtol=1e-10)


@each_way
def test_validation_curve(way):
    data = Long(way, GroupLasso())
    with data.context():
        train, test = validation_curve(
            data.model,
            data.X,
            data.y,
            cv=data.cv,
            params=data.given,
            param_name="alpha",
            param_range=ALPHAS,
        )
    for k, alpha in enumerate(ALPHAS):
        expected = data.scores(GroupLasso(alpha))
        assert_allclose(train[k], expected[0], rtol=1e-10)
        assert_allclose(test[k], expected[1], rtol=1e-10)


@each_way
def test_permutation_test_score(way):
    data = Long(way, GroupLasso(0.1))
    with data.context():
        score, permuted, p_value = permutation_test_score(
            data.model,
            data.X,
            data.y,
            cv=data.cv,
            params=data.given,
            n_permutations=5,
            random_state=0,
        )
    assert score == pytest.approx(data.scores(GroupLasso(0.1))[1].mean())
    assert p_value == pytest.approx(1 / 6)
    assert permuted.max() < score


# Pipelines, transformed columns and predictions of scikit-learn over a long table.

FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame}
each_frame = pytest.mark.parametrize("kind", FRAMES)
FEATURES = [f"x{j}" for j in range(10)]
GRID = [0.02, 0.2, 2.0]


def table():
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    return np.column_stack([task, X]), y


def frame(kind):
    (X, y, _), task = simulated.long(labels=("Oslo", "Bergen", "Voss"))
    names = zip(FEATURES, X.T, strict=True)
    return FRAMES[kind]({"site": task, **dict(names)}), X, y, task


def scaled(kind):
    """Return a transformer of all columns but the sites, which stay."""
    transformer = ColumnTransformer(
        [("scale", StandardScaler(), FEATURES)],
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    return transformer.set_output(transform=kind)


@each_frame
def test_a_column_of_sites_is_passed_through(kind):
    X, columns, y, task = frame(kind)
    pipeline = make_pipeline(scaled(kind), GroupLasso(0.1, task_column="site"))
    guess = pipeline.fit(X, y).predict(X)
    plain = StandardScaler().fit(columns)
    direct = GroupLasso(0.1).fit(plain.transform(columns), y, task=task)
    expected = direct.predict(plain.transform(columns), task=task)
    assert_allclose(guess, expected, rtol=1e-10)
    assert pipeline[-1].tasks_.tolist() == ["Bergen", "Oslo", "Voss"]
    assert pipeline.score(X, y) == pytest.approx(r2_score(y, expected))


@each_frame
def test_a_search_over_a_pipeline_of_a_frame(kind):
    X, columns, y, task = frame(kind)
    search = GridSearchCV(
        make_pipeline(scaled(kind), GroupLasso(task_column="site")),
        {"grouplasso__alpha": GRID},
        cv=TaskKFold(3, task_column="site"),
        scoring=make_task_scorer("r2", task_column="site"),
    ).fit(X, y)
    means = []
    for alpha in GRID:
        scores = []
        for train, test in TaskKFold(3).split(columns, task=task):
            plain = StandardScaler().fit(columns[train])
            model = GroupLasso(alpha)
            model.fit(plain.transform(columns[train]), y[train], task=task[train])
            guess = model.predict(plain.transform(columns[test]), task=task[test])
            scores += [
                r2_score(y[test][task[test] == k], guess[task[test] == k])
                for k in np.unique(task)
            ]
        means.append(np.mean(scores))
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)
    assert search.predict(X).shape == y.shape


def test_columns_of_an_array():
    X, y = table()
    transformer = make_column_transformer(
        ("passthrough", [0]), (PolynomialFeatures(include_bias=False), [1, 2, 3])
    )
    pipeline = make_pipeline(transformer, GroupLasso(0.1, task_column=0)).fit(X, y)
    features = PolynomialFeatures(include_bias=False).fit_transform(X[:, 1:4])
    direct = GroupLasso(0.1).fit(features, y, task=X[:, 0])
    assert np.array_equal(pipeline[-1].coef_, direct.coef_)


def routed():
    model = GroupLasso(0.1).set_fit_request(task=True).set_predict_request(task=True)
    return model.set_score_request(task=True)


def test_labels_routed_through_a_pipeline_in_a_search():
    whole, y = table()
    X, task = whole[:, 1:], whole[:, 0]
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(StandardScaler(), routed())
        search = GridSearchCV(pipeline, {"grouplasso__alpha": GRID}, cv=TaskKFold(3))
        search.fit(X, y, task=task)
        guess = search.best_estimator_.predict(X, task=task)
        score = search.score(X, y, task=task)
    means = []
    for alpha in GRID:
        scores = []
        for train, test in TaskKFold(3).split(X, task=task):
            plain = StandardScaler().fit(X[train])
            model = GroupLasso(alpha)
            model.fit(plain.transform(X[train]), y[train], task=task[train])
            given = plain.transform(X[test]), y[test]
            scores.append(model.score(*given, task=task[test]))
        means.append(np.mean(scores))
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)
    assert score == pytest.approx(r2_score(y, guess))


def test_labels_routed_to_a_transformed_target():
    whole, y = table()
    X, task = whole[:, 1:], whole[:, 0]
    with config_context(enable_metadata_routing=True):
        model = TransformedTargetRegressor(
            routed(), func=np.arcsinh, inverse_func=np.sinh
        )
        guess = model.fit(X, y, task=task).predict(X, task=task)
    direct = GroupLasso(0.1).fit(X, np.arcsinh(y), task=task)
    assert_allclose(guess, np.sinh(direct.predict(X, task=task)), rtol=1e-12)


def test_a_search_over_a_transformed_target_with_routed_labels():
    whole, y = table()
    X, task = whole[:, 1:], whole[:, 0]
    with config_context(enable_metadata_routing=True):
        model = TransformedTargetRegressor(
            routed(), func=np.arcsinh, inverse_func=np.sinh
        )
        scorer = make_task_scorer("neg_mean_squared_error")
        folds = TaskKFold(3)
        grid = {"regressor__alpha": [0.1]}
        search = GridSearchCV(model, grid, cv=folds, scoring=scorer)
        search.fit(X, y, task=task)
    scores = []
    for train, test in folds.split(X, task=task):
        direct = GroupLasso(0.1).fit(X[train], np.arcsinh(y[train]), task=task[train])
        errors = y[test] - np.sinh(direct.predict(X[test], task=task[test]))
        scores += [-np.mean(errors[task[test] == k] ** 2) for k in range(3)]
    assert search.best_score_ == pytest.approx(np.mean(scores))


def test_a_search_over_a_transformed_target_by_column():
    X, y = table()
    model = TransformedTargetRegressor(
        GroupLasso(task_column=0), func=np.arcsinh, inverse_func=np.sinh
    )
    folds = TaskKFold(3, task_column=0)
    search = GridSearchCV(model, {"regressor__alpha": GRID}, cv=folds).fit(X, y)
    means = []
    for alpha in GRID:
        scores = []
        for train, test in folds.split(X):
            direct = GroupLasso(alpha, task_column=0)
            direct.fit(X[train], np.arcsinh(y[train]))
            scores.append(r2_score(y[test], np.sinh(direct.predict(X[test]))))
        means.append(np.mean(scores))
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)


def test_cross_val_predict_by_column():
    X, y = table()
    model, folds = GroupLasso(0.1, task_column=0), TaskKFold(3, task_column=0)
    guess = cross_val_predict(model, X, y, cv=folds)
    for train, test in folds.split(X):
        direct = clone(model).fit(X[train], y[train])
        assert np.array_equal(guess[test], direct.predict(X[test]))


def test_permutation_importance_by_column_and_by_a_scoring_that_knows_the_labels():
    X, y = table()
    task = X[:, 0]
    given = {"n_repeats": 3, "random_state": 0}
    model = GroupLasso(0.2, task_column=0).fit(X, y)
    by_column = permutation_importance(model, X, y, **given)
    model = GroupLasso(0.2).fit(X[:, 1:], y, task=task)

    def scoring(estimator, X, y):
        return r2_score(y, estimator.predict(X, task=task))

    found = permutation_importance(model, X[:, 1:], y, scoring=scoring, **given)
    assert_allclose(found.importances, by_column.importances[1:], atol=1e-12)
    kept = model.coef_.any(axis=1)
    assert 0 < kept.sum() < len(kept)
    assert np.array_equal(found.importances_mean > 0, kept)


# What reaches the user where scikit-learn's tools lose the task labels.

FOLDS = KFold(3, shuffle=True, random_state=0)
ALPHA_GRID = {"alpha": [0.1, 1.0]}
REMEDIES = r"(?s)task_column before fit.*enable_metadata_routing=True"


def long():
    (X, y, _), task = simulated.long()
    return X, y, task


def searched(search):
    def run(model, X, y, task, **options):
        fitted = search(model, ALPHA_GRID, cv=FOLDS, **options).fit(X, y, task=task)
        return fitted.cv_results_["mean_test_score"]

    return run


def randomized(model, grid, **options):
    return RandomizedSearchCV(model, grid, n_iter=2, **options)


def halving(model, grid, **options):
    options |= {"min_resources": 60, "random_state": 0}
    return HalvingGridSearchCV(model, grid, **options)


def validated(model, X, y, task, **options):
    result = cross_validate(model, X, y, cv=FOLDS, params={"task": task}, **options)
    return result["test_score"]


def scored(model, X, y, task, **options):
    return cross_val_score(model, X, y, cv=FOLDS, params={"task": task}, **options)


def learned(model, X, y, task, **options):
    options |= {"cv": FOLDS, "train_sizes": [1.0]}
    return learning_curve(model, X, y, params={"task": task}, **options)[2]


def curved(model, X, y, task, **options):
    options |= {
        "cv": FOLDS,
        "param_name": "alpha",
        "param_range": ALPHA_GRID["alpha"],
    }
    return validation_curve(model, X, y, params={"task": task}, **options)[1]


TOOLS = {
    "GridSearchCV": searched(GridSearchCV),
    "RandomizedSearchCV": searched(randomized),
    "HalvingGridSearchCV": searched(halving),
    "cross_validate": validated,
    "cross_val_score": scored,
    "learning_curve": learned,
    "validation_curve": curved,
}
each_tool = pytest.mark.parametrize("tool", TOOLS)


@each_tool
@each_model
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_labels_that_reach_fit_only_are_warned_of_and_can_be_an_error(tool, model):
    X, y, task = long()
    if isinstance(model, GroupLassoClassifier):
        y = y > np.median(y)
    with pytest.warns(UserWarning, match=REMEDIES):
        scores = TOOLS[tool](model, X, y, task)
    assert np.isnan(scores).all()
    with pytest.raises(ValueError, match=REMEDIES):
        TOOLS[tool](model, X, y, task, error_score="raise")


@each_tool
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("scoring", ["r2", make_task_scorer("r2")])
def test_a_scorer_without_labels_is_warned_of(tool, scoring):
    X, y, task = long()
    remedies = REMEDIES if scoring == "r2" else "task= needs metadata routing"
    with pytest.warns(UserWarning, match=remedies):
        scores = TOOLS[tool](GroupLasso(), X, y, task, scoring=scoring)
    assert np.isnan(scores).all()


@pytest.mark.parametrize("cv", [TaskKFold(3), LeaveOneTaskOut()], ids=repr)
def test_splitters_over_tasks_raise_where_labels_do_not_reach_them(cv):
    X, y, task = long()
    with pytest.raises(ValueError, match="enabled"):
        GridSearchCV(GroupLasso(), ALPHA_GRID, cv=cv).fit(X, y, task=task)
    with pytest.raises(ValueError, match="enabled"):
        cross_val_predict(GroupLasso(), X, y, cv=cv, params={"task": task})


def test_tools_that_predict_raise():
    X, y, task = long()
    with pytest.raises(ValueError, match=REMEDIES):
        cross_val_predict(GroupLasso(), X, y, cv=FOLDS, params={"task": task})
    with pytest.raises(ValueError, match=REMEDIES):
        permutation_importance(GroupLasso().fit(X, y, task=task), X, y)
    regressor = TransformedTargetRegressor(
        GroupLasso(), func=np.arcsinh, inverse_func=np.sinh
    ).fit(X, y, task=task)
    with pytest.raises(ValueError, match=REMEDIES):
        regressor.predict(X)
    direct = GroupLasso().fit(X, np.arcsinh(y), task=task).predict(X, task=task)
    assert_allclose(regressor.predict(X, task=task), np.sinh(direct), rtol=1e-12)
    pipeline = make_pipeline(StandardScaler(), GroupLasso())
    with pytest.raises(ValueError, match="stepname__parameter"):
        pipeline.fit(X, y, task=task)
    pipeline.fit(X, y, grouplasso__task=task)
    with pytest.raises(ValueError, match=REMEDIES):
        pipeline.predict(X)
    assert pipeline.predict(X, task=task).shape == y.shape


@pytest.mark.parametrize(
    "tool", [RFECV(GroupLasso(), cv=FOLDS), SequentialFeatureSelector(GroupLasso())]
)
def test_tools_that_take_no_labels_raise(tool):
    X, y, task = long()
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        tool.fit(X, y, task=task)


def routed_model():
    return GroupLasso().set_fit_request(task=True).set_score_request(task=True)


def test_what_routing_does_not_carry():
    X, y, task = long()
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(routed_model(), ALPHA_GRID, cv=TaskKFold(3)).fit(
            X, y, task=task
        )
        with pytest.raises(ValueError, match=REMEDIES):
            search.predict(X)
        guess = search.best_estimator_.predict(X, task=task)
        with pytest.raises(ValueError, match=REMEDIES):
            cross_val_predict(routed_model(), X, y, cv=FOLDS, params={"task": task})
    assert r2_score(y, guess) == pytest.approx(
        search.best_estimator_.score(X, y, task=task)
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_scoring_by_name_is_not_routed_labels():
    X, y, task = long()
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(routed_model(), ALPHA_GRID, cv=TaskKFold(3), scoring="r2")
        with pytest.warns(UserWarning, match=REMEDIES):
            search.fit(X, y, task=task)
        search.set_params(error_score="raise")
        with pytest.raises(ValueError, match=REMEDIES):
            search.fit(X, y, task=task)
        search.set_params(scoring=make_task_scorer("r2")).fit(X, y, task=task)
    assert np.isfinite(search.best_score_)


def test_labels_that_are_not_requested_are_an_error_of_scikit_learn_s():
    from sklearn.exceptions import UnsetMetadataPassedError

    X, y, task = long()
    with (
        config_context(enable_metadata_routing=True),
        pytest.raises(UnsetMetadataPassedError, match="set_fit_request"),
    ):
        GridSearchCV(GroupLasso(), ALPHA_GRID, cv=TaskKFold(3)).fit(X, y, task=task)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_stacked_tasks_are_refused_by_splitters_over_tasks():
    X, y, _ = simulated.stacked()
    for cv in (TaskKFold(3), LeaveOneTaskOut()):
        with pytest.raises(ValueError, match="stack_tasks"):
            GridSearchCV(GroupLasso(), ALPHA_GRID, cv=cv).fit(X, y)

"""Messages end with the way out: what to type instead."""

import re
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import linear_model as theirs
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import GridSearchCV, cross_val_score

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    alpha_max,
    coef_frame,
    linear_model,
    regularization_path,
    split_tasks,
    stack_tasks,
    tidy,
)
from mutar_cy.model_selection import (
    StabilitySelection,
    TaskKFold,
    make_task_scorer,
    score_tasks,
)
from mutar_cy.plotting import SupportDisplay, TaskSimilarityDisplay

rng = np.random.default_rng(0)
X = rng.standard_normal((20, 4))
Y = X[:, :2] @ [[1.0, 2.0, -1.0], [0.5, 0.0, 1.0]] + 0.1 * rng.standard_normal((20, 3))
y = Y[:, 0]
STACK, STACK_Y = rng.standard_normal((2, 3, 20, 4)), rng.standard_normal((3, 20))
STACK = STACK[0]
LIST, LIST_Y = [X, X[:15]], [y, y[:15]]
SITE = np.repeat(["Lyon", "Oslo"], 10)
FRAME = pd.DataFrame(X, columns=["age", "dose", "height", "mass"])
CARS = FRAME.assign(firm=np.where(y > 0, "General Motors", "Ford"))
COUNTS = pd.DataFrame({"n1": np.abs(y).round() + 1, "silent": np.zeros(20)})
SOME_NAN = np.where(np.arange(20) == 3, np.nan, y)
LABELS = (y > 0).astype(int)


def long_model():
    return GroupLasso(0.1).fit(X, y, task=SITE)


def list_model():
    return GroupLasso(0.1).fit(LIST, LIST_Y)


def in_lists(values):
    return {"Lyon": values[0], "Oslo": values[1]}


# What is typed, and what the message must say; the last sentence is the way out.
SHAPES = {
    "a stack, y.T": (
        lambda: GroupLasso().fit(STACK, STACK_Y.T),
        "(3, 20, 4)|(20, 3)|give y.T.",
    ),
    "a stack, y flat": (
        lambda: GroupLasso().fit(STACK, STACK_Y.ravel()),
        "(3, 20, 4)|(60,)|give y.reshape(3, 20)",
    ),
    "a stack, one y": (
        lambda: GroupLasso().fit(STACK, STACK_Y[0]),
        "(20,)|y must have shape (3, 20)|np.tile(y",
    ),
    "a table, y.T": (lambda: GroupLasso().fit(X, Y.T), "(20, 4)|(3, 20)|Give y.T"),
    "X.T": (lambda: GroupLasso().fit(X.T, y), "(4, 20)|(20,)|Give X.T"),
    "a list, joined y": (
        lambda: GroupLasso().fit(LIST, np.concatenate(LIST_Y)),
        "[20, 15] samples|(35,)|np.split(y, [20])",
    ),
    "a table, a list of y": (
        lambda: GroupLasso().fit(X, LIST_Y),
        "15 to 20 entries|X as a list of matrices, one per task",
    ),
    "one axis": (lambda: GroupLasso().fit(y, y), "(20,)|X.reshape(-1, 1)"),
    "X and y exchanged": (lambda: GroupLasso().fit(y, X), "(20,)|(20, 4)|fit(X, y)"),
    "weights transposed": (
        lambda: GroupLasso().fit(X, Y, np.ones((3, 20))),
        "sample_weight|(3, 20)|as its transpose has",
    ),
    "one table to stack": (
        lambda: stack_tasks(X, y),
        "(4,)|a list of matrices, one per task",
    ),
}
KINDS = {
    "a list of dicts": (
        lambda: GroupLasso().fit(FRAME.to_dict("records"), y),
        "['age', 'dose', 'height', 'mass']|pandas.DataFrame(X)",
    ),
    "a ragged X": (
        lambda: GroupLasso().fit([[1.0, 2.0], [3.0]], [1.0, 2.0]),
        "rows have 1 to 2 entries|as many entries as there are features",
    ),
    "a dict of tasks, y a list": (
        lambda: GroupLasso().fit(in_lists(LIST), LIST_Y),
        "15 samples|20|y must be a dict, too",
    ),
    "a dict of y, X a list": (
        lambda: GroupLasso().fit(LIST, in_lists(LIST_Y)),
        "['Lyon', 'Oslo']|give X as a dict with the same keys",
    ),
    "a dict of y, X a stack": (
        lambda: GroupLasso().fit(STACK[:2], in_lists(STACK_Y)),
        "['Lyon', 'Oslo']|X as a dict too, with the same keys",
    ),
    "other keys": (
        lambda: GroupLasso().fit(in_lists(LIST), {"Lyon": y, "Rome": y}),
        "'Rome'|['Lyon', 'Rome']",
    ),
    "a generator": (
        lambda: GroupLasso().fit((design for design in LIST), LIST_Y),
        "generator|give list(X)",
    ),
    "values of a dict": (
        lambda: GroupLasso().fit(in_lists(LIST).values(), LIST_Y),
        "dict_values|give list(X), or give the dict itself",
    ),
    "groupby": (
        lambda: GroupLasso().fit(CARS.groupby("firm"), y),
        "give the table itself, and name its task_column",
    ),
    "a file": (lambda: GroupLasso().fit("cars.csv", y), "'cars.csv'|pandas.read_csv"),
    "a lazy table": (
        lambda: GroupLasso().fit(pl.from_pandas(FRAME).lazy(), y),
        "polars.LazyFrame|X.collect()",
    ),
    "NaN in y": (
        lambda: GroupLasso().fit(X, SOME_NAN),
        "1 of 20|missing_targets='ignore'",
    ),
    "NaN in y of a task": (
        lambda: GroupLasso().fit(LIST, [SOME_NAN, y[:15]]),
        "y of task 0|missing_targets='ignore'",
    ),
    "NaN in y to score": (
        lambda: long_model().score(X, SOME_NAN, task=SITE),
        "missing_targets='ignore'",
    ),
    "NaN in y of a drop-in": (
        lambda: linear_model.Lasso().fit(X, SOME_NAN),
        "mutar_cy.GroupLasso|missing_targets='ignore'",
    ),
    "NaN in X": (
        lambda: GroupLasso().fit(np.where(X > 1.5, np.nan, X), y),
        "X contains NaN|SimpleImputer",
    ),
    "classes": (
        lambda: GroupLasso().fit(X, np.where(y > 0, "ill", "well")),
        "y must be numbers|GroupLassoClassifier",
    ),
    "a name for y": (lambda: GroupLasso().fit(FRAME, "dose"), "'dose'|table['dose']"),
    "balanced": (
        lambda: GroupLasso().fit(X, y, sample_weight="balanced"),
        "sample_weight|class_weight='balanced'",
    ),
    "labels as weights": (
        lambda: GroupLasso().fit(X, y, SITE),
        "sample_weight|by keyword, task=",
    ),
    "dates": (
        lambda: GroupLasso().fit(
            FRAME.assign(day=pd.date_range("2020", periods=20)), y
        ),
        "Column 'day' of X holds dates|days since a date",
    ),
}
TASKS = {
    "a forgotten task column": (
        lambda: GroupLasso().fit(CARS, y),
        "Column 'firm' of X holds text|if it names the task, task_column='firm'; else "
        "encode it",
    ),
    "the same with polars": (
        lambda: GroupLasso().fit(pl.from_pandas(CARS), y),
        "Column 'firm' of X holds text|task_column='firm'; else encode it",
    ),
    "the same as an array": (
        lambda: GroupLasso().fit(CARS.to_numpy(), y),
        "Column 4 of X holds text|task_column=4; else encode it",
    ),
    "text for a drop-in": (
        lambda: linear_model.Lasso().fit(CARS, y),
        "Column 'firm' of X holds text: encode it",
    ),
    "own designs for a drop-in": (
        lambda: linear_model.MultiTaskLasso().fit(LIST, LIST_Y),
        "MultiTaskLasso|for own designs: mutar_cy.GroupLasso",
    ),
    "task names a column": (
        lambda: GroupLasso().fit(CARS, y, task="firm"),
        "'firm'|task_column='firm'",
    ),
    "one label for all": (
        lambda: long_model().predict(X, task="Oslo"),
        "'Oslo'|['Oslo'] * 20",
    ),
    "a list of task columns": (
        lambda: GroupLasso(task_column=["firm"]).fit(CARS, y),
        "task_column|fit(..., task=labels)",
    ),
    "a name without names": (
        lambda: GroupLasso(task_column="firm").fit(X, y),
        "give its position, such as task_column=0",
    ),
    "labels of several types": (
        lambda: GroupLasso().fit(X, y, task=["Lyon", 1] * 10),
        "types int, str|[str(label) for label in labels]",
    ),
    "an unseen task": (
        lambda: long_model().predict(X, task=["Rome"] * 20),
        "['Rome']|['Lyon', 'Oslo']|TaskKFold(5)|for new tasks, unseen_tasks='mean'",
    ),
    "designs for a table": (
        lambda: long_model().predict(LIST),
        "long layout|A dict of designs by label",
    ),
    "a table for designs": (
        lambda: list_model().predict(X),
        "task=|task_column",
    ),
    "a stack in folds": (
        lambda: cross_val_score(IndLasso(), STACK, STACK_Y, cv=3, error_score="raise"),
        "fitted to 2|mutar_cy.stack_tasks",
    ),
    "folds that leave out a task": (
        lambda: GroupLassoCV(cv=[(np.arange(10), np.arange(10, 20))]).fit(
            X, y, task=SITE
        ),
        "'Oslo'|TaskKFold|unseen_tasks='mean'",
    ),
    "split by a name": (lambda: split_tasks(CARS, y, "firm"), "X['firm']"),
    "a silent task": (
        lambda: GroupLasso(loss="poisson").fit(X, COUNTS),
        "task 'silent'|degenerate_tasks='constant'",
    ),
    "a silent fold": (
        lambda: GroupLassoCV(loss="poisson", alphas=2, cv=2).fit(
            X, COUNTS.assign(silent=np.arange(20) < 2)
        ),
        "Fold 0 of cv|task 'silent'|degenerate_tasks='constant'",
    ),
    "a class that a task has not": (
        lambda: GroupLassoClassifier().fit(
            X, np.where(SITE == "Lyon", LABELS, 1), task=SITE
        ),
        "task 'Oslo'|one class only, 1|degenerate_tasks='constant'",
    ),
}
ARGUMENTS = {
    "n_alphas": (lambda: GroupLasso(n_alphas=9), "GroupLasso()|regularization_path"),
    "n_alphas of CV": (
        lambda: GroupLassoCV(n_alphas=9),
        "GroupLassoCV()|it is alphas=",
    ),
    "n_jobs": (lambda: DirtyModel(n_jobs=2), "DirtyModel()|n_jobs to DirtyModelCV"),
    "verbose": (
        lambda: GroupLasso(verbose=1),
        "set_callbacks(sklearn.callback.ProgressBar",
    ),
    "group_weights": (lambda: GroupLasso(group_weights=[1]), "it is penalty_weights="),
    "selection": (lambda: GroupLassoCV(selection="1se"), "it is rule='min' or '1se'"),
    "cv": (lambda: GroupLasso(cv=5), "GroupLassoCV(cv=...)"),
    "lambda_": (lambda: GroupLasso(lambda_=1.0), "it is alpha="),
    "C": (lambda: GroupLassoClassifier(C=1.0), "it is alpha=|1 / (C * n_samples)"),
    "family": (lambda: GroupLasso(family="poisson"), "it is loss="),
    "thresh": (lambda: GroupLasso(thresh=1e-7), "it is tol="),
    "penalty_factor": (
        lambda: GroupLasso(penalty_factor=[1]),
        "it is penalty_weights=",
    ),
    "intercept": (lambda: GroupLasso(intercept=False), "it is fit_intercept="),
    "random_state": (lambda: GroupLasso(random_state=0), "leave it out"),
    "a typing error": (lambda: GroupLasso(alhpa=1.0), "did you mean alpha=?"),
    "no idea": (lambda: GroupLasso(colour="red"), "it has alpha, "),
    "weights in the class": (
        lambda: GroupLasso(weights=y),
        "an argument of fit: GroupLasso().fit(X, y, sample_weight=...)",
    ),
    "data in the class": (
        lambda: GroupLasso(X).fit(X, y),
        "ndarray of shape (20, 4)|GroupLasso().fit(X, y)",
    ),
    "groups by position": (
        lambda: GroupLasso([0, 0, 1, 1]).fit(X, y),
        "list of shape (4,)|groups of features are groups=",
    ),
    "groups in fit": (
        lambda: GroupLasso().fit(X, y, groups=[0, 0, 1, 1]),
        "GroupLasso.fit()|a parameter of the class: GroupLasso(groups=...)",
    ),
    "tasks in fit": (
        lambda: IndLasso().fit(X, y, tasks=SITE),
        "IndLasso.fit()|it is task=",
    ),
    "exposure": (
        lambda: GroupLasso(loss="poisson").fit(X, LABELS, exposure=LABELS),
        "it is offset=np.log(exposure)",
    ),
    "newx": (lambda: long_model().predict(newx=X), "GroupLasso.predict()|it is X="),
    "y forgotten": (lambda: GroupLasso().fit(X), "GroupLasso.fit(): missing|'y'"),
    "fit of a class": (
        lambda: GroupLasso.fit(X, y),
        "create an estimator first|().fit(",
    ),
    "a path of a class": (
        lambda: regularization_path(GroupLasso, X, y),
        "the class GroupLasso: pass GroupLasso()",
    ),
    "alpha_max of a class": (
        lambda: alpha_max(GroupLasso, X, y),
        "the class GroupLasso: pass GroupLasso()",
    ),
    "stability of a class": (
        lambda: StabilitySelection(GroupLasso).fit(X, y),
        "the class GroupLasso: pass GroupLasso()",
    ),
    "a table of a class": (lambda: coef_frame(GroupLasso), "GroupLasso().fit(X, y)"),
    "n_jobs of a path": (
        lambda: regularization_path(GroupLasso(), X, y, n_jobs=2),
        "GroupLasso.fit()|n_jobs to GroupLassoCV",
    ),
    "a model in a display": (
        lambda: SupportDisplay(GroupLasso(0.1).fit(X, y)),
        "SupportDisplay.from_estimator(model)",
    ),
    "a class in a display": (
        lambda: TaskSimilarityDisplay.from_estimator(GroupLasso),
        "GroupLasso().fit(X, y)",
    ),
    "stability in a display": (
        lambda: SupportDisplay.from_estimator(
            StabilitySelection(GroupLasso(0.1), n_subsamples=4).fit(X, y)
        ),
        "StabilityDisplay.from_estimator",
    ),
    "a forest": (
        lambda: tidy(RandomForestRegressor(2).fit(X, y)),
        "RandomForestRegressor|with coef_",
    ),
    "a search without a model": (
        lambda: coef_frame(
            GridSearchCV(GroupLasso(), {"alpha": [1.0]}, refit=False).fit(X, y)
        ),
        "set refit=True",
    ),
    "a model of scikit-learn": (
        lambda: alpha_max(theirs.Lasso(), X, y),
        "mutar_cy.linear_model.Lasso",
    ),
}
VALUES = {
    "alpha by itself": (
        lambda: GroupLasso("auto").fit(X, y),
        "GroupLassoCV chooses alpha",
    ),
    "logistic loss": (
        lambda: GroupLasso(loss="logistic").fit(X, y),
        "GroupLassoClassifier",
    ),
    "mse": (lambda: GroupLasso(loss="mse").fit(X, y), "Set loss='squared_error'"),
    "automatic groups": (
        lambda: GroupLasso(groups="auto").fit(X, y),
        "Set groups=None, or 'prefix'",
    ),
    "l2": (lambda: GroupLasso(normalize="l2").fit(X, y), "Set normalize=True"),
    "one alpha": (lambda: GroupLassoCV(alphas=0.1).fit(X, y), "Set alphas=[0.1]"),
    "one fold": (lambda: GroupLassoCV(cv=1).fit(X, y), "cv=2 or more|criterion='bic'"),
    "an asymmetric cost": (
        lambda: MTW(M=np.triu(np.ones((4, 4)), 1)).fit(X, Y),
        "M[0, 1] is 1|mutar_cy.ot.grid_cost(shape)",
    ),
}
CASES = {**SHAPES, **KINDS, **TASKS, **ARGUMENTS, **VALUES}
LONGEST = 600  # characters of a message: it has no data in it


@pytest.mark.uncertified("most of these fits fail")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_way_out(case):
    typed, says = case
    with pytest.raises((TypeError, ValueError)) as caught:
        typed()
    message = str(caught.value)
    for part in says.split("|"):
        assert part in message
    assert len(message) < LONGEST
    assert not re.search(
        r"MultiTaskRegressor|LossRegressor|\barray\(|np\.str_", message
    )


def sorted_by_site():
    """Return a table sorted by site and its targets, in which each site differs."""
    site = np.repeat(["Bari", "Lyon", "Oslo", "Rome", "Voss"], 12)
    X = rng.standard_normal((60, 4))
    effect = np.repeat([3.0, -3.0, 2.0, -2.0, 1.0], 12)
    y = effect * X[:, 0] + X[:, 1] + 0.3 * rng.standard_normal(60)
    table = pd.DataFrame(X, columns=FRAME.columns).assign(site=site)
    return table, y


@pytest.mark.parametrize("scoring", [None, "r2"])
def test_folds_of_a_table_sorted_by_site(scoring):
    table, y = sorted_by_site()
    grid = {"alpha": [0.01, 0.1]}
    search = GridSearchCV(GroupLasso(task_column="site"), grid, cv=5, scoring=scoring)
    with pytest.raises(ValueError, match="All the 10 fits failed") as caught:
        search.fit(table, y)
    message = str(caught.value)
    way = (
        "In cross-validation hold out samples within every task: "
        "cv=TaskKFold(5, task_column='site')."
    )
    assert message.count(way) == 1  # one error for all folds
    assert "for new tasks, unseen_tasks='mean'" in message
    search.set_params(estimator__unseen_tasks="mean").fit(table, y)


def test_one_task_that_a_fold_leaves_out_warns_once():
    table, y = sorted_by_site()
    kept = np.r_[0:1, 12:60]  # the first fold alone has the sample of Bari
    search = GridSearchCV(GroupLasso(task_column="site"), {"alpha": [0.01, 0.1]}, cv=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(table.iloc[kept].sample(frac=1.0, random_state=0), y[kept])
    ways = [
        w for w in caught if "cv=TaskKFold(5, task_column='site')" in str(w.message)
    ]
    assert len(ways) == 1


def test_folds_within_tasks_choose_what_the_cross_validated_class_chooses():
    table, y = sorted_by_site()
    alphas = np.geomspace(1.0, 0.003, 8)
    search = GridSearchCV(
        GroupLasso(task_column="site"),
        {"alpha": alphas},
        cv=TaskKFold(5, task_column="site"),
        scoring=make_task_scorer("neg_mean_squared_error"),
    ).fit(table, y)
    chosen = GroupLassoCV(alphas=alphas, cv=5, task_column="site").fit(table, y)
    assert search.best_params_["alpha"] == chosen.alpha_
    assert alphas[-1] < chosen.alpha_ < alphas[0]


def test_an_alpha_that_leaves_nothing_is_known():
    model = GroupLasso(alpha=100.0).fit(X, Y)
    largest = alpha_max(GroupLasso(), X, Y)
    assert model.alpha_max_ == pytest.approx(largest)
    assert repr(model).endswith(f"# all coefficients are 0, alpha_max_={largest:.3f}")
    assert coef_frame(model).attrs == {"alpha_max_": model.alpha_max_}
    model.set_params(alpha=0.1).fit(X, Y)
    assert repr(model) == "GroupLasso()"
    assert not hasattr(model, "alpha_max_")
    alone = IndLasso(100.0).fit(X, Y)
    assert alone.alpha_max_ == pytest.approx(alpha_max(IndLasso(), X, Y))


def test_scores_of_a_missing_task_say_which():
    model = long_model()
    with pytest.raises(ValueError, match=r"pass task="):
        score_tasks(model, X, y)

"""Logistic regression on groups of features."""

import numpy as np
from scipy.special import expit
from sklearn.base import ClassifierMixin
from sklearn.utils import check_array, compute_class_weight
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from mutar_cy import tasks
from mutar_cy.estimators._cross_validated import CrossValidated, constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._group_model import GroupModel, is_dict
from mutar_cy.objectives import (
    ClassificationObjective,
    all_or_nothing,
    log_probabilities,
)


def has_own_designs(X):
    """Tell whether X holds one design per task."""
    return not is_dict(X) and tasks.has_task_designs(X)


def read_labels(X, y):
    """Check the labels that go with X.

    Returns
    -------
    labels : list of ndarray
        One if X is a table, else one per task.
    """
    if y is None:
        tasks.check_target(y, "y")  # raises
    if not has_own_designs(X):
        return [_check_labels(y, "y")]
    return [
        _check_labels(own, f"y of task {k}")
        for k, own in enumerate(tasks.task_list(y, len(X), "y"))
    ]


def _check_labels(y, name):
    y = check_array(
        y,
        dtype=None,
        ensure_2d=False,
        allow_nd=True,
        ensure_min_samples=0,
        ensure_min_features=0,
        input_name=name,
    )
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    check_classification_targets(y.ravel())
    return y


def numbers_of(labels, classes, several):
    """Return the numbers of labels among sorted classes, -1 if they are in none.

    Parameters
    ----------
    labels : list of ndarray
    classes : ndarray of shape (n_classes,)
    several : bool
        Whether to return a list, instead of its only entry.
    """
    numbers = []
    for own in labels:
        at = np.minimum(np.searchsorted(classes, own), len(classes) - 1)
        numbers.append(np.where(classes[at] == own, at, -1).astype(np.float64))
    return numbers if several else numbers[0]


class ClassReader:
    """Find the classes of labels, and see that a classifier can be fitted to them.

    Parameters
    ----------
    labels : list of ndarray
        As `read_labels` returns them.
    class_weight : dict, "balanced" or None

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        Sorted; after `prepare` without those whose samples weigh nothing.
    """

    def __init__(self, labels, class_weight):
        self.labels, self.class_weight = labels, class_weight
        self.classes = np.unique(np.concatenate([own.ravel() for own in labels]))

    def numbers(self, several):
        """Return the numbers of all labels, as `numbers_of` does."""
        return numbers_of(self.labels, self.classes, several)

    def prepare(self, data):
        """Return data whose targets are numbers of classes, weighed by these."""
        present = self._check(data)
        number = np.zeros(len(self.classes), dtype=np.intp)
        number[present] = np.arange(len(present))
        self.classes = self.classes[present]
        targets = [number[Y.astype(np.intp)] for Y in data.targets]
        data = data._replace(targets=[Y.astype(np.float64) for Y in targets])
        if self.class_weight is None:
            return data
        return data._replace(weights=self._weights(data, targets))

    def _check(self, data):
        """Return the classes that are there, and see that every task has them."""
        columns = [(owner, np.unique(y)) for owner, y, _ in data.target_columns()]
        present = np.unique(np.concatenate([own for _, own in columns]))
        for owner, own in columns:
            if not len(own):
                raise ValueError(f"sample_weight{owner} sums to zero.")
            if len(own) == 1:
                known = self.classes.tolist()[int(own[0])]
                raise ValueError(
                    f"y{owner} has one class only, {known!r}; a classifier needs "
                    f"samples of two classes or more in every task."
                )
            missing = np.setdiff1d(present, own)
            if len(missing):
                unknown = self.classes.tolist()[int(missing[0])]
                raise ValueError(
                    f"y{owner} has no sample of class {unknown!r}; every task needs "
                    f"samples of every class."
                )
        return present.astype(np.intp)

    def _weights(self, data, targets):
        """Return sample weights times those of the classes."""
        columns = list(data.target_columns())
        codes = np.concatenate([y for _, y, _ in columns]).astype(np.intp)
        factors = compute_class_weight(
            self.class_weight,
            classes=self.classes,
            y=self.classes[codes],
            sample_weight=np.concatenate([weight for _, _, weight in columns]),
        )
        weights = []
        for Y, own in zip(targets, data.weights, strict=True):
            own = np.ones(len(Y)) if own is None else own
            weights.append(factors[Y] * own.reshape(len(Y), -1))
        return weights


def accuracy(y, guess, weights, offset, average):
    """Return the fraction of right labels, as `tasks.r_squared` takes its arguments."""
    numbers, guess, weights = tasks.columns_with_weights(y, guess, weights)
    return float(np.mean(np.average(numbers == guess, axis=1, weights=weights)))


class GroupDecisions(ClassifierMixin, GroupModel):
    """A linear predictor for every class, or for one of two."""

    def _coef_rows(self, coef):
        return np.moveaxis(coef, 0, -1).reshape(coef.shape[1], -1)

    def decision_function(self, X, task=None, offset=None):
        """Return the linear predictors.

        Parameters
        ----------
        X : array-like, sparse matrix, dict, or one matrix per task
            In a layout that ``fit`` takes; a dict if X was one in ``fit``.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task, one of ``tasks_``.
        offset : array-like, default=None
            What to add to them, in the layout of the labels. For two classes only.

        Returns
        -------
        decision : ndarray, or list of n_tasks ndarray
            For two classes in the layout of the labels that belong to X: the
            logarithm of the odds of ``classes_[1]``. For more, with another last axis
            of ``n_classes``: that of the odds of each class against the rest.
        """
        check_is_fitted(self)
        coef, intercept = (np.moveaxis(v, 0, -1) for v in (self.coef_, self.intercept_))
        if len(self.coef_) == 1:
            coef, intercept = coef[..., 0], intercept[..., 0]
        elif offset is not None:
            raise ValueError(
                f"offset is for two classes, but there are {len(self.classes_)}."
            )
        return self._predictor(X, coef, intercept, task, offset)

    def predict_proba(self, X, task=None, offset=None):
        """Return the probabilities of the classes.

        Parameters
        ----------
        X, task, offset : object
            As for ``decision_function``.

        Returns
        -------
        probability : ndarray, or list of n_tasks ndarray
            In the layout of the labels that belong to X, with another last axis of
            ``n_classes``. With more than two classes, those of each against the rest
            are divided by their sum.
        """
        return _each(self._probabilities, self.decision_function(X, task, offset))

    def _probabilities(self, decision):
        if len(self.classes_) == 2:
            return np.stack([expit(-decision), expit(decision)], axis=-1)
        return np.exp(log_probabilities(decision))

    def predict(self, X, task=None, offset=None):
        """Predict the classes.

        Parameters
        ----------
        X, task, offset : object
            As for ``decision_function``.

        Returns
        -------
        y : ndarray of shape (n_samples,), (n_samples, n_tasks), (n_tasks, n_samples), \
                or list of n_tasks ndarray of shape (n_samples_k,)
            In the layout of the labels that belong to X.
        """
        numbers = _each(self._numbers, self.decision_function(X, task, offset))
        return _each(lambda own: self.classes_[own], numbers)

    def _numbers(self, decision):
        """Return the number of the class that decisions are for."""
        if len(self.classes_) == 2:
            return (decision > 0).astype(np.intp)
        return decision.argmax(axis=-1)

    def score(self, X, y, sample_weight=None, task=None, offset=None):
        """Return the accuracy: the fraction of labels that are predicted.

        Parameters
        ----------
        X : array-like, sparse matrix, dict, or one matrix per task
            As for ``decision_function``.
        y : array-like, or one per task
            The labels, in the layout of X.
        sample_weight : float or array-like, default=None
            Weights in the layout of y.
        task, offset : array-like
            As for ``decision_function``.

        Returns
        -------
        score : float or ndarray of shape (n_tasks,)
            One number per task if X holds one design per task; else a float, over all
            samples and columns of y.
        """
        guess = _each(self._numbers, self.decision_function(X, task, offset))
        own = has_own_designs(X)
        numbers = numbers_of(read_labels(X, y), self.classes_, own)
        return tasks.score_predictions(
            guess, numbers, sample_weight, per_task=own, measure=accuracy
        )


def _each(function, values):
    """Apply a function to every array of a list, or to an array."""
    if isinstance(values, list):
        return [function(own) for own in values]
    return function(values)


class GroupClassification(GroupDecisions):
    """Logistic regression, of one class against the rest where there are several."""

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None, offset=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features), dict, \
                array-like of shape (n_tasks, n_samples, n_features), or list of \
                n_tasks {array-like, sparse matrix} of shape (n_samples_k, n_features)
            A design that all tasks share, or a long table whose rows carry task
            labels; or one design per task, in one array or in a list. A dict holds
            the columns of every group, as arrays of shape (n_samples,) or
            (n_samples, n_columns).
        y : array-like of shape (n_samples,), (n_samples, n_tasks) or \
                (n_tasks, n_samples), or list of n_tasks array-like of shape \
                (n_samples_k,)
            The labels, in the layout of X. Every task needs samples of every class.
        sample_weight : float or array-like, default=None
            Weights in the layout of y, or one per sample where y has several columns.
            Every task is weighed by its own sum.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task. This, or the parameter ``task_column``,
            makes X a long table.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of y. For two classes
            only.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree, numbers are not finite, weights are negative or sum to
            0 in a task, a task lacks a class, groups or their weights are not as
            described, or both ``task`` and ``task_column`` are given.

        Warns
        -----
        ConvergenceWarning
            If a duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If ``alpha`` is 0.
        """
        return self._fit(X, y, sample_weight=sample_weight, task=task, offset=offset)

    def _read(self, X, y, sample_weight=None, task=None, offset=None):
        reader = ClassReader(read_labels(X, y), self.class_weight)
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        numbers = reader.numbers(has_own_designs(X))
        data = self._read_data(X, numbers, reader.prepare, **given)
        data = data._replace(classes=reader.classes)
        if offset is not None and len(reader.classes) > 2:
            raise ValueError(
                f"offset is for two classes, but y has {len(reader.classes)}."
            )
        return data

    def _objective(self, data):
        return ClassificationObjective(
            data,
            self._penalty_family(),
            {"alpha": self.alpha},
            self._options(),
            self._feature_groups(data),
        )

    def _attributes(self, objective, arrays):
        fitted = super()._attributes(objective, arrays)
        return {"classes_": objective.data.classes, **fitted}


@fill_docstring
class GroupLassoClassifier(GroupClassification):
    r"""Logistic regression that keeps or drops whole groups of features.

    For two classes, with :math:`y_{ki}` 1 for the second and 0 for the first, the
    coefficients :math:`W` and the intercepts :math:`b` minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i s_{ki} \big[
            \log(1 + \exp(\eta_{ki})) - y_{ki} \eta_{ki} \big]
        + \alpha \sum_g \big[ (1 - \rho) \, \omega_g \| W_g \|_F
        + \rho \, \| W_g \|_1 \big] ,
        \qquad \eta_{ki} = o_{ki} + b_k + x_{ki}^\top w_k

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`,
    offsets :math:`o_{ki}`, task weights :math:`c_k` and group weights
    :math:`\omega_g`. :math:`W_g` holds the rows of the features in group :math:`g`,
    over all tasks. Groups of weight 0, and features in no group, are in neither term
    of the penalty.

    With more than two classes this is solved for each of them against the rest, as
    :class:`sklearn.multiclass.OneVsRestClassifier` does: every class has coefficients
    and groups of its own.

    Parameters
    ----------
    %(groups of GroupLassoClassifier)s
    alpha : float, default=0.01
        Penalty strength :math:`\alpha`. For ``alpha >= alpha_max(...)``
        (:func:`~mutar_cy.alpha_max`) all penalised coefficients are 0. At 0, nothing is
        penalised.
    %(l1_ratio)s
    %(group_weights)s
    %(standardize_groups)s
    %(fit_intercept of GroupLassoClassifier)s
    %(positive)s
    %(max_iter of GroupLassoClassifier)s
    %(tol of GroupLassoClassifier)s
    %(warm_start)s
    %(class_weight)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s

    Attributes
    ----------
    %(classes_)s
    %(coef_ of GroupLassoClassifier)s
    %(intercept_ of GroupLassoClassifier)s
    %(dual_gap_ of GroupLassoClassifier)s
    %(objective_ of GroupLassoClassifier)s
    %(n_iter_ of GroupLassoClassifier)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_ of GroupLassoClassifier)s
    %(selected_groups_)s
    %(tasks_ of GroupLassoClassifier)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    GroupLassoRegressor : For numbers, counts and positive targets.

    References
    ----------
    .. [1] L. Meier, S. van de Geer, P. Bühlmann (2008), The group lasso for logistic
       regression, JRSS B 70. Section 2 states the problem.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLassoClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((200, 6))
    >>> y = np.where(X[:, 0] - X[:, 1] + 0.3 * rng.standard_normal(200) > 0, "b", "a")
    >>> model = GroupLassoClassifier(groups=[[0, 1], [2, 3], [4, 5]], alpha=0.1)
    >>> model.fit(X, y).selected_groups_
    [0]
    >>> print(model.classes_, model.coef_.round(2))
    ['a' 'b'] [[ 0.99 -0.91  0.    0.    0.    0.  ]]
    >>> print(model.predict_proba(X[:2]).round(2))
    [[0.4  0.6 ]
     [0.36 0.64]]
    """

    _parameter_constraints = {
        **GroupModel._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        groups="auto",
        alpha=0.01,
        *,
        l1_ratio=0.0,
        group_weights="sqrt_size",
        standardize_groups=False,
        fit_intercept=True,
        positive=False,
        max_iter=2000,
        tol=1e-4,
        warm_start=False,
        class_weight=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
    ):
        self.groups = groups
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.group_weights = group_weights
        self.standardize_groups = standardize_groups
        self.fit_intercept = fit_intercept
        self.positive = positive
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks


@fill_docstring
class GroupLassoClassifierCV(CrossValidated, GroupLassoClassifier):
    r"""GroupLassoClassifier with alpha chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.GroupLassoClassifier`, see there for the objective, with a
    chosen ``alpha``, the same for all classes.

    For every fold there is one path of fits, each from where the last one ended, all
    with a duality gap. The strength is chosen by held-out samples; the fit to all
    data is then that of the class itself.

    Parameters
    ----------
    %(groups of GroupLassoClassifier)s
    %(alphas)s
    %(eps)s
    cv : int, splitter, iterable of (train, test), or None, default=None
        The folds; None is 5. A number of folds, over which the samples of every class
        and task are spread evenly. Samples are counted as they come: rows of a table,
        or all tasks end to end.
    %(selection)s
    %(criterion)s
    %(n_jobs)s
    %(l1_ratio)s
    %(group_weights)s
    %(standardize_groups)s
    %(fit_intercept of GroupLassoClassifier)s
    %(positive)s
    %(max_iter of GroupLassoClassifier)s
    %(tol of GroupLassoClassifier)s
    %(class_weight)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s

    Attributes
    ----------
    %(alpha_)s
    %(alphas_)s
    deviance_path_ : ndarray of shape (n_alphas, n_folds)
        Mean deviances of held-out samples, minus twice the logarithm of the probability
        of their class: within a task by the weights of samples and classes, then over
        tasks by ``task_weight``. Without ``criterion``.
    %(criterion_path_)s
    %(degrees_of_freedom_)s
    %(classes_)s
    %(coef_ of GroupLassoClassifier)s
    %(intercept_ of GroupLassoClassifier)s
    %(dual_gap_ of GroupLassoClassifier)s
    %(objective_ of GroupLassoClassifier)s
    %(n_iter_ of GroupLassoClassifier)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_ of GroupLassoClassifier)s
    %(selected_groups_)s
    %(tasks_ of GroupLassoClassifier)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    GroupLassoClassifier : With a given strength.
    GroupLassoRegressorCV : Numbers and counts.

    Notes
    -----
    The rule of one standard error is that of [1]_.

    With ``criterion`` the value of a fit is its deviance plus :math:`k \, d` with the
    degrees of freedom :math:`d`, and :math:`k = 2` for "aic", the logarithm of the
    number of samples for "bic"; "ebic" adds twice the logarithm of the number of ways
    to select as many features (or groups) [2]_. The degrees of freedom are the trace of
    the derivative of the fitted values by the targets [3]_, intercepts included. Fits
    that spend more than half of the samples on them are not considered.

    References
    ----------
    .. [1] L. Breiman, J. Friedman, R. Olshen, C. Stone (1984), Classification and
       regression trees, Wadsworth. Section 3.4.3 has the rule of one standard error.
    .. [2] J. Chen, Z. Chen (2008), Extended Bayesian information criteria for model
       selection with large model spaces, Biometrika 95. Section 2; here with gamma 1.
    .. [3] S. Vaiter, C. Deledalle, J. Fadili, G. Peyre, C. Dossal (2017), The degrees
       of freedom of partly smooth regularizers, Ann. Inst. Stat. Math. 69. Theorem 2.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLassoClassifierCV
    >>> rng = np.random.default_rng(0)
    >>> names = "position", "speed", "time"
    >>> X = {name: rng.standard_normal((200, 3)) for name in names}
    >>> y = rng.random(200) < 1 / (1 + np.exp(-2 * X["speed"] @ [1, -1, 1]))
    >>> model = GroupLassoClassifierCV(alphas=30, selection="1se").fit(X, y)
    >>> model.selected_groups_
    ['speed']
    """

    _model_class = GroupLassoClassifier
    _path_name = "deviance_path_"
    _parameter_constraints = constraints_of(GroupLassoClassifier)

    def __init__(
        self,
        groups="auto",
        *,
        alphas=100,
        eps=1e-3,
        cv=None,
        selection="min",
        criterion=None,
        n_jobs=None,
        l1_ratio=0.0,
        group_weights="sqrt_size",
        standardize_groups=False,
        fit_intercept=True,
        positive=False,
        max_iter=2000,
        tol=1e-4,
        class_weight=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
    ):
        self.groups = groups
        self.alphas = alphas
        self.eps = eps
        self.cv = cv
        self.selection = selection
        self.criterion = criterion
        self.n_jobs = n_jobs
        self.l1_ratio = l1_ratio
        self.group_weights = group_weights
        self.standardize_groups = standardize_groups
        self.fit_intercept = fit_intercept
        self.positive = positive
        self.max_iter = max_iter
        self.tol = tol
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks

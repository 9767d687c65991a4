"""Entries of docstrings that several estimators share.

An entry that several docstrings share stands here once. A docstring names it in a line
of its own, ``%(name)s`` or ``%(name of Class)s``, and the decorator puts it in.
"""

import re

ENTRIES = {
    "ridge": r"""
ridge : float, default=0.0
    Strength of another penalty, :math:`\frac{ridge}{2} \| W \|_F^2`, which keeps
    correlated features together: with features alone this is an elastic net. Not with
    penalty weights of 0.
""",
    "degenerate_tasks": """
degenerate_tasks : {"raise", "constant"}, default="raise"
    Tasks whose best intercept is infinite: for the loss "poisson", those without a
    count above 0. "raise": an error. "constant": their coefficients are 0, their
    intercept is minus infinity, and predictions are 0; other tasks are fitted as
    without them. A fold whose training samples are such a task leaves it out of the
    held-out losses.
""",
    "degenerate_tasks of classifiers": """
degenerate_tasks : {"raise", "constant"}, default="raise"
    Tasks that lack a class. "raise": an error. "constant": for a class that they lack
    their coefficients are 0, and the intercept is minus infinity (infinity for the only
    class that they have); other tasks are fitted as without them.
""",
    "task_deviance_path_": r"""
task_deviance_path_ : ndarray of shape (n_alphas, n_folds, n_tasks)
    The same for every task.
""",
    "task_mse_path_ of squared error": """
task_mse_path_ : ndarray of shape (n_alphas, n_folds, n_tasks)
    The same for every task. NaN where a fold holds out none of its samples.
""",
    "task_mse_path_": r"""
task_mse_path_, task_deviance_path_ : ndarray of shape (n_alphas, n_folds, n_tasks)
    The same for every task. NaN where a fold holds out none of its samples.
""",
    "deviance_path_": r"""
deviance_path_ : ndarray shaped as ``mse_path_``
    The same for losses other than squared error: mean deviances in place of errors.
""",
    "n_iter_ of reweighting": r"""
n_iter_ : int
    Passes made over the coefficients, in all convex problems together.
""",
    "losses": r"""
The loss :math:`f(y, \eta)` is

- ``"squared_error"``: :math:`\frac12 (y - \eta)^2`;
- ``"huber"``: :math:`\frac12 u^2` where :math:`|u| \le \delta`, else
  :math:`\delta |u| - \frac12 \delta^2`, with :math:`u = y - \eta`: squared error of
  small residuals, absolute error of large ones, for targets with outliers;
- ``"poisson"``: :math:`\exp(\eta) - y \eta`, for counts;
- ``"negative_binomial"``: :math:`(y + k) \log(1 + \exp(\eta) / k) - y \eta` with
  :math:`k = 1 / \text{dispersion}`, for counts with variance :math:`\mu + \mu^2 / k`;
- ``"gamma"``: :math:`y \exp(-\eta) + \eta`, for positive targets;
- ``"tweedie"``: :math:`\frac{y}{q - 1} \exp((1 - q) \eta) + \frac{1}{2 - q} \exp((2 -
  q) \eta)` with the power :math:`q` between 1 and 2, for positive targets with exact
  zeros.

Predictions are :math:`\eta` with the first two and :math:`\exp(\eta)` with the others.
""",
    "alpha_": """
alpha_ : float
    The chosen alpha, used for the final fit.
""",
    "alpha_,beta_": """
alpha_, beta_ : float
    The chosen alpha and beta, which the fit used.
""",
    "alpha_max_": """
alpha_max_ : float or ndarray of shape (n_tasks,)
    Set only if all coefficients are 0: :func:`~mutar_cy.alpha_max` of these data.
""",
    "alphas": """
alphas : int or array-like of shape (n_alphas,), default=100
    The alphas to choose from, in any order; or their number, a geometric sequence
    that begins at the smallest alpha without coefficients.
""",
    "alphas_": """
alphas_ : ndarray of shape (n_alphas,)
    The alphas, descending.
""",
    "barycenter1_,barycenter2_": """
barycenter1_, barycenter2_ : ndarray of shape (n_features,)
    The barycentres q of the positive and of the negative masses; 0 where there are
    none.
""",
    "barycenter_": """
barycenter_ : ndarray of shape (n_features,)
    ``barycenter1_ - barycenter2_``: of all tasks and responses together.
""",
    "class_weight": """
class_weight : dict, "balanced" or None, default=None
    Factors of the sample weights by class, 1 for those that a dict leaves out.
    ``"balanced"`` makes them inversely proportional to the weights of the classes
    in all tasks together. With several classes they are those of the labels, not
    of a class and the rest.
""",
    "classes_": """
classes_ : ndarray of shape (n_classes,)
    The labels, sorted: those of all tasks.
""",
    "coef1_,coef2_": """
coef1_, coef2_ : ndarray shaped as ``coef_``
    Their positive and negative masses.
""",
    "coef_": """
coef_ : ndarray of shape (n_features, n_tasks[, n_responses]) or (n_features,)
    The coefficients; those of a dropped group are exactly 0. 1-D for a single task.
""",
    "coef_ of DirtyModel": """
coef_ : ndarray of shape (n_features, n_tasks[, n_responses]) or (n_features,)
    The coefficients, ``coef_shared_ + coef_specific_``. 1-D for a single task.
""",
    "coef_ of GroupLassoClassifier": """
coef_ : ndarray of shape (1 or n_classes, n_features[, n_tasks])
    The coefficients, for ``classes_[1]`` if there are two classes, else for each
    of them; those of a dropped group are exactly 0.
""",
    "coef_ of IndLasso": """
coef_ : ndarray of shape (n_features, n_tasks[, n_responses]) or (n_features,)
    The coefficients; 1-D for a single task.
""",
    "coef_ of MTW": """
coef_ : ndarray of shape (n_features, n_tasks[, n_responses]) or (n_features,)
    The coefficients, ``coef1_ - coef2_``. 1-D for a single task.
""",
    "coef_ of MultiLevelLasso": """
coef_ : ndarray of shape (n_features, n_tasks[, n_responses]) or (n_features,)
    The coefficients, ``coef_shared_`` times ``coef_specific_``. 1-D for a single
    task.
""",
    "coef_shared_": """
coef_shared_ : ndarray of shape (n_features,)
    What tasks share, the factors c; exactly 0 for features left out. With
    ``normalize``, of the normalised problem.
""",
    "coef_shared_ of DirtyModel": """
coef_shared_ : ndarray shaped as ``coef_``
    The shared part: of the cheapest split of the coefficients. An unpenalised
    feature counts as shared.
""",
    "coef_shared_,coef_specific_": """
coef_shared_, coef_specific_ : ndarray, shaped as ``coef_``
    What tasks share and what they do not, as in models that split the two: here
    ``coef_`` and zeros.
""",
    "coef_specific_": """
coef_specific_ : ndarray shaped as ``coef_``
    The specific part.
""",
    "coef_specific_ of MultiLevelLasso": """
coef_specific_ : ndarray shaped as ``coef_``
    What tasks do not share, the factors s; 0 for features left out. With
    ``normalize`` they, not c, turn back to the units of X.
""",
    "concomitant": """
concomitant : bool or "mutar", default=False
    Whether levels of noise are found too. True adds one per task and response to
    the objective, see Notes; "mutar" repeats what MuTaR does instead, which
    minimises nothing: ``beta`` of each task is multiplied by the deviation of its
    residuals, until that stays what it is.
""",
    "concomitant of losses": r"""
concomitant : bool, default=False
    Whether noise levels are estimated with the coefficients: the data term of every
    task and response is then :math:`\frac{c_k}{2} (v_k / \sigma_k + \sigma_k)` with
    its mean squared residual :math:`v_k`. Only for squared error without ``ridge``.
    ``alpha`` then has the unit of X alone, and does not depend on the noise.
""",
    "criterion": """
criterion : {"aic", "bic", "ebic"}, default=None
    Information criterion that chooses alpha in place of cross-validation, from one
    path on all data; see Notes.
""",
    "criterion of losses": """
criterion : {"aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"}, default=None
    Information criterion that chooses alpha in place of cross-validation, from one
    path on all data; see Notes. Those with a q divide the deviance by a dispersion, for
    counts that scatter more than the loss says, and for losses without a likelihood.
    "sure" is Stein's unbiased estimate of the risk over the variance of the noise, for
    squared error: :math:`\\sum_c \\| r_c \\|^2 / \\sigma_c^2 + 2 d - \\sum_c n_c`.
""",
    "criterion_path_": """
criterion_path_ : ndarray of shape (n_alphas,)
    The values of ``criterion``, if there is one.
""",
    "criterion_dispersion_": """
criterion_dispersion_ : float or ndarray of shape (n_columns,)
    Only for criteria with a q: Pearson's statistic over its degrees of freedom, at the
    weakest penalty that leaves half of the samples; at least 1 for counts. An array of
    all tasks and responses if each has a penalty of its own. With "sure", the variances
    of the noise of all tasks and responses, estimated there.
""",
    "dispersion_": """
dispersion_ : float
    Only for losses whose predictions are exponentials: Pearson's statistic of all
    tasks over the number of targets less that of coefficients that are not 0. Above 1,
    counts scatter more than the loss says.
""",
    "cv": """
cv : int, splitter, iterable of (train, test), or None, default=None
    The folds; None is 5. A number means folds of consecutive samples, taken within
    every task (:class:`~mutar_cy.model_selection.TaskKFold`) if tasks have samples
    of their own. Samples are numbered as in X: rows of a table, or all tasks end
    to end.
""",
    "degrees_of_freedom_": """
degrees_of_freedom_ : ndarray of shape (n_alphas,)
    The degrees of freedom of every fit, with ``criterion``.
""",
    "dual_coef_": """
dual_coef_ : ndarray, or list of them in the list layout
    The dual solution, in the layout of y: at the optimum, every residual times its
    share of the weights, over the level of noise.
""",
    "dual_gap_": """
dual_gap_ : float
    Upper bound on ``objective_`` minus the global minimum.
""",
    "dual_gap_ of GroupLassoClassifier": """
dual_gap_ : float, or ndarray of shape (n_classes,)
    Upper bound on the objective minus its global minimum; one for every problem, if
    there are several.
""",
    "dual_gap_ of IndLassoClassifier": """
dual_gap_ : ndarray of shape ([n_classes,] n_tasks), or float
    Upper bound on each task's objective minus its global minimum, for every class if
    there are more than two.
""",
    "dual_gap_ of IndLasso": """
dual_gap_ : ndarray shaped as ``intercept_``, or float
    Upper bound on each task's objective minus its global minimum.
""",
    "dual_gap_ of MultiLevelLasso": """
dual_gap_ : float
    Upper bound on the objective of the last convex problem minus its minimum.
""",
    "eps": """
eps : float, default=1e-3
    The smallest alpha of an automatic grid, as a fraction of the largest.
""",
    "eps of MTW": """
eps : float, default=1e-2
    The smallest alpha of an automatic grid, as a fraction of the largest.
""",
    "epsilon": """
epsilon : float, default=None
    Strength of the entropy, in units of M. A Kernel's, or ``5 / n_features``.
""",
    "feature_names_in_": """
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the columns of X, if all are strings.
""",
    "fit_intercept": """
fit_intercept : bool, default=True
    Whether to fit an intercept per task and response; it is never penalised.
""",
    "fit_intercept of GroupLassoClassifier": """
fit_intercept : bool, default=True
    Whether to fit an intercept per task and class; it is never penalised.
""",
    "gamma": """
gamma : float, default=None
    Cost of creating and destroying mass, in units of M. By default
    ``-max(M) / (2 log 0.8)``.
""",
    "group_names_": """
group_names_ : list
    The names of the groups, their numbers if they have none.
""",
    "group_norms_": """
group_norms_ : ndarray of shape (n_groups,)
    The Frobenius norms of ``coef_[g]``, also with ``standardize_groups``.
""",
    "group_norms_ of GroupLassoClassifier": """
group_norms_ : ndarray of shape (n_groups,)
    The norms of the coefficients of every group, over tasks and classes.
""",
    "groups": r"""
groups : None, list, dict, array-like, int or "prefix", default=None
    The features of each group: a list or a dict of their columns (indices, names, masks
    or slices); one label per feature (-1 for those that are not penalised); a mask of
    shape (n_groups, n_features); the size of groups of consecutive features; or
    ``"prefix"``, the part of column names before ``"__"``, or level 0 of a MultiIndex.
    None: every feature on its own; the keys of X if that is a dict of arrays. The task
    column is not counted.
""",
    "groups_": """
groups_ : list of ndarray of int64
    The features of every group.
""",
    "intercept_": """
intercept_ : ndarray of shape (n_tasks,), (n_tasks, n_responses), or float
    Intercepts, added to ``X @ coef_``; 0 without ``fit_intercept``.
""",
    "intercept_ of GroupLassoClassifier": """
intercept_ : ndarray of shape (1 or n_classes[, n_tasks])
    What to add to linear predictors; 0 without ``fit_intercept``.
""",
    "is_fitted_": """
is_fitted_ : bool
    True; set by ``fit``.
""",
    "l1_ratio": r"""
l1_ratio : float, default=0.0
    Share :math:`\rho` of the l1 norm, which selects features within groups.
""",
    "layout_": """
layout_ : {"single", "shared", "stacked", "list", "dict", "long"}
    The layout of the data.
""",
    "log_": """
log_ : dict
    ``loss`` and ``gap`` after every step.
""",
    "loss": """
loss : str or Loss, default="squared_error"
    The loss :math:`f`: "squared_error", "huber", "poisson", "negative_binomial",
    "gamma", "tweedie", or an instance of a class of :mod:`mutar_cy.losses`, such as
    ``mutar_cy.losses.Huber(delta=1.0)``. "huber" stands for ``Huber(delta=1.35)``, with
    ``delta`` in the unit of y; "negative_binomial" for
    ``NegativeBinomial(dispersion=1.0)``; "tweedie" for ``Tweedie(power=1.5)``.
""",
    "loss_": """
loss_ : ndarray of shape (n_problems,)
    The objective after every convex problem; with ``normalize``, of the normalised
    problem. It never rises.
""",
    "loss_ of MTW": """
loss_ : list of float
    The objective after every Newton step: the lowest so far.
""",
    "M": """
M : array-like, list of array-like, sparse matrix or Kernel, default=None
    Cost of moving mass from one feature to another, as
    :func:`~mutar_cy.ot.make_kernel` takes it: a symmetric matrix, one for each axis
    of a grid, or a sparse matrix of the allowed moves. A matrix of side
    ``sqrt(n_features)`` stands for both axes of a square image. By default the
    square of the distance of indices over its median.
""",
    "max_iter": r"""
max_iter : int, default=2000
    Maximum number of passes over the coefficients, or of Newton steps where the loss is
    not squared error or groups have several features.
""",
    "max_iter of GroupLassoClassifier": """
max_iter : int, default=2000
    Maximum number of Newton steps, for every class.
""",
    "max_iter of IndLasso": r"""
max_iter : int, default=2000
    Maximum number of passes over the coefficients of a task, or of Newton steps where
    the loss is not squared error or groups have several features.
""",
    "max_iter of MTW": """
max_iter : int, default=2000
    Maximum number of Newton steps.
""",
    "max_iter of MultiLevelLasso": """
max_iter : int, default=2000
    Maximum number of convex problems, the first lassos included, and maximum
    number of passes over the coefficients of a task in each of them.
""",
    "max_iter of ReweightedGroupLasso": """
max_iter : int, default=2000
    Maximum number of passes over the coefficients in each convex problem.
""",
    "max_iter_reweighting": """
max_iter_reweighting : int, default=100
    Maximum number of convex problems, the group lasso included.
""",
    "missing_targets": """
missing_targets : {"raise", "ignore"}, default="raise"
    NaN (or a mask) in y. "raise": an error. "ignore": the sample is left out of
    that task.
""",
    "mse_path_": """
mse_path_ : ndarray of shape (n_alphas, n_folds)
    Mean squared errors of held-out samples: within a task and response by
    ``sample_weight``, then over responses, then over tasks by ``task_weight``.
    Without ``criterion``.
""",
    "n_features_in_": """
n_features_in_ : int
    Number of columns of X, the task column included.
""",
    "n_passes_": """
n_passes_, n_bytes_read_ : int
    Set only if X was read by chunks (:class:`~mutar_cy.chunks.RowChunks`): passes over
    the data, and the bytes of X that they read.
""",
    "dual_gap_statistics_": """
dual_gap_statistics_ : float or ndarray
    Set only after a fit to :class:`~mutar_cy.chunks.TaskStats`: the duality gap of the
    statistics. The attribute ``dual_gap_`` is missing until ``certify`` sets it to that
    of the data.
""",
    "n_iter_": r"""
n_iter_ : int
    Passes over the coefficients, or Newton steps.
""",
    "n_iter_ of GroupLassoClassifier": """
n_iter_ : int
    Newton steps, of the class that took most.
""",
    "n_iter_ of IndLasso": """
n_iter_ : int
    Passes made over the coefficients of the task that needed most.
""",
    "n_iter_ of MTW": """
n_iter_ : int
    Newton steps made.
""",
    "n_jobs": """
n_jobs : int, default=None
    Number of folds fitted at once, as joblib takes it; in threads, unless
    :func:`joblib.parallel_config` sets another backend. It does not change any
    result: in every fold BLAS has one thread.
""",
    "normalize": r"""
normalize : bool or "std", default=False
    Whether to penalise as if every feature of every task had been centred and divided
    by its size; the coefficients are for X as given. ``"std"``: the size is the
    weighted standard deviation, which does not depend on the number of samples. True:
    it is the l2 norm, the root of the number of samples times larger, as in MuTaR; a
    sample given twice is then not one of weight 2, and fits to fewer samples, as in
    cross-validation, are penalised less. Ignored without ``fit_intercept``.
""",
    "normalize of MTW": """
normalize : bool, default=False
    Whether to penalise as if every feature of every task had been centred and
    divided by its l2 norm: masses, and barycentres with them, are coefficients
    times norms. The coefficients are for X as given. Ignored without
    ``fit_intercept``.
""",
    "objective_": """
objective_ : float
    The objective at the coefficients.
""",
    "objective_ of GroupLassoClassifier": """
objective_ : float, or ndarray of shape (n_classes,)
    The objective at the coefficients, also.
""",
    "objective_ of IndLassoClassifier": """
objective_ : ndarray of shape ([n_classes,] n_tasks), or float
    Each task's term of the objective, at the coefficients, for every class if there are
    more than two.
""",
    "objective_ of IndLasso": """
objective_ : ndarray shaped as ``intercept_``, or float
    Each task's term of the objective, at the coefficients.
""",
    "objective_ of IndRewLasso": """
objective_ : float
    The last of them.
""",
    "penalty_weights": r"""
penalty_weights : "sqrt_size", array-like or dict, default="sqrt_size"
    The weights :math:`\omega_g`, of shape (n_groups,) or (n_features,), or by the name
    of the group or feature in a dict, which may leave out those with the default
    weight: 0 leaves a group unpenalised, infinity excludes it. ``"sqrt_size"`` is the
    root of the number of features in the group, so 1 for a feature on its own.
""",
    "penalty_weights of DirtyModel": r"""
penalty_weights : "sqrt_size", array-like or dict, default="sqrt_size"
    The weights :math:`\omega_g` in both penalties, of shape (n_groups,) or
    (n_features,), or by the name of the group or feature in a dict, which may leave out
    those with the default weight: 0 leaves a group unpenalised, infinity excludes it.
    ``"sqrt_size"`` is the root of the number of features in the group, so 1 for a
    feature on its own.
""",
    "penalty_weights of IndLasso": r"""
penalty_weights : "sqrt_size", array-like or dict, default="sqrt_size"
    The weights of groups or of features, of all tasks or of each: of shape
    (n_groups[, n_tasks]) or (n_features[, n_tasks]), or by name in a dict, which may
    leave out those with the default weight. 0 leaves a group unpenalised, infinity
    excludes it. ``"sqrt_size"`` is the root of the number of features in the group, so
    1 for a feature on its own.
""",
    "penalty_weights of MultiLevelLasso": r"""
penalty_weights : "sqrt_size", array-like or dict, default="sqrt_size"
    The weight of every feature in the penalty, of shape (n_features,), or by name in a
    dict, which may leave out features of weight 1: 0 leaves it unpenalised, and
    infinity excludes it. ``"sqrt_size"``: 1.
""",
    "positive": """
positive : bool, default=False
    Whether coefficients are constrained to be at least 0.
""",
    "positive of features": """
positive : bool or array-like of shape (n_features,), default=False
    Whether coefficients, of both parts where there are two, are constrained to be at
    least 0; or one sign per feature: 1, -1 (at most 0), or 0 (no constraint). Designs
    are copied for signs of features.
""",
    "residuals_": r"""
residuals_ : ndarray, or list of them in the list layout
    Targets minus predictions, in the layout of y. Not set if X was read by chunks.
""",
    "selected_groups_": """
selected_groups_ : list
    The names of the groups whose norm is not 0.
""",
    "relax": r"""
relax : float or array-like of shape (n_shares,), default=None
    Shares :math:`\varphi` of the penalised coefficients to choose from, from 0 to 1:
    the fit is :math:`\varphi W + (1 - \varphi) \hat W_S`, with the fit
    :math:`\hat W_S` of least squares to the selected features of every task. Cross-
    validation chooses alpha and the share together, such as from ``(0, 0.5, 1)``. By
    default 1. A task with more selected features than half of its samples keeps the
    penalised coefficients. Squared error only.
""",
    "relax_": """
relax_ : float
    The chosen share of the penalised coefficients, with ``relax``; ``dual_gap_`` and
    ``objective_`` are those of the penalised coefficients.
relax_mse_path_ : ndarray of shape (n_shares, n_alphas, n_folds)
    The held-out errors of all shares, with ``relax``; ``mse_path_`` are those of
    ``relax_``.
""",
    "rule": """
rule : {"min", "1se"}, default="min"
    "min": the alpha of the smallest mean error over folds. "1se": the largest
    alpha whose mean error is at most one standard error above it.
""",
    "rule of DirtyModel": """
rule : {"min", "1se"}, default="min"
    Which alpha to take: that of the least mean error over folds, or the first on its
    path whose mean is at most one standard error above it.
""",
    "sigma_ of losses": r"""
sigma_ : ndarray of shape (n_tasks[, n_responses]), or float
    Only with ``concomitant``: the noise levels, :math:`\sqrt{v_k}`, and at least a
    hundredth of the deviation of the target.
""",
    "sigma_": """
sigma_ : ndarray of shape (n_tasks[, n_responses]), or float
    The levels of noise, with ``concomitant``; else 1.
""",
    "stable": """
stable : bool, default=False
    No effect: all is done with logarithms where it has to be.
""",
    "standardize_groups": r"""
standardize_groups : bool, default=False
    Whether to penalise :math:`\| X_g W_g \|_F / \sqrt n` in place of :math:`\| W_g
    \|_F`: the norm of the group's fit, which is the same in any basis. Columns are
    centred (with ``fit_intercept``) and weighted, task by task. Of all coefficients
    with the same fit, those of smallest norm are returned. Designs are copied,
    sparse ones into dense arrays.
""",
    "support_threshold": """
support_threshold : float, default=0.0
    Coefficients of at most this absolute value become 0 in ``coef_``, which holds
    no zeros otherwise. The certificate is that of the coefficients before.
""",
    "task_column": """
task_column : int or str, default=None
    The column of X that holds task labels, by position or name. X is then a long
    table, in ``fit``, ``predict`` and ``score``.
""",
    "task_weight": """
task_weight : array-like of shape (n_tasks,) or dict, default=None
    Positive weights of the tasks, in the order of ``tasks_`` or by label.
""",
    "task_weight of IndLasso": """
task_weight : array-like of shape (n_tasks,) or dict, default=None
    Positive weights of the tasks' data, in the order of ``tasks_`` or by label.
""",
    "tasks_": """
tasks_ : ndarray of shape (n_tasks,)
    The labels of the tasks, in the order of the columns of ``coef_``: task labels,
    keys of a dict, or columns of y; 0, 1, ... where the data have no names.
""",
    "tasks_ of GroupLassoClassifier": """
tasks_ : ndarray of shape (n_tasks,)
    The labels of the tasks, in the order of the last axis of ``coef_``; 0, 1, ...
    where the layout has no labels.
""",
    "tol": r"""
tol : float, default=1e-4
    The fit has converged when its duality gap is at most ``tol`` times the excess of
    the null model's loss (intercepts only) over the least loss possible, which is 0 for
    squared error.
""",
    "tol of GroupLassoClassifier": """
tol : float, default=1e-4
    The fit has converged when its duality gap is at most ``tol`` times the loss
    of the null model (intercepts only), for every class.
""",
    "tol of IndLasso": r"""
tol : float, default=1e-4
    A task has converged when its duality gap is at most ``tol`` times the excess of its
    null model's loss (intercept only) over the least loss possible, which is 0 for
    squared error.
""",
    "tol of MultiLevelLasso": """
tol : float, default=1e-4
    A convex problem has converged when its duality gap is, in every task, at most
    ``tol`` times the objective of the null model (intercept only). The fit ends
    when from one problem to the next no coefficient moves by more than ``tol``,
    relative to the largest, each times the norm of its column of X.
""",
    "tol of ReweightedGroupLasso": """
tol : float, default=1e-4
    A convex problem has converged when its duality gap is at most ``tol`` times
    the objective of the null model (intercepts only).
""",
    "tol_reweighting": """
tol_reweighting : float, default=1e-4
    Reweighting ends when no coefficient moves by more than this, relative to the
    largest, each times the norm of its column of X.
""",
    "unseen_tasks": """
unseen_tasks : {"raise", "mean"}, default="raise"
    Prediction for a task not seen in ``fit``. "raise": a ValueError. "mean": the
    mean of all tasks' coefficients and intercepts.
""",
    "warm_start": """
warm_start : bool, default=False
    Whether to start from the coefficients of the last fit that succeeded, whose
    shape must be the same.
""",
    "warm_start of MTW": """
warm_start : bool, default=False
    Whether to start from the dual coefficients of the last fit that succeeded,
    whose coefficients must have the same shape.
""",
    "weights_": """
weights_ : ndarray of shape (n_features,)
    The penalty weights of the last convex problem, a lasso for every task: infinite
    for features that had been left out.
""",
    "weights_ of ReweightedGroupLasso": """
weights_ : ndarray of shape (n_features,) or (n_groups,)
    The penalty weights of the last convex problem, infinite for groups that had
    been 0 before.
""",
}


def fill(documented, entries):
    """Put entries into the docstring of a class or a function; return it.

    Raises
    ------
    KeyError
        If the docstring names an entry that does not exist.
    """
    doc = documented.__doc__
    if doc is not None:  # python -OO removes docstrings
        documented.__doc__ = re.sub(
            r"^( *)%\((.+)\)s$",
            lambda found: _indented(entries[found[2]], found[1]),
            doc,
            flags=re.MULTILINE,
        )
    return documented


def _indented(entry, indent):
    """Return an entry with every line indented."""
    return "\n".join(indent + line for line in entry.strip("\n").split("\n"))


def fill_docstring(documented):
    """Decorate a class or a function: put the shared entries into its docstring."""
    return fill(documented, ENTRIES)

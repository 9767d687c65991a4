"""A group lasso whose strength is chosen by cross-validation."""

from mutar_cy.estimators import GroupLasso
from mutar_cy.model_selection._cross_validated import CrossValidated, constraints_of


class GroupLassoCV(CrossValidated, GroupLasso):
    """A group lasso whose strength is chosen by the data."""

    _model_class = GroupLasso
    _parameter_constraints = constraints_of(GroupLasso)

    def __init__(
        self,
        *,
        alphas=100,
        eps=1e-3,
        cv=None,
        selection="min",
        criterion=None,
        n_jobs=None,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        groups=None,
        penalty_weights=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.alphas = alphas
        self.eps = eps
        self.cv = cv
        self.selection = selection
        self.criterion = criterion
        self.n_jobs = n_jobs
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.groups = groups
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets

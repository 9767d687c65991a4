"""The multi-task estimators that tests which hold for all of them are run with."""

from mutar_cy import DirtyModel, GroupLasso, IndLasso


class TiedDirtyModel(DirtyModel):
    """DirtyModel with one strength, as the others have: beta is 0.7 alpha."""

    loss = "squared_error"
    groups = None

    def __init__(
        self,
        alpha=0.1,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        warm_start=False,
        *,
        penalty_weights="sqrt_size",
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.warm_start = warm_start
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets

    @property
    def beta(self):
        return 0.7 * self.alpha


# Their minimum is one, and is certified.
CONVEX = [GroupLasso, IndLasso, TiedDirtyModel]

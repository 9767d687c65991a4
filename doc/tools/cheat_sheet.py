"""The cheat sheet: one list, as a page of the guide and as a PDF of one page."""

from textwrap import wrap

SHEET = {
    "Fit": [
        ('GroupLassoCV(task_column="site").fit(table, y)', "one table, a task column"),
        ("GroupLassoCV().fit({'a': X1, 'b': X2}, {'a': y1, 'b': y2})", "a dict"),
        ("GroupLassoCV().fit([X1, X2], [y1, y2])", "a list of designs"),
        ("GroupLassoCV().fit(X, Y)", "one design, a column of Y per task"),
    ],
    "What tasks share": [
        ("IndLasso", "nothing"),
        ("GroupLasso", "which features matter"),
        ("DirtyModel", "some of these features"),
        ("DataSharedLasso", "effects, up to deviations"),
        ("ReweightedGroupLasso", "which features; fewer, less shrinkage"),
        ("MTW", "about where features are"),
    ],
    "What the target is": [
        ('GroupLasso(loss="squared_error")', "numbers"),
        ('GroupLasso(loss="huber")', "numbers with outliers"),
        ('GroupLasso(loss="poisson")', "counts"),
        ('GroupLasso(loss="gamma")', "positive numbers"),
        ("GroupLassoClassifier()", "classes"),
    ],
    "Options of the three": [
        ("groups=[[0, 1], [2, 3, 4]]", "select columns together"),
        ("l1_ratio=0.5", "zeros within groups too"),
        ("ridge=0.1", "keep correlated features together"),
        ('normalize="std"', "penalise standardised coefficients"),
        ("positive=True", "no negative coefficients"),
        ("penalty_weights={'age': 0}", "leave a feature unpenalised"),
        ('missing_targets="ignore"', "leave out samples without a target"),
    ],
    "Choose alpha": [
        ("GroupLassoCV(cv=5)", "cross-validation within tasks"),
        ('GroupLassoCV(rule="1se")', "fewer features"),
        ('GroupLassoCV(criterion="ebic")', "information criterion"),
        ("alpha_max(GroupLasso(), X, y)", "smallest alpha without coefficients"),
        ("regularization_path(model, X, y)", "all fits of a path"),
        ("StabilitySelection(GroupLasso())", "features that are stable"),
    ],
    "Read the fit": [
        ("coef_frame(model)", "features by tasks"),
        ("tidy(model)", "one row per coefficient"),
        ("model.selected_groups_", "selected features or groups"),
        ("model.dual_gap_", "bound on objective minus minimum"),
        ("model.score(X, y)", "R² or accuracy by task"),
        ("to_sklearn(model)", "one scikit-learn model per task"),
    ],
    "Plot": [
        ("RegularizationPathDisplay.from_estimator(model, X, y)", "path, error"),
        ("SupportDisplay.from_estimator(model)", "features by task"),
        ("desparsify(model, X, y).plot()", "intervals by feature and task"),
        ("TaskSimilarityDisplay.from_estimator(model)", "which tasks are alike"),
        ("TuningCurveDisplay.from_estimator(pipeline, X)", "effect of a covariate"),
    ],
}


SECOND = "Choose alpha"  # the section that begins the second column of the PDF


def page():
    """Return the sheet as reStructuredText: a table for every section."""
    lines = []
    for title, rows in SHEET.items():
        lines += [
            f".. rubric:: {title}",
            "",
            ".. list-table::",
            "   :widths: 62 38",
            "",
        ]
        for code, meaning in rows:
            lines += [f"   * - ``{code}``", f"     - {meaning}"]
        lines.append("")
    return "\n".join(lines)


def save_pdf(path):
    """Write the sheet as a PDF of one A4 page, in two columns."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.69, 8.27))
    FigureCanvasPdf(figure)
    figure.text(0.04, 0.95, "mutar_cy cheat sheet", fontsize=15, weight="bold")
    figure.text(0.04, 0.925, "from mutar_cy import ...", fontsize=8, family="monospace")
    x, y = 0.04, 0.89
    for title, rows in SHEET.items():
        if title == SECOND:
            x, y = 0.52, 0.89
        figure.text(x, y, title, fontsize=10.5, weight="bold", color="#0a6e72")
        y -= 0.026
        for code, meaning in rows:
            lines = wrap(code, 60)
            figure.text(x, y, "\n".join(lines), fontsize=7, family="monospace")
            if len(code) > 54:
                y -= 0.0235
            figure.text(x + 0.30, y, meaning, fontsize=7.4, color="0.25")
            y -= 0.0235
        y -= 0.012
    figure.savefig(path)

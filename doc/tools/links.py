"""Links of names in prose, also to the pages of other packages, without network."""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

# Where a package documents `package.module.name`.
PAGES = {
    "sklearn": "https://scikit-learn.org/stable/modules/generated/{}.html",
    "numpy": "https://numpy.org/doc/stable/reference/generated/{}.html",
    "scipy": "https://docs.scipy.org/doc/scipy/reference/generated/{}.html",
    "pandas": "https://pandas.pydata.org/docs/reference/api/{}.html",
    "joblib": "https://joblib.readthedocs.io/en/stable/generated/{}.html",
}
# Names of other packages that stand alone in the guide.
OTHERS = [
    "sklearn.compose.ColumnTransformer",
    "sklearn.feature_selection.RFE",
    "sklearn.feature_selection.RFECV",
    "sklearn.feature_selection.SelectFromModel",
    "sklearn.model_selection.GridSearchCV",
    "sklearn.model_selection.GroupKFold",
    "sklearn.model_selection.HalvingGridSearchCV",
    "sklearn.model_selection.HalvingRandomSearchCV",
    "sklearn.model_selection.KFold",
    "sklearn.model_selection.RandomizedSearchCV",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing.OneHotEncoder",
    "sklearn.preprocessing.SplineTransformer",
    "sklearn.preprocessing.StandardScaler",
    "pandas.DataFrame",
]


def public_names(api_page):
    """Return full names by short ones, of classes and of functions of two words.

    One-word functions are left out: in backticks, `residual` is a variable.
    """
    full = re.findall(r"^   (mutar_cy\.[\w.]+)$", api_page.read_text(), re.MULTILINE)
    own = {name.rpartition(".")[2]: name for name in reversed(full)}
    return {name.rpartition(".")[2]: name for name in OTHERS} | {
        short: name
        for short, name in own.items()
        if short[0].isupper() or ("_" in short and "utils" not in name)
    }


def make_role(names):
    """Return the role of text in single backticks: a link if it is a public name."""

    def role(name, rawtext, text, lineno, inliner, options=None, content=()):
        literal = nodes.literal(rawtext, text, classes=["xref", "py", "py-obj"])
        if text not in names:
            return [nodes.literal(rawtext, text)], []
        link = addnodes.pending_xref("", literal, refdomain="py", reftype="obj")
        link["reftarget"], link["refexplicit"] = names[text], False
        link["refwarn"], link["refdoc"] = False, inliner.document.settings.env.docname
        return [link], []

    return role


def external(app, env, node, content):
    """Return a link to the page of another package, by the pattern of its pages."""
    package, _, rest = node.get("reftarget", "").partition(".")
    if package not in PAGES or not rest:
        return None
    url = PAGES[package].format(f"{package}.{rest}")
    return nodes.reference("", "", content, internal=False, refuri=url)


def setup(app):
    """Register the role `api`, and links to other packages."""
    names = public_names(Path(app.srcdir) / "api.rst")
    app.add_role("api", make_role(names))
    app.connect("missing-reference", external, priority=900)  # after intersphinx
    return {"parallel_read_safe": True}

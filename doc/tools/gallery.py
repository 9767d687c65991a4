"""The gallery: order of examples, and the main picture on top of their pages."""

import re

# The first examples of each section; others follow by name.
FIRST = [
    "plot_first_steps.py",
    "plot_many_sites.py",
    "plot_ragged_cohorts.py",
    "plot_dirty_model.py",
    "plot_health_visits.py",
    "plot_smooth_effects.py",
    "plot_covariate_selection.py",
    "plot_shifting_bumps.py",
    "plot_which_model.py",
    "plot_choosing_strength.py",
    "plot_stability.py",
    "plot_displays.py",
]


class ReadingOrder:
    """Sort key of sphinx-gallery: easy examples first."""

    def __init__(self, src_dir):
        self.src_dir = src_dir

    def __call__(self, filename):
        """Return the place of an example in its section."""
        place = FIRST.index(filename) if filename in FIRST else len(FIRST)
        return place, filename

    def __repr__(self):
        return type(self).__name__


def put_picture_first(app, docname, source):
    """Show the picture of the thumbnail below the introduction of an example."""
    folder, _, name = docname.rpartition("/")
    if not folder.startswith("auto_examples/") or not name.startswith("plot_"):
        return
    script = (app.srcdir / folder / f"{name}.py").read_text()
    number = re.search(r"^# sphinx_gallery_thumbnail_number = (\d+)", script, re.M)
    chosen = int(number[1]) if number else 1
    picture = (
        f".. image:: images/sphx_glr_{name}_{chosen:03d}.png\n"
        "   :alt: The main picture of this example\n"
        "   :class: first-picture\n\n"
    )
    code = ".. GENERATED FROM PYTHON SOURCE LINES"  # the first one is below the text
    source[0] = source[0].replace(code, picture + code, 1)


def setup(app):
    """Register what happens when a page of an example is read."""
    app.connect("source-read", put_picture_first)
    return {"parallel_read_safe": True}

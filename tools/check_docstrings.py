"""Check the docstring of every public class, function and method.

The checks are named in ``[tool.numpydoc_validation]`` of ``pyproject.toml``. numpydoc's
own ``lint`` command reads source files one by one and misses what a class inherits;
here each public object is asked, and inherited docstrings count.
"""

import importlib
import inspect
import sys
import tomllib
from pathlib import Path

from numpydoc.validate import ERROR_MSGS, validate

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
PUBLIC_MODULES = (
    "mutar_cy",
    "mutar_cy.datasets",
    "mutar_cy.inference",
    "mutar_cy.linear_model",
    "mutar_cy.mne",
    "mutar_cy.model_selection",
    "mutar_cy.ot",
    "mutar_cy.otfunctions",
    "mutar_cy.plotting",
    "mutar_cy.preprocessing",
    "mutar_cy.utils",
)


def public_names():
    """Yield the dotted name of every public object that this package defines."""
    for module in PUBLIC_MODULES:
        face = importlib.import_module(module)
        for name in face.__all__:
            item = getattr(face, name)
            if not inspect.ismodule(item):
                yield f"{module}.{name}"
            if inspect.isclass(item):
                yield from (f"{module}.{name}.{method}" for method in methods(item))


def methods(cls):
    """Yield the public methods of ``cls`` that this package wrote."""
    for name, item in inspect.getmembers(cls, callable):
        source = inspect.unwrap(item)
        if not name.startswith("_") and source.__module__.startswith("mutar_cy"):
            yield name


def checks():
    """Return the codes to report: all but the ones that pyproject.toml lists."""
    chosen = tomllib.loads(PYPROJECT.read_text())["tool"]["numpydoc_validation"]
    if "all" in chosen["checks"]:
        return set(ERROR_MSGS) - set(chosen["checks"])
    return set(chosen["checks"])


def main():
    """Print each fault on a line; the exit status says whether there was one."""
    chosen, seen, faults = checks(), 0, 0
    for name in public_names():
        seen += 1
        for code, message in validate(name)["errors"]:
            if code in chosen:
                faults += 1
                print(f"{name}: {code} {message}")
    print(f"{seen} docstrings, {faults} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())

"""Attributes of a package that are imported on first use."""

import importlib
import sys


def lazy_attributes(package, modules):
    """Return ``__getattr__`` and ``__dir__`` for a package.

    Parameters
    ----------
    package : str
        Name of the package.
    modules : dict of str to str
        The module of every lazy attribute; a module named ``package.attribute`` is
        itself the attribute.
    """
    face = sys.modules[package]

    def get_attribute(name):
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(modules[name])
        value = (
            module if modules[name] == f"{package}.{name}" else getattr(module, name)
        )
        setattr(face, name, value)  # the next access does not come here
        return value

    def list_attributes():
        return sorted({*vars(face), *modules})

    return get_attribute, list_attributes

"""Optional dependencies."""

import importlib


def import_pandas(user):
    """Return pandas; if it is not installed, raise an error that names the user."""
    try:
        return importlib.import_module("pandas")  # mypy wants stubs of an import
    except ImportError as error:
        raise ImportError(
            f"{user} needs pandas, which is not installed: pip install 'mutar_cy[demo]'"
        ) from error


def import_mne(user):
    """Return MNE-Python; if it is not installed, raise an error that names the user."""
    try:
        return importlib.import_module("mne")
    except ImportError as error:
        raise ImportError(
            f"{user} needs MNE-Python, which is not installed: pip install "
            "'mutar_cy[mne]'"
        ) from error

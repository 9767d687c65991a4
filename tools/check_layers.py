"""Run import-linter over the source folder: rooms import downstairs only.

import-linter reads the folder where Python finds the package. The finder of an editable
installation names one that does not exist, so it is put aside first.
"""

import sys
from pathlib import Path

from importlinter.cli import lint_imports

if __name__ == "__main__":
    sys.meta_path = [
        finder for finder in sys.meta_path if "editable" not in type(finder).__module__
    ]
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.exit(lint_imports(cache_dir=None, no_cache=True, no_logo=True))

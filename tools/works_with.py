"""Run the recipes of the guide page "Works with", each in an environment of its own.

A recipe is a code block whose name is what pip installs for it. ``--wheel`` names the
wheel of mutar_cy, as ``make wheel`` leaves it in ``dist/``; words after it choose some
recipes. The exit status is 1 if one fails.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

PAGE = Path(__file__).parents[1] / "doc" / "guide" / "works_with.rst"
BLOCK = re.compile(r"code-block:: python\n +:name: (.*)\n\n((?:   .*\n|\n)+)")


def run(packages, code, wheel):
    """Return what a recipe prints if it fails, or None."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = f"{folder}/bin/python"
        install = [python, "-m", "pip", "install", "--quiet", wheel, "pandas"]
        for command in ([*install, *packages], [python, "-c", code]):
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False
            )
            if done.returncode:
                return done.stderr.strip().splitlines()[-1]
    return None


def main():
    """Print a line a recipe."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--wheel", default="mutar_cy")
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    (_, data), *recipes = BLOCK.findall(PAGE.read_text())
    wrong = 0
    for name, code in recipes:
        if given.names and name.split()[0] not in given.names:
            continue
        fault = run(name.split(), textwrap.dedent(data + code), given.wheel)
        print(f"{name.split()[0]}: {fault or 'works'}", flush=True)
        wrong += fault is not None
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())

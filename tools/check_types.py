"""Check a user's script with mypy and pyright: exactly the planted mistakes are found.

``tests/typed/use.py`` is not run. Each checker has to report every line that is marked
as a mistake, and no other; the exit status is 1 if one does not.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tests" / "typed" / "use.py"


def run(*command):
    """Return what a checker prints; its exit status only says that there are errors."""
    command = [sys.executable, "-m", *command]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    return done.stdout


def lines_of_mypy():
    """Return {line: message} of mypy."""
    # The options of a user, who sees no errors inside an installed package.
    options = "--strict", "--config-file=", "--follow-imports=silent"
    text = run("mypy", *options, "--no-error-summary", str(SCRIPT))
    found = re.findall(r"use\.py:(\d+): error: (.*)", text)
    elsewhere = [x for x in text.splitlines() if ": error:" in x and "use.py" not in x]
    return {int(line): message for line, message in found}, elsewhere


def lines_of_pyright():
    """Return {line: message} of pyright, by the build of it that needs no download."""
    report = json.loads(
        run(
            "basedpyright",
            "--level=error",
            "--outputjson",
            f"--project={SCRIPT.parent}",
            str(SCRIPT),
        )
    )
    errors = report["generalDiagnostics"]
    return {e["range"]["start"]["line"] + 1: e["message"] for e in errors}, []


def main():
    """Print what is missed and what is found in vain."""
    text = SCRIPT.read_text().splitlines()
    planted = {n for n, line in enumerate(text, 1) if line.endswith("# mistake")}
    wrong = 0
    for name, check in {"mypy": lines_of_mypy, "pyright": lines_of_pyright}.items():
        found, elsewhere = check()
        for line in sorted(planted - set(found)):
            print(f"{name} misses line {line}: {text[line - 1]}")
        for line in sorted(set(found) - planted):
            print(f"{name} refuses line {line}: {text[line - 1]}\n  {found[line]}")
        print(*elsewhere, sep="\n", end="\n" if elsewhere else "")
        wrong += len(planted ^ set(found)) + len(elsewhere)
        print(f"{name}: {len(planted & set(found))} of {len(planted)} mistakes found")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())

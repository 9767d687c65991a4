"""Tables of a comparison: rows as they are measured, and what is left of them."""

import csv
import platform
import statistics


def milliseconds(result):
    """Return the least and the median time, tolerance and gap of a result."""
    if not result.get("seconds"):
        return result.get("why", "")
    least, middle = (f(result["seconds"]) * 1e3 for f in (min, statistics.median))
    about = [f"{result[key]:.0e}" for key in ("tol", "gap") if result.get(key)]
    return f"{least:.3g} / {middle:.3g} ({', '.join(about)})"


def print_head(workers):
    """Print the columns of what is measured."""
    columns = ["group", "cell", "gap", *(w.name for w in workers), "best / ours"]
    print("milliseconds: least / median (tolerance, relative gap)\n")
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|", flush=True)


def print_row(record, workers):
    """Print a row as soon as it has been measured."""
    results, ratio = record["results"], " ".join(f"{r:.3g}" for r in ratios(record))
    times = [milliseconds(results.get(worker.name, {})) for worker in workers]
    gap = "" if record["gap"] is None else f"{record['gap']:g}"
    cells = [record["group"], record["cell"], gap, *times, ratio + alpha_note(record)]
    print("| " + " | ".join(cells) + " |", flush=True)


def ratios(record):
    """Return the ratios of all versions of ours."""
    return list(record["ratios"].values())


def alpha_note(record):
    """Return a remark if ours has chosen another alpha than the best rival."""
    return " (another alpha)" if record["same_alpha"] is False else ""


def rows(records):
    """Return header and rows of a short table: a cell a row, at all gaps.

    By gap: our milliseconds, the best rival and its milliseconds over ours.
    """
    gaps = list(dict.fromkeys(record["gap"] for record in records))
    head = ["group", "cell"]
    for gap in gaps:
        at = "" if gap is None else f" at {gap:g}"
        head += [f"ours{at}, ms", "best other", "ratio"]
    cells = {}
    for record in records:
        cell = cells.setdefault((record["group"], record["cell"]), {})
        cell[record["gap"]] = short(record)
    yield head
    for names, by_gap in cells.items():
        yield [*names, *(part for gap in gaps for part in by_gap.get(gap, [""] * 3))]


def short(record):
    """Return our milliseconds, the best rival and the ratio, as text."""
    results, best = record["results"], record["best"]
    ours = next((n for n in results if n.partition("@")[0] == "mutar_cy"), None)
    if ours is None or not results[ours].get("seconds"):
        return [results[ours]["why"] if ours else "", best or "", ""]
    least = f"{min(results[ours]['seconds']) * 1e3:.3g}"
    if best is None:
        reasons = [r["why"] for r in results.values() if "why" in r]
        slow = reasons and all(why.startswith(">") for why in reasons)
        return [least, "none", f"> {record['behind']:g}" if slow else ""]
    return [least, best, f"{record['ratios'][ours]:.2g}" + alpha_note(record)]


def write_rows(lines, file, about=""):
    """Write a header and rows to a file, as its suffix says."""
    with file.open("w", newline="") as stream:
        if file.suffix == ".csv":
            csv.writer(stream, lineterminator="\n").writerows(lines)
            return
        for line in [lines[0], ["---"] * len(lines[0]), *lines[1:]]:
            print("| " + " | ".join(line) + " |", file=stream)
        if about:
            print(f"\n{about}", file=stream)


def write_tables(records, versions, file):
    """Print the versions; write the short table and them to a file."""
    known = {"Python": platform.python_version()} | versions
    about = ", ".join(f"{name} {number}" for name, number in known.items())
    print(f"\n{about}")
    if file is not None:
        write_rows(list(rows(records)), file, about)

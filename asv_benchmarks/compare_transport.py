"""Time mutar_cy's MTW beside MuTaR's at its own defaults, and barycentres beside POT's.

Both get the same data. mutar_cy stops at a relative duality gap of ``--gap``; MuTaR has
no certificate, so its objective is evaluated here and compared with mutar_cy's lower
bound. Fits alternate. Seconds are processor time, the least of all repeats, so that
what else a machine does counts little. Packages live in processes of their own::

    python compare_transport.py --mutar /envs/mutar/bin/python
    python compare_transport.py --mutar ... --problem "50 x 50" --image

``--image`` gives square grids to MuTaR as images, which it convolves. With ``--pot``
barycentres are timed too, each package at the loosest tolerance, of powers of ten, at
which the barycentre is right to 1e-8 of its largest entry.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from benchmarks._transport import PROBLEMS, make_masses, make_problem
from peer_process import THREAD_LIMITS

BARYCENTERS = {"16 x 16": (16, 16), "line of 500": (500,), "32 x 32": (32, 32)}
RATIOS = (700.0, 5000.0)  # gamma over epsilon
RIGHT = 1e-8  # of the largest entry of a barycentre
MOST = 20000  # sweeps


class Worker:
    """A package in a process of its own."""

    def __init__(self, name, python):
        threads = {f"{n}_NUM_THREADS": "1" for n in THREAD_LIMITS}
        self.process = subprocess.Popen(
            [python, __file__, "--serve", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | threads,
            text=True,
        )

    def ask(self, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker died: {request}")
        return json.loads(line)


def serve(name):
    """Answer requests until standard input ends."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        request = json.loads(line)
        data = dict(np.load(request["file"]))
        call = prepared(name, request, data)
        start = time.process_time()
        result = call()
        seconds = time.process_time() - start
        if request["do"] == "fit":  # masses of both signs may overlap
            np.save(request["out"], np.stack([result.coef1_, result.coef2_]))
        else:
            np.save(request["out"], result)
        reply = {"seconds": seconds}
        if name == "mutar_cy" and request["do"] == "fit":
            reply["lower"] = result.objective_ - result.dual_gap_
            reply["gap"] = result.dual_gap_
        print(json.dumps(reply), file=replies, flush=True)


def prepared(name, request, data):
    """Return a function that fits or finds a barycentre."""
    M, epsilon, gamma = (data[key] for key in ("M", "epsilon", "gamma"))
    epsilon, gamma, tol = float(epsilon), float(gamma), request.get("tol")
    if request["do"] == "fit":
        from importlib import import_module

        side = math.isqrt(len(M))
        M = M[:side, :side].copy() if request["image"] else M
        options = {"tol": tol} if name == "mutar_cy" else {}
        model = import_module(name).MTW(
            float(data["alpha"]),
            float(data["beta"]),
            M,
            epsilon,
            gamma,
            fit_intercept=False,
            **options,
        )
        return lambda: model.fit(data["X"], data["y"])
    return lambda: barycenter(name, data["theta"], M, epsilon, gamma, tol)


def barycenter(name, theta, M, epsilon, gamma, tol):
    """Return the barycentre that a package finds."""
    if name == "mutar_cy":
        from mutar_cy.ot import unbalanced_barycenter

        options = {"tol": tol, "max_iter": MOST}
        return unbalanced_barycenter(theta, M, epsilon, gamma, **options).barycenter
    if name == "mutar":
        from mutar.otfunctions import barycenterkl

        options = {"tol": tol, "max_iter": MOST}
        return barycenterkl(theta, -M / epsilon, epsilon, gamma, **options)[-1]
    from ot.unbalanced import barycenter_unbalanced_sinkhorn

    options = {"stopThr": tol, "numItermax": MOST}
    return barycenter_unbalanced_sinkhorn(theta, M, epsilon, gamma, **options)


def objective(data, masses):
    """Return the objective of MTW at masses of both signs, plans at their best."""
    from mutar_cy.ot import make_kernel, unbalanced_barycenter

    coef = masses[0] - masses[1]
    residual = data["y"] - np.einsum("tnp,pt->tn", data["X"], coef)
    value = 0.5 * (residual**2).mean(axis=1).sum() + data["beta"] * masses.sum()
    kernel = make_kernel(data["M"], data["epsilon"])
    for theta in masses:
        found = unbalanced_barycenter(
            theta, kernel, data["epsilon"], data["gamma"], max_iter=20000
        )
        value += data["alpha"] * (found.value + found.gap)
    return value


def compare_fits(workers, name, options, folder):
    """Print the row of a problem."""
    data = make_problem(name)
    file = str(folder / "data.npz")
    np.savez(file, **data)
    image = options.image and name[0].isdigit()
    request = {"do": "fit", "file": file, "tol": options.gap}
    seconds = {label: [] for label in workers}
    for _ in range(options.repeats):
        for label, worker in workers.items():
            own = {"image": image and label == "mutar", "out": f"{folder}/{label}.npy"}
            reply = worker.ask(**request, **own)
            seconds[label].append(reply["seconds"])
            if label == "mutar_cy":
                ours = reply
    null = 0.5 * (data["y"] ** 2).mean(axis=1).sum()
    cells = [name, f"{min(seconds['mutar_cy']):.3f} ({ours['gap'] / null:.0e})"]
    if "mutar" in workers:
        excess = objective(data, np.load(folder / "mutar.npy")) - ours["lower"]
        least = {label: min(taken) for label, taken in seconds.items()}
        cells.append(f"{least['mutar']:.2f} ({excess / null:.0e})")
        cells.append(f"{least['mutar'] / least['mutar_cy']:.1f}")
    print("| " + " | ".join(cells) + " |", flush=True)


def compare_barycenters(workers, name, ratio, repeats, folder):
    """Print the row of a barycentre."""
    theta, M = make_masses(BARYCENTERS[name])
    file, out = str(folder / "masses.npz"), str(folder / "q.npy")
    gamma = -M.max() / (2.0 * np.log(0.8))
    np.savez(file, theta=theta, M=M, gamma=gamma, epsilon=gamma / ratio)
    request = {"do": "barycenter", "file": file, "out": out}
    workers["mutar_cy"].ask(**request, tol=1e-13)
    best = np.load(out)
    cells = [f"{name}, {ratio:g}"]
    tolerances = {}
    for label, worker in workers.items():
        for power in range(6, 14):
            worker.ask(**request, tol=10.0**-power)
            if np.abs(np.load(out) - best).max() <= RIGHT * best.max():
                tolerances[label] = 10.0**-power
                break
    seconds = {label: [] for label in tolerances}
    for _ in range(repeats):
        for label, tol in tolerances.items():
            seconds[label].append(workers[label].ask(**request, tol=tol)["seconds"])
    for label in workers:
        taken = seconds.get(label)
        cells.append(
            f"{min(taken):.4f} ({tolerances[label]:.0e})" if taken else "never"
        )
    peers = [min(taken) for label, taken in seconds.items() if label != "mutar_cy"]
    cells.append(f"{min(peers) / min(seconds['mutar_cy']):.1f}" if peers else "")
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--mutar", metavar="PYTHON", help="a Python that has MuTaR")
    parser.add_argument("--pot", metavar="PYTHON", help="a Python that has POT")
    parser.add_argument("--problem", action="append", choices=PROBLEMS)
    parser.add_argument("--image", action="store_true", help="convolve in MuTaR")
    parser.add_argument("--gap", type=float, default=1e-6, help="relative gap to reach")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    workers = {"mutar_cy": Worker("mutar_cy", sys.executable)}
    if options.mutar:
        workers["mutar"] = Worker("mutar", options.mutar)
    print("| problem | mutar_cy | mutar | ratio |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.problem or PROBLEMS:
            compare_fits(workers, name, options, Path(folder))
        if options.pot:
            workers["pot"] = Worker("pot", options.pot)
            print("\n| barycentre | " + " | ".join([*workers, "ratio"]) + " |")
            print("|---" * (len(workers) + 2) + "|", flush=True)
            for name in BARYCENTERS:
                for ratio in RATIOS:
                    row = name, ratio, options.repeats, Path(folder)
                    compare_barycenters(workers, *row)
    return None


if __name__ == "__main__":
    main()

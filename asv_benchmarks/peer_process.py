"""Both ends of the pipe to a solver that runs in a process of its own.

``Worker`` is the near end. The far end is this file run as a script, with the Python
that has the solver: it reads one request (JSON) a line and answers each with one line.
"""

import gc
import json
import os
import select
import subprocess
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import version

from problem import Problem
from registry import find

THREAD_LIMITS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMBA")
PATIENCE = 600  # seconds for bringing data into a package's favourite form
DISTRIBUTIONS = {"sklearn": "scikit-learn"}


class TooSlow(Exception):
    """A fit took longer than the cap."""


class Worker:
    """A solver in a process of its own, which dies when a fit exceeds the cap."""

    def __init__(self, name, python, options, threads=1):
        self.name, self.python, self.options = name, python, options
        self.adapter = name.partition("@")[0]
        self.threads = threads
        self.process = self.problem = self.peer = self.version = None
        self.loaded = False

    def start(self):
        threads = {f"{n}_NUM_THREADS": str(self.threads) for n in THREAD_LIMITS}
        self.process = subprocess.Popen(
            [self.python, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if self.options.verbose else subprocess.DEVNULL,
            env=os.environ | threads,
            text=True,
        )

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process, self.loaded = None, False

    def ask(self, patience, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        if not select.select([self.process.stdout], [], [], patience)[0]:
            self.stop()
            raise TooSlow(f"> {patience:.3g} s")
        line = self.process.stdout.readline()
        if not line:
            self.stop()
        reply = json.loads(line) if line else {"error": "the process died"}
        if "error" in reply:
            raise RuntimeError(f"{self.name}: {reply['error']}")
        return reply

    def give(self, kind, problem, files):
        """Set the problem, which the next fit loads; return whether it is handled."""
        self.peer = find(kind, self.adapter, problem)
        self.problem, self.loaded = {"kind": kind, "files": files}, False
        return self.peer is not None

    def load(self):
        if self.process is None:
            self.start()
        reply = self.ask(PATIENCE, do="load", name=self.adapter, **self.problem)
        self.loaded, self.version = True, reply["version"]

    def fit(self, alpha, tol, cap, count=1):
        """Return the reply about ``count`` fits: seconds, and the gap of the last."""
        if not self.loaded:
            self.load()
        request = dict(alpha=alpha, tol=tol, count=count, wall=self.options.wall)
        reply = self.ask(cap * count + 5, do="fit", **request)
        if min(reply["seconds"]) > cap:
            raise TooSlow(f"> {cap:.3g} s")
        return reply


def answer(request, state):
    """Serve one request: "load" a problem, or "fit" it and time that."""
    if request["do"] == "load":
        state.clear()
        problem = Problem.load(request["files"])
        peer = find(request["kind"], request["name"], problem)
        import_module(peer.package)  # not in the first fit
        state["problem"], state["peer"] = problem, peer(problem)
        package = peer.package.partition(".")[0]
        return {"version": version(DISTRIBUTIONS.get(package, package))}
    clock = time.perf_counter if request["wall"] else time.process_time
    seconds = []
    gc.collect()
    for _ in range(request["count"]):
        start = clock()
        fitted = state["peer"].fit(request["alpha"], request["tol"])
        seconds.append(clock() - start)
    reply = {"seconds": seconds}
    if hasattr(fitted, "alpha_"):
        reply["alpha"] = request["alpha"] = float(fitted.alpha_)
    coef = state["peer"].coef(fitted)
    reply["gap"] = None if coef is None else largest_gap(coef, request["alpha"], state)
    return reply


def largest_gap(coef, alpha, state):
    """Return the relative gap of a fit, or the largest along a path of strengths."""
    if not isinstance(alpha, list):
        return state["problem"].gap(coef, alpha)
    pairs = zip(coef, alpha, strict=True)
    return max(state["problem"].gap(own, strength) for own, strength in pairs)


def serve():
    """Answer requests until standard input ends."""
    # Packages print; only answers may reach the pipe.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    state = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), state)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    serve()

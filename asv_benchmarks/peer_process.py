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

import numpy as np
from benchmarks._problems import relative_gap
from path_peers import PATH_PEERS
from peers import PEERS

THREAD_LIMITS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMBA")
THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))  # one: time of the processor
PATIENCE = 600  # seconds for bringing data into a package's favourite form


class TooSlow(Exception):
    """A fit took longer than the cap."""


class Worker:
    """A solver in a process of its own, which dies when a fit exceeds the cap."""

    peers = PEERS

    def __init__(self, name, python, options):
        self.name, self.python, self.options = name, python, options
        self.adapter = name.partition("@")[0]
        self.peer = self.peers[self.adapter]
        self.process = self.problem = None
        self.loaded, self.tol = False, self.peer.loosest

    def start(self):
        threads = {f"{n}_NUM_THREADS": str(self.options.threads) for n in THREAD_LIMITS}
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
            raise TooSlow(f"> {self.options.cap:g} s")
        line = self.process.stdout.readline()
        if not line:
            self.stop()
        reply = json.loads(line) if line else {"error": "the process died"}
        if "error" in reply:
            raise RuntimeError(f"{self.name}: {reply['error']}")
        return reply

    def give(self, problem):
        """Set the problem, which the next fit loads; finding tol serves as warm-up."""
        self.problem, self.loaded, self.tol = problem, False, self.peer.loosest

    def load(self):
        if self.process is None:
            self.start()
        self.ask(PATIENCE, do="load", name=self.adapter, **self.problem.files)
        self.loaded = True

    def fit(self, alpha, tol, count=1):
        """Return the seconds of ``count`` fits, and the gap of the last."""
        if not self.loaded:
            self.load()
        patience = self.options.cap * count + 5
        reply = self.ask(patience, do="fit", alpha=alpha, tol=tol, count=count)
        if min(reply["seconds"]) > self.options.cap:
            raise TooSlow(f"> {self.options.cap:g} s")
        return reply["seconds"], reply["gap"]


def answer(request, state):
    """Serve one request: "load" a problem, or "fit" it and time that."""
    if request["do"] == "load":
        state.clear()
        X, y = (np.load(request[name]) for name in ("X", "y"))
        state["problem"] = X, y, request["penalty"]
        peer = (PEERS | PATH_PEERS)[request["name"]]
        import_module(peer.package)  # not in the first fit
        state["peer"] = peer(*state["problem"])
        return {"package": peer.package}
    seconds = []
    gc.collect()
    for _ in range(request["count"]):
        start = time.process_time() if THREADS == 1 else time.perf_counter()
        fitted = state["peer"].fit(request["alpha"], request["tol"])
        end = time.process_time() if THREADS == 1 else time.perf_counter()
        seconds.append(end - start)
    return {"seconds": seconds, "gap": largest_gap(fitted, request["alpha"], state)}


def largest_gap(fitted, alpha, state):
    """Return the relative gap of a fit, or the largest along a path of strengths."""
    peer, (X, y, penalty) = state["peer"], state["problem"]
    coef = peer.coef(fitted)
    if not isinstance(alpha, list):
        return relative_gap(X, y, coef, alpha, penalty)
    pairs = zip(coef, alpha, strict=True)
    return max(relative_gap(X, y, own, strength, penalty) for own, strength in pairs)


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

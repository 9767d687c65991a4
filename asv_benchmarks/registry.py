"""All adapters by name: of single fits, of paths and of cross-validation.

A name has several adapters if a package has several entry points; the first one that
handles a problem is taken.
"""

from cv_peers import CV_PEERS
from glm_peers import AdelieGlm, Liblinear, OurGlm, SkglmGlm
from path_peers import PATH_PEERS
from peers import (
    Adelie,
    AdelieCovariance,
    Celer,
    DropIn,
    Mutar,
    Ours,
    ScikitLearn,
    ScikitLearnGram,
    Skglm,
)

PEERS = {
    "mutar_cy": (Ours, OurGlm),
    "mutar_cy:drop-in": (DropIn,),
    "sklearn": (ScikitLearn,),
    "sklearn:gram": (ScikitLearnGram,),
    "sklearn:liblinear": (Liblinear,),
    "celer": (Celer,),
    "skglm": (Skglm, SkglmGlm),
    "adelie": (Adelie, AdelieGlm),
    "adelie:cov": (AdelieCovariance,),
    "mutar": (Mutar,),
}
NO_RIVALS = ("mutar_cy", "mutar_cy:drop-in", "mutar_cy:cold", "mutar_cy:stability")
KINDS = {"fit": PEERS, "path": PATH_PEERS, "cv": CV_PEERS}


def find(kind, name, problem):
    """Return the adapter of a name that handles a problem, or None."""
    adapters = KINDS[kind].get(name, ())
    return next((one for one in adapters if one.handles(problem)), None)


def package_of(kind, name):
    """Return the package that a name stands for."""
    return KINDS[kind][name][0].package.partition(".")[0]

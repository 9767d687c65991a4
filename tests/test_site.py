"""What the website claims of names, and how its sentences are written."""

import importlib
import inspect
import re
import runpy
from pathlib import Path

import pytest

import mutar_cy
from mutar_cy import model_selection, plotting

ROOT = Path(__file__).parents[1]
DOC = ROOT / "doc"
API = re.findall(r"^   (mutar_cy\.[\w.]+)$", (DOC / "api.rst").read_text(), re.M)
PROSE = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *DOC.glob("*.rst"),
    *(DOC / "guide").rglob("*.rst"),
    *(ROOT / "examples").rglob("*.py"),
]
CODE = [*(ROOT / "mutar_cy").rglob("*.py"), *(ROOT / "mutar_cy").rglob("*.pyx")]
# One word for one thing, and no phrase that must be read twice.
BANNED = {
    r"\bdatasets? of\b": "data set",
    r"\bregulari[sz]ation (strength|parameter)\b": "alpha, the penalty strength",
    r"\bhyper-?parameters?\b": "parameter",
    r"\beffect sizes?\b": "coefficient",
    r"\bgroup[- ]sparse\b": "group lasso",
    r"\bby turns\b": "alternately",
    r"\bsees to it\b": "ensures",
    r"\bnext to nothing\b": "negligible",
    r"\bfor the sake of\b": "for, to",
    r"\bat the mercy of\b": "depends on",
    r"\bhow dear\b": "the cost of",
    r"\bshall be\b": "is",
    r"\bmost (passes|newton steps|convex problems)\b": "maximum number of",
    r"\bby how much the objective\b": "upper bound on the objective minus its minimum",
    r"\bis a question about the data\b": "decides",
    r"\bin order to\b": "to",
    r"\butili[sz]e": "use",
    r"\bof course\b": "",
    r"\bobviously\b": "",
}


def tool(name):
    """Return the variables of a script of the website."""
    return runpy.run_path(str(DOC / "tools" / f"{name}.py"))


def public(name):
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("name", API)
def test_a_summary_is_one_short_sentence(name):
    summary, *rest = inspect.getdoc(public(name)).split("\n")
    assert len(summary) <= 80
    assert summary.endswith(".")
    assert not rest or not rest[0]


@pytest.mark.parametrize(
    "path", [*PROSE, *CODE], ids=lambda p: str(p.relative_to(ROOT))
)
def test_words(path):
    text = " ".join(path.read_text().split()).lower()
    found = {
        match[0]: say for bad, say in BANNED.items() for match in re.finditer(bad, text)
    }
    assert not found, f"write the words on the right: {found}"


def test_outputs_of_the_guide_are_what_a_reader_prints():
    for path in PROSE:
        assert ">>> bool(" not in path.read_text(), path


def test_the_chart_leads_to_classes():
    chart = tool("decision_chart")
    names = [name for _, names in chart["STEPS"] for name in names] + chart["LAST"]
    assert len(chart["STEPS"]) == 6
    assert all(inspect.isclass(public(f"mutar_cy.{name}")) for name in names)
    assert all(f"mutar_cy.{name}" in API for name in names)
    svg = chart["draw"]("../")
    for name in names:
        assert f'href="../generated/mutar_cy.{name}.html"' in svg


def test_the_cheat_sheet_has_names_and_parameters_that_exist(tmp_path):
    sheet = tool("cheat_sheet")
    known = {
        **{name: getattr(mutar_cy, name) for name in mutar_cy.__all__},
        **{name: getattr(plotting, name) for name in plotting.__all__},
        **{name: getattr(model_selection, name) for name in model_selection.__all__},
    }
    codes = {
        title: [code for code, _ in rows] for title, rows in sheet["SHEET"].items()
    }
    for code in codes["Options of the three"]:
        for cls in ("GroupLasso", "DirtyModel", "IndLasso"):
            if code.startswith("l1_ratio") and cls == "DirtyModel":
                continue
            eval(f"{cls}({code})._validate_params()", known)
    for code in [code for codes in codes.values() for code in codes]:
        called = re.match(r"([A-Z]\w+\([^()]*\))", code)
        if called:  # a constructor: its arguments exist
            eval(called[1], known)
        for name in re.findall(r"\b[A-Z]\w{4,}\b", code):
            assert name in known, code
    sheet["save_pdf"](tmp_path / "sheet.pdf")
    assert (tmp_path / "sheet.pdf").read_bytes().count(b"/Type /Page ") == 1

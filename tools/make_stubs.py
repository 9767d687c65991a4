"""Write the stubs of public classes and functions from their signatures and docstrings.

Docstrings state the type of every parameter, attribute and return value, and inherited
ones count; a stub says the same to type checkers. A value that may be of several types
is Any where it is returned, since a checker would ask for a distinction at every use.
``--check`` writes nothing: its exit status is 1 if a stub is not what it should be.
"""

import argparse
import ast
import importlib
import inspect
import re
import subprocess
import sys
from abc import ABCMeta
from collections import defaultdict
from pathlib import Path

import check_docstrings
from numpydoc.docscrape import NumpyDocString

ROOT = Path(__file__).parents[1]
HEADER = '"""{summary}"""\n\n# Written by tools/make_stubs.py.\n'
# Compiled losses have stubs of their own; other modules are annotated where they stand.
SKIPPED = {"mutar_cy.losses", "mutar_cy.chunks"}
# Methods of scikit-learn's that belong to the interface of an estimator.
BORROWED = {
    "get_params": "(self, deep: bool = ...) -> dict[str, Any]",
    "set_params": "(self, **params: Any) -> Self",
    "set_callbacks": "(self, *callbacks: Any) -> Self",
    "set_output": "(self, *, transform: str | None = ...) -> Self",
    "fit_transform": "(self, X: Data, y: Any = ..., **fit_params: Any) -> Any",
    "get_metadata_routing": "(self) -> Any",
    "split": "(self, X: Any, y: Any = ..., groups: Any = ...) -> Iterator[Any]",
    "get_n_splits": "(self, X: Any = ..., y: Any = ..., groups: Any = ...) -> int",
}
CODE = (property, staticmethod, classmethod)
PARTS_OF_DATA = ("Array", "Sequence[Any]", "Mapping[Any, Any]")
# In the order of the words of a docstring: what an argument of this kind may be.
ARGUMENTS = [
    (r"array-like.*DataFrame|sparse matrix|one matrix per task|one per task", "Data"),
    (r"sequence of (n_tasks )?(array-like|\{)|list of (n_tasks )?array-like", "Data"),
    (r"array-like|ndarray", "Array"),
    (r"\bbool\b", "bool"),
    (r"\bint\b", "int"),
    (r"\bfloat\b", "float"),
    (r"\bstr\b", "str"),
    (r"\bdict\b", "Mapping[Any, Any]"),
    (r"\bsequence\b|\blist\b|\btuple\b", "Sequence[Any]"),
    (r"\biterable\b", "Iterable[Any]"),
    (r"\bcallable\b", "Callable[..., Any]"),
    (r"RandomState", "np.random.RandomState"),
    (r"\bLoss\b", "Loss"),
]
UNKNOWN = (
    "object|hashable|estimator|transformer|splitter|matplotlib|module|path|Kernel|"
    "TaskStats|Evidence|DesignScores|TuningCurve|csr_array"
)
RESULTS = {
    "bool": "bool",
    "int": "int",
    "float": "float",
    "str": "str",
    "dict": "dict[Any, Any]",
    "list": "list[Any]",
    "tuple": "tuple[Any, ...]",
    "ndarray": "NDArray[Any]",
    "callable": "Callable[..., Any]",
    "Loss": "Loss",
}
# Public classes of the room whose stub is written.
CLASSES: set[str] = set()


def argument_type(text, default):
    """Return the annotation of a parameter, from the type that its entry states."""
    text = re.sub(r",? default=.*", "", text)
    shapeless = re.sub(r"(of|shaped as) (shape )?(\([^)]*\)|`+\w+`+)", "", text)
    literals = re.findall(r"\"\w*\"|'\w*'", shapeless)
    words = re.sub(r"\"[^\"]*\"|'[^']*'", "", shapeless)
    if not text or re.search(UNKNOWN, words):
        return "Any"
    # The items of a list are not alternatives to it.
    words = re.sub(r"(from|of) (\w+ )?(int|str|float|bool|ndarray)\b", "", words)
    if re.search(r"\b(False|True)\b", words):
        literals += re.findall(r"\b(?:False|True)\b", words)
    kinds = [name for pattern, name in ARGUMENTS if re.search(pattern, words)]
    if "Data" in kinds:
        kinds = [kind for kind in kinds if kind not in PARTS_OF_DATA]
    if literals:
        kinds.insert(0, f"Literal[{', '.join(literals)}]")
    if "None" in words or default is None:
        kinds.append("None")
    return " | ".join(kinds) if kinds else "Any"


def result_type(text):
    """Return the annotation of a result or of an attribute."""
    strings = re.fullmatch(r"\{((\"\w+\"(, )?)+)\}", text)
    if strings:
        return f"Literal[{strings[1]}]"
    text = re.sub(r"\([^)]*\)+|\[[^]]*\]|`+\w+`+|,? ?(of|as|shaped as) shape", "", text)
    kinds = {
        piece.split()[0] for piece in re.split(r",|\bor\b", text) if piece.strip(" )")
    }
    kind = kinds.pop() if len(kinds) == 1 else ""
    return RESULTS.get(kind, kind if kind in CLASSES else "Any")


def entries(doc, section):
    """Return {name: type as stated} of a section, whose entries may name several."""
    return {
        name.strip().lstrip("*"): entry.type
        for entry in doc[section]
        for name in entry.name.split(",")
    }


def parse(item):
    """Return the sections of a docstring; all are empty if there is none."""
    return NumpyDocString(inspect.getdoc(item) or "")


def parameter_stub(parameter, stated):
    """Return a parameter with its annotation and default, if that is a literal."""
    name, value = parameter.name, parameter.default
    if value is parameter.empty:
        return f"{name}: {argument_type(stated, ...)}"
    kind = argument_type(stated, value)
    if isinstance(value, str) and not re.search(rf"\bstr\b|\bAny\b|\W{value}\W", kind):
        kind += f" | Literal[{value!r}]"  # such as "deprecated"
    literal = value is None or isinstance(value, (bool, int, float, str))
    return f"{name}: {kind} = {value!r}" if literal else f"{name}: {kind} = ..."


def arguments(function, documented, bound=True):
    """Return the parameters of a function as text."""
    parts, star, given = (
        [],
        False,
        list(inspect.signature(function).parameters.values()),
    )
    for position, parameter in enumerate(given):
        if position == 0 and bound:
            parts.append(parameter.name)
            continue
        kind, name = parameter.kind, parameter.name
        if kind is parameter.VAR_POSITIONAL:
            parts.append(f"*{name}: Any")
            star = True
            continue
        if kind is parameter.VAR_KEYWORD:
            parts.append(f"**{name}: Any")
            continue
        if kind is parameter.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        parts.append(parameter_stub(parameter, documented.get(name, "")))
        last = position + 1 == len(given)
        following = None if last else given[position + 1].kind
        if kind is parameter.POSITIONAL_ONLY and following is not kind:
            parts.append("/")
    return ", ".join(parts)


def returned(doc, name):
    """Return the annotation of what a function returns."""
    entries_ = doc["Returns"]
    if name == "fit" or (entries_ and entries_[0].name == "self"):
        return "Self"
    if not entries_:
        return "None" if not doc["Yields"] else "Iterator[Any]"
    if len(entries_) > 1:
        return f"tuple[{', '.join(result_type(entry.type) for entry in entries_)}]"
    return result_type(entries_[0].type)


def function_stub(name, function, prefix="", bound=True, doc=None):
    """Return the lines of a function or of a method."""
    own = parse(function)
    documented = entries(doc or own, "Parameters")
    result = "None" if name == "__init__" else returned(own, name)
    return (
        f"{prefix}def {name}({arguments(function, documented, bound)}) -> {result}: ..."
    )


def request_stub(name, function):
    """Return the lines of a method that requests metadata."""
    given = [key for key in inspect.signature(function).parameters if key != "self"]
    words = ", ".join(f"{key}: bool | str | None = ..." for key in given)
    return f"def {name}(self, *, {words}) -> Self: ..."


def method_stub(cls, name):
    """Return the lines of a method or property, or None if a stub has none."""
    item = inspect.getattr_static(cls, name)
    if isinstance(item, property):
        documented = entries(parse(cls), "Attributes")
        text = documented.get(name, "")
        return f"@property\ndef {name}(self) -> {result_type(text)}: ..."
    function = inspect.unwrap(getattr(item, "fn", getattr(item, "__func__", item)))
    module = str(getattr(function, "__module__", ""))
    if re.fullmatch(r"set_\w+_request", name):
        return request_stub(name, getattr(cls, name))
    if name in BORROWED and not module.startswith("mutar_cy"):
        return f"def {name}{BORROWED[name]}: ..."
    if not callable(function) or not module.startswith("mutar_cy"):
        return None
    if isinstance(item, staticmethod):
        return "@staticmethod\n" + function_stub(name, function, bound=False)
    if isinstance(item, classmethod):
        return "@classmethod\n" + function_stub(name, function)
    return function_stub(name, function)


def variables(cls, doc):
    """Return {name: annotation} of attributes that are neither method nor property."""
    code = {
        name
        for name in dir(cls)
        if callable(inspect.getattr_static(cls, name))
        or isinstance(inspect.getattr_static(cls, name), CODE)
    }
    given = inspect.signature(cls.__init__).parameters
    found = {
        name: result_type(text) for name, text in entries(doc, "Attributes").items()
    }
    for name, text in entries(doc, "Parameters").items():
        if name in given:
            found.setdefault(name, argument_type(text, given[name].default))
    for name in dir(cls):
        if not name.startswith("_"):
            found.setdefault(name, "Any")
    return {name: text for name, text in found.items() if name not in code}


def class_stub(name, cls):
    """Return the lines of a class: all of its interface, inherited members too."""
    doc = parse(cls)
    own = variables(cls, doc)
    lines = [f"{member}: {text}" for member, text in own.items()]
    if cls.__init__ is not object.__init__:
        lines.append(function_stub("__init__", cls.__init__, doc=doc))
    public = (member for member in dir(cls) if not member.startswith("_"))
    stubs = (method_stub(cls, member) for member in public if member not in own)
    lines += filter(None, stubs)
    base = "(metaclass=ABCMeta)" if type(cls) is ABCMeta else ""
    body = "\n".join(lines) or "..."
    return f"class {name}{base}:\n" + "".join(f"    {x}\n" for x in body.split("\n"))


def public_by_room():
    """Return {room: {name: object}} of what the public modules offer."""
    rooms = defaultdict(dict)
    for module in check_docstrings.PUBLIC_MODULES:
        face = importlib.import_module(module)
        for name in face.__all__:
            item = getattr(face, name)
            if inspect.isclass(item) or inspect.isfunction(item):
                room = ".".join(item.__module__.split(".")[:2])
                rooms[room][name] = item
    return {room: rooms[room] for room in sorted(rooms) if room not in SKIPPED}


def kept_imports(source, names):
    """Return the imports of a package that its stub does not replace."""
    lines = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("mutar_cy"):
            kept = [x for x in node.names if (x.asname or x.name) not in names]
            kept = [f"{x.name} as {x.asname or x.name}" for x in kept]
            if kept and node.module != "mutar_cy._lib":
                lines.append(f"from {node.module} import {', '.join(kept)}")
    return sorted(set(lines))


def room_stub(room, public):
    """Return the text of the stub of a room."""
    source = (ROOT / room.replace(".", "/") / "__init__.py").read_text()
    CLASSES.clear()
    CLASSES.update(name for name, item in public.items() if inspect.isclass(item))
    body = []
    for name, item in sorted(public.items()):
        body.append(
            class_stub(name, item)
            if inspect.isclass(item)
            else function_stub(name, item, bound=False)
        )
    text = "\n\n".join(body)
    summary = ast.get_docstring(ast.parse(source))
    lines = [HEADER.format(summary=summary)]
    lines += imports_for(text) + kept_imports(source, public)
    face = importlib.import_module(room)
    lines.append(f"\n__all__ = {list(face.__all__)!r}\n")
    return "\n".join(lines) + "\n" + text + "\n"


def imports_for(text):
    """Return the import lines that annotations need."""
    wanted = {
        "abc": ("ABCMeta",),
        "collections.abc": ("Callable", "Iterable", "Iterator", "Mapping", "Sequence"),
        "typing": ("Any", "Literal", "Self"),
        "numpy.typing": ("NDArray",),
        "mutar_cy._lib._annotations": ("Array", "Data"),
        "mutar_cy.losses": ("Loss",),
    }
    lines = ["import numpy as np"] if "np." in text else []
    for module, names in wanted.items():
        used = [name for name in names if re.search(rf"\b{name}\b", text)]
        if used:
            lines.append(f"from {module} import {', '.join(used)}")
    return lines


def formatted(text):
    """Return a stub in the style of the package."""
    command = [sys.executable, "-m", "ruff"]
    options = ["--stdin-filename", "mutar_cy/stub.pyi", "-"]
    for step in (["check", "--fix", "--quiet", "--select", "I"], ["format", "--quiet"]):
        run = subprocess.run(
            [*command, *step, *options],
            input=text,
            text=True,
            capture_output=True,
            check=True,
            cwd=ROOT,
        )
        text = run.stdout
    return text


def main():
    """Write the stubs, or compare them with those that are there."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true")
    check, stale = parser.parse_args().check, []
    for room, public in public_by_room().items():
        path = ROOT / room.replace(".", "/") / "__init__.pyi"
        text = formatted(room_stub(room, public))
        if not path.exists() or path.read_text() != text:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.write_text(text)
    if check and stale:
        sys.exit("run tools/make_stubs.py, since these are stale: " + ", ".join(stale))
    print(f"{len(stale)} stubs written" if stale else "all stubs are as they should be")


if __name__ == "__main__":
    main()

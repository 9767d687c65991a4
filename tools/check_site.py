"""Check the built website: links inside it, and prose without raw markup.

Called by ``make doc`` with the folder of the pages. Links to other sites are not
followed. The exit status is 1 if there is a fault.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Markup of reStructuredText or Markdown that a reader would see as it is.
RAW = re.compile(
    r"``|:(?:class|func|mod|doc|ref|math|meth):`|\.\. [a-z-]+::|\*\*\w+\*\*"
)
VERBATIM = {"pre", "code", "script", "style", "title", "svg", "textarea"}
VOID = {"br", "img", "hr", "input", "meta", "link", "source", "wbr", "col"}


class Page(HTMLParser):
    """The links, the anchors and the raw markup of one page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors, self.raw = [], set(), []
        self._verbatim = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note links and anchors."""
        given = dict(attrs)
        if tag in VERBATIM:
            self._verbatim += 1
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "img" and given.get("src"):
            self.links.append(given["src"])

    def handle_endtag(self, tag):
        """Leave what is shown as it is."""
        if tag in VERBATIM:
            self._verbatim -= 1

    def handle_data(self, data):
        """Note raw markup in prose."""
        if not self._verbatim and RAW.search(data):
            self.raw.append(" ".join(data.split())[:90])


def faults(root):
    """Yield a sentence for every fault of the pages in a folder."""
    paths = [path for path in root.rglob("*.html") if "_static" not in path.parts]
    pages = {path.resolve(): Page(path.read_text()) for path in paths}
    for path, page in sorted(pages.items()):
        name = path.relative_to(root.resolve())
        for text in page.raw:
            yield f"{name}: raw markup in {text!r}"
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link in ("#", ""):
                continue
            target = path
            if parts.path:
                target = (path.parent / unquote(parts.path)).resolve()
            if not target.exists():
                yield f"{name}: no page for the link {link}"
            elif (
                parts.fragment
                and target in pages
                and unquote(parts.fragment) not in pages[target].anchors
            ):
                yield f"{name}: no anchor for the link {link}"


def main():
    """Print the faults; return whether there is none."""
    found = list(faults(Path(sys.argv[1])))
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(found)} faults of the website")
    return not found


if __name__ == "__main__":
    sys.exit(not main())

# SPDX-License-Identifier: BSL-1.0
"""Names the links of the tree's pages that lead nowhere: to no file of it, or to no heading of a page.

    python3 links ROOT             finds none, or fails
    python3 links ROOT EXPECTED    finds exactly those that the file tells, which shows that it finds them

Links to other hosts are not followed.
"""
import itertools
import pathlib
import re
import sys
from urllib.parse import unquote

AT_TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
LINK = re.compile(r"\]\(\s*<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(\S+)")
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")


def pages(root):
    named = [root / name for name in AT_TOP if (root / name).is_file()]
    return named + sorted((root / "doc").rglob("*.md"))


def prose(text):
    """The lines outside fenced code, with their numbers."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if fence:
            if mark and line.strip() == mark[1] and mark[1].startswith(fence):
                fence = None
        elif mark:
            fence = mark[1]
        else:
            yield number, line


def anchors(page):
    """The anchors that a page's headings make, where it is shown: as GitHub and GitLab make them."""
    found = set()
    for _, line in prose(page.read_text(encoding="utf-8")):
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        name = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
        names = itertools.chain([name], (f"{name}-{i}" for i in itertools.count(1)))
        found.add(next(each for each in names if each not in found))
    return found


def fault(root, page, target):
    """What is wrong with a link of a page; nothing: it is alive."""
    if re.match(r"[a-z][a-z0-9+.-]*:|//", target):
        return None
    path, _, anchor = unquote(target).partition("#")
    to = (page.parent / path).resolve() if path else page
    if not to.is_relative_to(root):
        return "leaves the tree"
    if not to.exists():
        return "is not there"
    if anchor and (to.suffix != ".md" or anchor not in anchors(to)):
        return "has no such heading"
    return None


def main(root, expected=None):
    root = pathlib.Path(root).resolve()
    looked_at = pages(root)
    links, found = 0, []
    for page in looked_at:
        for number, line in prose(page.read_text(encoding="utf-8")):
            for match in LINK.finditer(CODE.sub("", line)):
                target = match[1] or match[2]
                links += 1
                if wrong := fault(root, page, target):
                    found.append(f"{page.relative_to(root)}:{number}: {target} {wrong}")
    wanted = pathlib.Path(expected).read_text(encoding="utf-8").splitlines() if expected else []
    for line in sorted(set(found) - set(wanted)):
        print(line)
    for line in sorted(set(wanted) - set(found)):
        print(f"not found: {line}")
    print(f"{len(looked_at)} pages, {links} links, {len(found)} faults")
    return 0 if links and sorted(found) == sorted(wanted) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

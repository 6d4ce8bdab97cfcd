# SPDX-License-Identifier: BSL-1.0
"""A page of Markdown, as the site has it: `python3 pages.py FILE`. Headings get a name, links lead to these names, and
what is no part of the site is named instead of linked. The pages themselves stay what any reader of Markdown takes."""

import os
import re
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def _is_page(path):
    return path in _PAGES or (path.startswith("doc/") and path.endswith(".md") and path.count("/") <= 2)


def _name(path):
    """Of a page: doc/guide/bulk.md is guide_bulk; the main page has none of its own."""
    return re.sub(r"[^a-z0-9]+", "_", path.removesuffix(".md").lower()).strip("_")


def _slug(heading):
    """As those sites name it that show the page in place of us."""
    text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", lambda m: m.group(1) or "", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-")


def _linked(text, page):
    """The text, of one line or more, with its links as the site needs them."""
    def replaced(match):
        image, text, target = match.groups()
        if re.match(r"[a-z]+:", target):
            return match.group(0)
        file, _, place = target.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page), file)) if file else page
        if image:
            return f'<img src="{os.path.basename(path)}" alt="{text}"/>'
        if not _is_page(path):
            return text if text.startswith("`") else f"`{text.strip('`')}`"
        anchor = f"{_name(path)}_{place}" if place else _name(path)
        return f"[{text}](#{anchor})"

    return _LINK.sub(replaced, text)


def convert(text, page):
    """The whole page."""
    first = True

    def named(match):
        nonlocal first
        label = _name(page) if first else f"{_name(page)}_{_slug(match.group(2))}"
        first = False
        return f"{match.group(1)} {match.group(2)} {{#{label}}}"

    # What is between the fences of code, and the code.
    parts = re.split(r"^(```.*?^```)", text, flags=re.MULTILINE | re.DOTALL)
    for i in range(0, len(parts), 2):
        parts[i] = _linked(re.sub(r"^(#+) (.*)", named, parts[i], flags=re.MULTILINE), page)
    return "".join(parts)


def main(path):
    """Prints it."""
    page = os.path.relpath(os.path.abspath(path), _ROOT)
    with open(path, encoding="utf-8") as file:
        sys.stdout.write(convert(file.read(), page))


if __name__ == "__main__":
    main(sys.argv[1])

# SPDX-License-Identifier: BSL-1.0
"""Follows every link of a built site: `python3 links.py DIRECTORY`. None may lead nowhere, and none of those that a browser
loads by itself off the site."""

import html.parser
import os
import sys
import urllib.parse


class _Page(html.parser.HTMLParser):
    """The names that a page has, and where it leads."""

    def __init__(self, path):
        super().__init__()
        self.names, self.links, self.loads = set(), [], []
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.names.update(attributes[key] for key in ("id", "name") if attributes.get(key))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        loaded = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
        if loaded:
            self.loads.append(loaded)


def faults(directory):
    """One line for each link that is broken."""
    pages = {name: _Page(os.path.join(directory, name)) for name in os.listdir(directory) if name.endswith(".html")}
    found = []
    for name, page in sorted(pages.items()):
        for link in page.links + page.loads:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loads and parts.scheme != "javascript":  # an empty frame, until the search fills it
                    found.append(f"{name}: loads {link}, which is no part of the site")
                continue
            target = urllib.parse.unquote(parts.path) or name
            if not os.path.exists(os.path.join(directory, target)):
                found.append(f"{name}: {link}: there is no such file")
            elif parts.fragment and target in pages and urllib.parse.unquote(parts.fragment) not in pages[target].names:
                found.append(f"{name}: {link}: there is no such place in {target}")
    return len(pages), sum(len(p.links) for p in pages.values()), found


def main(directory):
    """Prints them; 1 where there is one."""
    pages, links, found = faults(directory)
    for line in found:
        print(line)
    print(f"{pages} pages, {links} links, {len(found)} faults")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

# SPDX-License-Identifier: BSL-1.0
"""Tables in Markdown."""


def number(value, digits=0):
    if value is None or value == "":
        return "–"
    if isinstance(value, str):
        return value
    return f"{value:,.{digits}f}"


def table(heads, rows):
    """The first column to the left, the others to the right."""
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def bar(value, limit, moonshot, digits=2, at_least=False):
    """The figure, its bar and whether it is met."""
    def meets(wanted):
        return value >= wanted if at_least else value <= wanted

    word = "moonshot" if meets(moonshot) else "met" if meets(limit) else "**not met**"
    sign = "≥" if at_least else "≤"
    return [number(value, digits), f"{sign} {number(limit, digits)}", f"{sign} {number(moonshot, digits)}", word]

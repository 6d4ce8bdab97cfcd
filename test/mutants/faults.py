# SPDX-License-Identifier: BSL-1.0
"""Reads the faults: one a line, by room, in `test/mutants/faults/`.

    FILE | PIECE | WHAT IT BECOMES | KIND:SUITE...
    FILE | PIECE | WHAT IT BECOMES | KIND:SUITE... | why nobody could notice

The piece stands exactly once in its file. Where it alone would not, more of the source stands around it, and backticks
mark the piece: code `piece` code. A blank is any space of the source, the end of a line, too. A piece that ends with a
semicolon is a statement, and may become none; any other is an expression. A line that is empty or begins with `#` is no
fault.
"""

import dataclasses
import pathlib
import re
import zlib

WHERE = pathlib.PurePath("test", "mutants", "faults")
_SEPARATOR = " | "


class Mistake(Exception):
    """Of who wrote a line: what is wrong with it, and what to do."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """One line of a list."""

    where: str  # list and line
    text: str
    file: str
    before: str
    piece: str
    after: str
    becomes: str
    suites: tuple
    reason: str  # for which it changes nothing; empty: somebody must notice

    @property
    def number(self):
        """By which OMS_MUTANT chooses it: the same wherever its line stands, so that others build nothing anew."""
        return zlib.crc32("\0".join([self.file, self.before, self.piece, self.after, self.becomes]).encode()) >> 1 or 1

    @property
    def room(self):
        return self.where.partition(":")[0]

    @property
    def context(self):
        return self.before + self.piece + self.after

    @property
    def is_statement(self):
        return self.piece.endswith(";")


def _marked(field, where):
    parts = field.split("`")
    if len(parts) == 1:
        return "", field, ""
    if len(parts) != 3 or not parts[1]:
        raise Mistake(f"{where}: mark one piece by one pair of backticks")
    return tuple(parts)


def _read(line, where):
    fields = [each.strip() for each in f"{line} ".split(_SEPARATOR)]
    if len(fields) not in (4, 5):
        raise Mistake(f"{where}: has {len(fields)} fields; write FILE{_SEPARATOR}PIECE{_SEPARATOR}WHAT IT BECOMES"
                      f"{_SEPARATOR}KIND:SUITE..., and a reason behind that where it changes nothing")
    file, piece, becomes, suites, reason = (fields + [""])[:5]
    before, piece, after = _marked(piece, where)
    suites = tuple(suites.split())
    if not suites or not all(re.fullmatch(r"[a-z]+:\w+", each) for each in suites):
        raise Mistake(f"{where}: name the suites that should notice, as unit:backoffs io:time_limits")
    fault = Fault(where, line, file, before, piece, after, becomes, suites, reason)
    if not becomes and not fault.is_statement:
        raise Mistake(f"{where}: only a statement may become nothing; let the piece end with its semicolon")
    if fault.is_statement and becomes and not becomes.endswith((";", "}")):
        raise Mistake(f"{where}: a statement becomes statements; end what it becomes with a semicolon")
    return fault


def read(tree):
    """All faults of a tree, in the order of their lists; complains of all lines that are none, at once."""
    found, mistakes, known = [], [], {}
    for path in sorted((pathlib.Path(tree) / WHERE).iterdir()):
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                found.append(_read(line, f"{path.name}:{at}"))
            except Mistake as e:
                mistakes.append(str(e))
    for each in found:
        if known.setdefault(each.number, each) is not each:
            mistakes.append(f"{each.where}: is the fault of {known[each.number].where}; remove one of them")
    if not found and not mistakes:
        mistakes.append(f"{WHERE}: there are no faults")
    if mistakes:
        raise Mistake("\n".join(mistakes))
    return found

# SPDX-License-Identifier: BSL-1.0
"""Plants faults into the text of a source file, all at once: each is asleep until it is chosen when the program runs.

`piece` becomes `(oms_mutant(7) ? (mutated) : (piece))`, and a statement an `if` with both. A compiler that computes a
value beforehand sees the original.
"""

import dataclasses
import re

from faults import Mistake

HEADER = """\
// Which fault is awake: of the environment variable OMS_MUTANT, by number; 0: none.
#pragma once
#include <cstdlib>
#include <type_traits>

inline int oms_chosen_mutant() noexcept {
    static int const chosen = [] {
        char const* const named = std::getenv("OMS_MUTANT");
        return named == nullptr ? 0 : std::atoi(named);
    }();
    return chosen;
}

constexpr bool oms_mutant(int number) noexcept {
    return !std::is_constant_evaluated() && oms_chosen_mutant() == number;
}
"""


@dataclasses.dataclass
class _Place:
    begin: int
    end: int
    faults: list


def _pattern(text):
    """Where a blank stands in the list, any space does in the source: a line may end there."""
    return r"\s+".join(re.escape(each) for each in re.split(r"\s+", text))


def _place_of(fault, text):
    pattern = f"{_pattern(fault.before)}(?P<piece>{_pattern(fault.piece)}){_pattern(fault.after)}"
    found = list(re.finditer(pattern, text))
    if not found:
        raise Mistake(f"{fault.where}: {fault.file} does not hold {fault.context!r}; correct the piece")
    if len(found) > 1:
        raise Mistake(f"{fault.where}: {fault.file} holds {fault.context!r} {len(found)} times; add more of what "
                      "stands around it, and mark the piece in that by backticks")
    return _Place(found[0].start("piece"), found[0].end("piece"), [fault])


def _places(faults, text):
    """Outer ones before those inside them."""
    found, mistakes = {}, []
    for each in faults:
        try:
            place = _place_of(each, text)
        except Mistake as e:
            mistakes.append(str(e))
            continue
        known = found.setdefault((place.begin, place.end), place)
        if known is not place:
            known.faults += place.faults
    ordered = sorted(found.values(), key=lambda p: (p.begin, -p.end))
    for i, one in enumerate(ordered):
        for other in ordered[i + 1:]:
            if one.begin < other.begin < one.end < other.end:
                mistakes.append(f"{other.faults[0].where}: its piece begins within that of {one.faults[0].where} and "
                                "ends behind it; let one piece hold the other, or none of it")
    if mistakes:
        raise Mistake("\n".join(mistakes))
    return ordered


def _with_all(place, original):
    for fault in reversed(place.faults):
        if fault.is_statement:
            original = f"{{ if (oms_mutant({fault.number})) {{ {fault.becomes} }} else {{ {original} }} }}"
        else:
            original = f"(oms_mutant({fault.number}) ? ({fault.becomes}) : ({original}))"
    return original


def _planted(text, begin, end, places):
    out = []
    while places and places[0].begin < end:
        first, inside = places.pop(0), []
        while places and places[0].end <= first.end:
            inside.append(places.pop(0))
        out += [text[begin:first.begin], _with_all(first, _planted(text, first.begin, first.end, inside))]
        begin = first.end
    return "".join(out) + text[begin:end]


def plant(text, faults):
    """The text with all of these faults of its file in it."""
    planted = _planted(text, 0, len(text), _places(faults, text))
    return f'#include <oms_mutant.hpp>\n#line 1\n{planted}'

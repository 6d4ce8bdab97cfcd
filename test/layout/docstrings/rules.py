# SPDX-License-Identifier: BSL-1.0
"""What a docstring must have."""

import re

# A docstring that sends its reader to another one, and what names that one.
_REFERRALS = [
    re.compile(r"\b[Aa]s (?:those |that )?of\b(?: `([^`]+)`)?"),
    re.compile(r"\b[Aa]s (?:in|with|by|for) `([^`]+)`"),
    re.compile(r"(?:^|[.:;*] )[Tt]hose of `([^`]+)`"),
    re.compile(r"\b[Aa]s there(?=[.,;:)]|$)()"),
    re.compile(r"\b[Ll]ikewise\b()"),
    re.compile(r"(?:^|[.:;] )(?:[Tt]he )?[Ss]ame\b(?:[^.`]*`([^`]+)`)?"),
]
# The same word goes before an example.
_AS = re.compile(r"\b[Aa]s `([^`]+)`(?=[.,;:)]|$)")
_SAME = re.compile(r"The same\b")
_FOREIGN = re.compile(r"(std|boost|asio)::")
_SERVICE_FACT = re.compile(r"(^|\n|\. )(The service|IAM): [^\n]*\([^()]*API reference, ")


def is_operation(name):
    return name.kind == "function" and name.last.startswith("async_")


class Names:
    """All public names, to be looked up as docstrings write them."""

    def __init__(self, names):
        self._all = names
        self._places = {id(name): place for place, name in enumerate(names)}
        self._by_full = {}
        for name in names:
            self._by_full.setdefault(name.full, name)  # of overloads the first
        self._types = {name.last for name in names if name.kind in ("class", "struct", "enum")}

    def __iter__(self):
        return iter(self._all)

    def owner(self, name):
        return self._by_full.get(name.scope)

    def find(self, written, near):
        """What a docstring of `near` means by `written`: looked for as the language does, from the inside out."""
        written = written.removesuffix("()")
        scope = near.full
        while scope:
            if f"{scope}::{written}" in self._by_full:
                return self._by_full[f"{scope}::{written}"]
            scope = scope.rpartition("::")[0]
        return self._by_full.get(written)

    def dead(self, written):
        """Whether it reads as a member of one of our types."""
        return written.split("::")[0] in self._types

    def whole(self, name):
        """The overload that `name` follows, with nothing but overloads between them; none where it is the first."""
        at = self._places[id(name)]
        first = at
        while first and self._all[first - 1].full == name.full:
            first -= 1
        return self._all[first] if first < at else None


def _missing(_, name):
    if name.special:
        return
    if not name.text and not name.said:
        yield "no docstring"
    elif not re.match(r"[^*]", name.text):
        yield "no word on its effect"


def _referrals(names, name):
    """What a docstring refers to: pairs of the words and the name, which is none where they name nothing."""
    whole = names.whole(name)
    for number, segment in enumerate(name.segments()):
        overload = number == 0 and whole and _SAME.match(segment)
        if overload:
            yield "The same", whole
        for pattern in _REFERRALS:
            for match in pattern.finditer(segment, 1 if overload else 0):
                written = match[1]
                if written and _FOREIGN.match(written):
                    continue
                yield match[0].lstrip(".:;* "), names.find(written, name) if written else None
        for match in _AS.finditer(segment):
            if target := names.find(match[1], name):
                yield match[0], target


def _hops(names, name):
    for words, target in _referrals(names, name):
        if target is None:
            yield f"\"{words}\" does not name what it refers to"
        elif target is name:
            yield f"\"{words}\" refers to itself"
        elif further := next(_referrals(names, target), None):
            yield f"\"{words}\" refers to {target.full}, which itself refers on (\"{further[0]}\")"


def _dead_names(names, name):
    for written in re.findall(r"`([a-z_]+(?:::[a-z_0-9]+)+(?:\(\))?)`", "\n".join(name.segments())):
        if names.dead(written) and not names.find(written, name):
            yield f"`{written}` is no public name"


def _parameters(names, name):
    """Who documents one parameter documents all; of an overload those that the whole one does not know."""
    whole = names.whole(name) if _SAME.match(name.text) else None
    if not is_operation(name) and not name.said.keys() & set(name.takes):
        return
    for each in name.takes:
        if not name.said.get(each) and not (whole and each in whole.takes):
            yield f"no @param {each}"


def _labelled(text):
    """Paragraphs that begin with a bold word, by that word."""
    found = {}
    for line in text.split("\n"):
        parts = re.split(r"\*\*([^*]+)\.\*\*", line)
        found.update(zip(parts[1::2], (part.strip() for part in parts[2::2])))
    return found


def _paragraphs(names, name):
    """What each operation says, also one of a base class, which the client is the caller of."""
    labelled = _labelled(name.text)
    for label in ("Cancellation", "Errors", "Exceptions"):
        if not labelled.get(label):
            yield f"no paragraph **{label}.**"
    errors = labelled.get("Errors") or "None"
    if "`" not in errors and not errors.startswith("None"):
        yield "**Errors.** names no code"
    owner = names.owner(name)
    if "hread" not in name.text + (owner.text if owner else ""):
        yield "no word on threads, nor in its class's docstring"


def _completion(name):
    """What one that takes a token says besides."""
    said = name.said.get("token")
    if said and f"`{name.signature}`" not in said:
        yield f"@param token does not say `{name.signature}`"
    how = _labelled(name.text).get("Cancellation")
    if how and "All three types" not in how:
        left_out = [each for each in ("terminal", "partial", "total") if f"*{each}*" not in how]
        if left_out:
            yield f"**Cancellation.** says nothing of {', '.join(left_out)}"
    for result, word in (("stop_result", "outcome"), ("bulk_report", "report")):
        if how and result in name.signature and word not in how:
            yield f"**Cancellation.** does not say what the {word} tells of the task"
    # What completes with a code alone sends no request, and others say so.
    asks = name.signature != "void(error_code)" and "No request is sent" not in name.text
    if asks and not _SERVICE_FACT.search(name.text):
        yield "no source of the service's fact: \"The service: … (API reference, …)\""


def _operation(names, name):
    overload = _SAME.match(name.text) and names.whole(name)
    if is_operation(name) and name.text and not overload:
        yield from _paragraphs(names, name)
        if name.signature:
            yield from _completion(name)


def faults(names):
    """One line a fault."""
    known = Names(names)
    for name in known:
        for rule in (_missing, _hops, _dead_names, _parameters, _operation):
            for fault in rule(known, name):
                yield f"{name.file}:{name.line}: {name.full}: {fault}"

# SPDX-License-Identifier: BSL-1.0
"""The public names of a tree's headers, with their docstrings, as Doxygen reads them."""

import os
import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

# What Doxygen does not say of its own accord is asked of its XML.
_SETTINGS = """
INPUT = include
RECURSIVE = YES
GENERATE_HTML = NO
GENERATE_LATEX = NO
GENERATE_XML = YES
XML_PROGRAMLISTING = NO
OUTPUT_DIRECTORY = "{output}"
EXTRACT_ALL = YES
INHERIT_DOCS = NO
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = OMS_DECL=
WARN_IF_INCOMPLETE_DOC = NO
QUIET = YES
"""
# It misses the class templates of others that a header specialises.
_NO_FAULT = re.compile(r"Internal inconsistency: scope for class (boost|std)::")


@dataclass
class Name:
    """One public name. Code in its texts is in backticks, what is bold or slanted in asterisks."""

    full: str  # oms::client::async_stop
    kind: str  # class, struct, enum, enumvalue, function, variable, typedef, define
    file: str
    line: int
    text: str  # without what is said of parameters and exceptions
    said: dict = field(default_factory=dict)  # parameter or exception -> what is said of it
    takes: list = field(default_factory=list)  # a function's parameters
    signature: str = ""  # what an operation's token is called with: void(error_code)
    virtual: bool = False
    special: bool = False  # made without arguments, copied, moved, destroyed

    @property
    def scope(self):
        return self.full.rpartition("::")[0]

    @property
    def last(self):
        return self.full.rpartition("::")[2]

    def segments(self):
        """The parts of the docstring that begin a sentence of their own."""
        return [part for part in [*self.text.split("\n"), *self.said.values()] if part]


def _flat(element):
    """The text below an element, a line a paragraph."""
    if element is None or element.tag == "parameterlist":
        return ""
    inner = (element.text or "") + "".join(_flat(child) + (child.tail or "") for child in element)
    if element.tag == "computeroutput":
        return f"`{inner}`"
    if element.tag == "bold":
        return f"**{inner}**"
    if element.tag == "emphasis":
        return f"*{inner}*"
    marks = {"ndash": "–", "mdash": "—", "hellip": "…", "times": "×", "nonbreakablespace": " "}
    if element.tag in marks:
        return marks[element.tag]
    if element.tag in ("para", "row", "listitem", "simplesect"):
        return re.sub(r"\s+", " ", inner).strip() + "\n"
    return inner


def _docstring(element):
    parts = [element.find(tag) for tag in ("briefdescription", "detaileddescription", "inbodydescription")]
    text = re.sub(r"\n+", "\n", "\n".join(_flat(part) for part in parts)).strip()
    said = {}
    for item in (item for part in parts if part is not None for item in part.iter("parameteritem")):
        words = _flat(item.find("parameterdescription")).strip()
        said.update((name.text or "", words) for name in item.iter("parametername"))
    return text, said


def _special(last, owner, member):
    """Whether a function is one that the compiler could have written."""
    arguments = member.findtext("argsstring") or ""
    if last.startswith("~"):
        return True
    if last not in (owner, "operator="):
        return False
    return re.match(rf"\((|{owner} ?(const ?&|&&)( ?\w+)?)\)", arguments) is not None


class _Reader:
    def __init__(self, tree):
        self.tree = tree
        self.names = []

    def _place(self, element):
        where = element.find("location")
        file = os.path.join(self.tree, where.get("declfile") or where.get("file"))
        return os.path.relpath(file, self.tree), int(where.get("declline") or where.get("line") or 0)

    def _line_of(self, enumerator, file, element):
        """Doxygen does not say where an enumerator is."""
        where = element.find("location")
        first, last = int(where.get("bodystart")), int(where.get("bodyend"))
        with open(os.path.join(self.tree, file), encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                code = line.partition("//")[0].partition("{")
                if first <= number <= last and re.search(rf"\b{enumerator}\b", code[2] or code[0]):
                    return number
        return first

    def member(self, scope, member):
        last, kind = member.findtext("name"), member.get("kind")
        if kind == "friend" or member.get("prot") not in ("public", None):
            return
        text, said = _docstring(member)
        file, line = self._place(member)
        full = f"{scope}::{last}" if scope else last
        constraint = "".join("".join(each.itertext()) for each in member.findall("templateparamlist/param/type"))
        signature = re.search(r"completion_token_for<\s*(void\(.*\))\s*>", constraint)
        self.names.append(Name(
            full, kind, file, line, text, said,
            takes=[each.text for each in member.findall("param/declname")],
            signature=re.sub(r"(?<=<) | (?=>)", "", signature[1]) if signature else "",
            virtual=member.get("virt") in ("virtual", "pure-virtual"),
            special=kind == "function" and _special(last, scope.rpartition("::")[2], member)))
        for value in member.findall("enumvalue"):
            last = value.findtext("name")
            text, said = _docstring(value)
            self.names.append(Name(f"{full}::{last}", "enumvalue", file, self._line_of(last, file, member), text, said))

    def compound(self, compound):
        """A class, a namespace, or a file, of which only macros count: all else is in a namespace."""
        kind, full = compound.get("kind"), compound.findtext("compoundname")
        if kind == "file":
            if "detail" not in self._place(compound)[0].split("/"):
                for member in compound.findall("sectiondef/memberdef[@kind='define']"):
                    self.member("", member)
            return
        if full.partition("::")[0] != "oms" or "detail" in full.split("::"):
            return
        if kind in ("class", "struct", "union", "concept"):
            self.names.append(Name(full, kind, *self._place(compound), *_docstring(compound)))
        for member in compound.findall("sectiondef/memberdef"):
            self.member(full, member)


def read(tree):
    """The public names of the headers below `include` in the order of their lines, and Doxygen's own complaints."""
    tree = os.path.realpath(tree)
    with tempfile.TemporaryDirectory() as output:
        done = subprocess.run([os.environ.get("DOXYGEN", "doxygen"), "-"], input=_SETTINGS.format(output=output),
                              cwd=tree, text=True, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, check=True)
        roots = [ElementTree.parse(os.path.join(output, "xml", file)).getroot()
                 for file in sorted(os.listdir(os.path.join(output, "xml"))) if file.endswith(".xml")]
    compounds = [compound for root in roots for compound in root.findall("compounddef")]
    private = {each.findtext("compoundname") for each in compounds if each.get("prot") == "private"}

    reader = _Reader(tree)
    for compound in compounds:
        full = compound.findtext("compoundname")
        if not any(full == name or full.startswith(name + "::") for name in private):
            reader.compound(compound)
    complaints = [line.replace(tree + "/", "").replace(" warning:", "")
                  for line in done.stderr.splitlines() if " warning: " in line and not _NO_FAULT.search(line)]
    return sorted(reader.names, key=lambda name: (name.file, name.line)), complaints

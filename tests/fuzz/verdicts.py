"""What the two engines say about a document, and what a disagreement looks like."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

import ngio_collections as ngc
from codegen.compose import Profile, bundle

from .mutate import copied, places

__all__ = ["Engines", "Verdicts", "smallest"]

_TYPED_BY_CODE: Final = "same-version"
"""A rule in code that also reports what the schema says: a `version` that is no string."""


class Verdicts(NamedTuple):
    """What both engines say about one document.

    Attributes:
        schema: Whether jsonschema accepts it.
        ours: Whether our validation finds nothing that the schema says, too.
        findings: Our findings, or the error that says why there are none.
        rules: The rules of the schema that are broken, as we see it.
    """

    schema: bool
    ours: bool
    findings: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def agree(self) -> bool:
        """Whether both say the same."""
        return self.schema == self.ours


def _at(document: Any, pointer: str) -> Any:
    value = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


class Engines:
    """Both engines for one profile."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.schema = bundle(profile)
        self.validator = Draft202012Validator(self.schema)
        rules = ngc.rules(profile=profile.name, revision=profile.revision.name)
        self._in_schema = {rule.id for rule in rules if rule.check == "schema"}

    def findings(self, document: Any) -> list[ngc.Finding]:
        """Our findings."""
        name, revision = self.profile.name, self.profile.revision.name
        return ngc.validate_document(document, profile=name, revision=revision)

    def judge(self, document: dict[str, Any]) -> Verdicts:
        """Ask both engines about a document.

        Args:
            document: The document.

        Returns:
            What they say.
        """
        schema = self.validator.is_valid(document)
        try:
            findings = self.findings(document)
        except ngc.DocumentError as error:
            return Verdicts(schema, False, (repr(error),), (type(error).__name__,))
        broken = tuple(f.rule for f in findings if self._counts(f, document))
        shown = tuple(f"{f.pointer} {f.rule} ({f.level}): {f.message}" for f in findings)
        return Verdicts(schema, not broken, shown, broken)

    def _counts(self, finding: ngc.Finding, document: dict[str, Any]) -> bool:
        if finding.rule == _TYPED_BY_CODE:
            return not isinstance(_at(document, finding.pointer), str)
        return finding.level == "MUST" and finding.rule in self._in_schema

    def explain(self, document: dict[str, Any]) -> str:
        """Say what the engines disagree about.

        Args:
            document: A document that they disagree about.

        Returns:
            The smallest part of it that they still disagree about, both verdicts,
            the error of jsonschema and our findings.
        """
        small = smallest(document, lambda d: not self.judge(d).agree)
        verdicts = self.judge(small)
        error = best_match(self.validator.iter_errors(small))
        words = {True: "valid", False: "invalid"}
        return "\n".join(
            [
                f"The engines disagree about a document of {self.profile.key}:",
                f"document:   {json.dumps(small)}",
                f"jsonschema: {words[verdicts.schema]}",
                *([] if error is None else [f"            at {error.json_path}: {error.message}"]),
                f"ours:       {words[verdicts.ours]}",
                *(f"            {finding}" for finding in verdicts.findings),
                f"found in:   {json.dumps(document)}",
            ]
        )


def smallest(document: dict[str, Any], shows: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Leave out of a document whatever is not needed to show something.

    Args:
        document: A document that shows it; it is not changed.
        shows: Whether a document shows it.

    Returns:
        A document that shows it, and does not when any one part is left out.
    """
    out: dict[str, Any] = copied(document)
    changed = True
    while changed:
        changed = False
        for position in reversed(range(sum(1 for _ in places(out)))):
            tried = copied(out)
            found = list(places(tried))
            if position >= len(found):
                continue
            holder, key = found[position]
            del holder[key]
            if shows(tried):
                out, changed = tried, True
    return out

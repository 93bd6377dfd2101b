"""Everything that the generator writes, as a mapping from file to text."""

from __future__ import annotations

import importlib.metadata
import json
import keyword
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import jinja2

from codegen.compose import Profile, bundle, profiles
from codegen.concepts import ConceptIR, analyse
from codegen.conversions import load_tables, render_conversion_docs, render_conversions
from codegen.docs import render_conformance, render_readme
from codegen.errors import GenerationError
from codegen.fits import render_fits
from codegen.lineage import effective_properties
from codegen.models import render_classes
from codegen.reading import known
from codegen.sources import RuleSource, Sources, digest
from codegen.templating import environment

__all__ = ["GENERATED", "TOOLS", "generate", "stub_name"]

GENERATED: Final = Path("src/ngio_collections/_generated")
TOOLS: Final = ("datamodel-code-generator", "jinja2", "ruff")

_LIMIT_NAMES: Final = {
    "pattern": "pattern",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minimum": "ge",
    "maximum": "le",
}
_SCALAR_BASES: Final = {
    "string": "StrictStr",
    "boolean": "StrictBool",
    "number": "JsonNumber",
    "integer": "JsonInteger",
}


def stub_name(rule: str) -> str:
    """The name of the function for a rule: `sibling-names` becomes `sibling_names`."""
    name = rule.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def _header(env: jinja2.Environment, sources: Sources, files: list[Path], what: str) -> str:
    tools = ", ".join(f"{tool} {importlib.metadata.version(tool)}" for tool in TOOLS)
    template = env.get_template("header.py.jinja2")
    return template.render(sources=what, digest=digest(files, sources.root), tools=tools).strip()


def _sources_of(profile: Profile, root: Path) -> str:
    folders = {f.parent.relative_to(root).as_posix() for f in profile.files}
    return ", ".join(f"{folder}/" for folder in sorted(folders))


def _models(
    env: jinja2.Environment, profile: Profile, concepts: dict[str, ConceptIR], header: str
) -> str:
    scalars, unions, refinements = [], [], []
    for concept in concepts.values():
        entry: dict[str, Any] = {"name": concept.class_name, "description": concept.description}
        if concept.kind == "scalar":
            assert concept.scalar is not None
            limits = ", ".join(f"{_LIMIT_NAMES[k]}={v!r}" for k, v in concept.scalar.limits)
            scalars.append({**entry, "base": _SCALAR_BASES[concept.scalar.name], "limits": limits})
        elif concept.kind == "refinement":
            refinements.append({**entry, "refines": concepts[concept.refines].class_name})
        elif concept.kind == "union":
            members = [(tag, concepts[m].class_name) for tag, m in concept.members.items()]
            unions.append({**entry, "members": members, "discriminator": _discriminator(concept)})
    models = [(c.name, c.class_name) for c in concepts.values() if c.kind == "object"]
    adapters = [(c.name, c.class_name) for c in concepts.values() if c.kind != "object"]
    return env.get_template("models.py.jinja2").render(
        header=header,
        profile=profile,
        names=sorted(["ADAPTERS", "MODELS", *(c.class_name for c in concepts.values())]),
        scalars=scalars,
        classes=render_classes(concepts),
        unions=unions,
        refinements=refinements,
        models=models,
        adapters=adapters,
    )


def _discriminator(concept: ConceptIR) -> str:
    if concept.dispatch == "type":
        return f"type_tag({', '.join(json.dumps(tag) for tag in concept.members)})"
    return {"json-type": "json_type_tag", "envelope": "envelope_tag"}[concept.dispatch]


def _concepts(
    env: jinja2.Environment, profile: Profile, concepts: dict[str, ConceptIR], header: str
) -> str:
    entries = []
    for concept in concepts.values():
        if concept.kind == "scalar":
            continue
        properties = effective_properties(concepts, concept)
        links = []
        for prop in properties.values():
            type_, many = prop.type, False
            while type_.item is not None:
                type_, many = type_.item, True
            if type_.kind == "concept" and concepts[type_.name].kind != "scalar":
                links.append({"key": prop.key, "concept": type_.name, "many": many})
        entries.append(
            {
                "name": concept.name,
                "kind": concept.kind,
                "model": concept.class_name if concept.kind == "object" else "",
                "rule": concept.rule or _inherited_rule(concepts, concept),
                "bases": concept.bases or ((concept.refines,) if concept.refines else ()),
                "fields": list(properties.items()),
                "links": links,
                "constraints": tuple(c.rule for c in concept.conditions),
                "dispatch": concept.dispatch,
                "members": list(concept.members.items()),
            }
        )
    return env.get_template("concepts.py.jinja2").render(
        header=header, profile=profile, concepts=entries, rules=sorted(profile.rules)
    )


def _inherited_rule(concepts: dict[str, ConceptIR], concept: ConceptIR) -> str:
    for base in (*concept.bases, *([concept.refines] if concept.refines else [])):
        rule = concepts[base].rule or _inherited_rule(concepts, concepts[base])
        if rule:
            return rule
    return ""


def _stubs(
    env: jinja2.Environment,
    sources: Sources,
    analysed: dict[str, dict[str, ConceptIR]],
    header: str,
) -> str:
    conditions: dict[str, dict[str, None]] = {}
    runs_on: dict[str, dict[str, None]] = {}
    for concepts in analysed.values():
        for concept in concepts.values():
            for condition in concept.conditions:
                line = f"{concept.name}: {condition.description} ({', '.join(condition.keywords)})"
                conditions.setdefault(condition.rule, {})[line] = None
                runs_on.setdefault(condition.rule, {})[concept.name] = None
    entries = []
    for rule in sources.rules.values():
        if rule.data["check"] != "code" and rule.id not in conditions:
            continue
        applies_to = dict.fromkeys([*rule.data["applies_to"], *runs_on.get(rule.id, {})])
        if not applies_to:
            raise GenerationError(
                rule.at("/applies_to"),
                f"is empty, so that the check {rule.id!r} never runs; name the concepts that it "
                "is about",
            )
        entries.append(
            {
                "id": rule.id,
                "function": stub_name(rule.id),
                "group": rule.group,
                "conditions": list(conditions.get(rule.id, {})),
                "applies_to": list(applies_to),
                "scope": _scope_words(rule),
                **{k: rule.data[k] for k in ("statement", "level", "rfc", "number")},
            }
        )
    entries.sort(key=lambda entry: entry["id"])
    return env.get_template("stubs.py.jinja2").render(header=header, stubs=entries)


def _scope_words(rule: RuleSource) -> str:
    scope = rule.data["scope"]
    parts = ["the subject"]
    parts += [
        f"all {what}" if scope[what] == "all" else f"{what} up to {scope[what]}"
        for what in ("ancestors", "descendants")
        if scope[what]
    ]
    if scope.get("keys"):
        parts[-1] += f" (of these {', '.join(f'`{key}`' for key in scope['keys'])})"
    if scope["references"]:
        parts.append("what it refers to")
    return ", ".join(parts)


def _check_catalogue(made: tuple[Profile, ...], analysed: dict[str, dict[str, ConceptIR]]) -> None:
    for profile in made:
        named: set[str] = set()
        for concept in analysed[profile.key].values():
            named.add(concept.rule)
            named.update(c.rule for c in concept.conditions)
            for prop in concept.properties:
                named.update((prop.rule, prop.missing_rule))
        for rule in profile.rules.values():
            held = f"{profile.name} at {profile.revision.name}"
            if rule.data["check"] == "schema" and rule.id not in named:
                raise GenerationError(
                    rule.at(),
                    f"is checked by schema, but no schema of {held} names it "
                    "with `x-rule`; name it there, or change its `check`, `profiles` or "
                    "`revisions`",
                )
            unknown = [c for c in rule.data["applies_to"] if c not in analysed[profile.key]]
            if unknown:
                raise GenerationError(
                    rule.at("/applies_to"),
                    f"names {known(unknown)}, which {held} does not have; correct it, or change "
                    "the `profiles` or `revisions` of the rule",
                )


_RUFF_STEPS: Final = (
    ["check", "--fix-only", "--exit-zero", "--select", "I,F401,RUF022"],
    ["format"],
)
# Isolated: what is generated does not depend on where it is generated.
_RUFF_OPTIONS: Final = ["--quiet", "--isolated", "--target-version=py311", "--line-length=100"]


def _ruff() -> str:
    beside = shutil.which("ruff", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("ruff")
    if found is None:
        raise GenerationError("ruff", "is not installed; install the `codegen` dependency group")
    return found


def _format_python(path: Path, text: str) -> str:
    """Sort imports, drop unused ones, and lay the source out."""
    for step in _RUFF_STEPS:
        command = [_ruff(), *step, *_RUFF_OPTIONS, "--stdin-filename", path.name, "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise GenerationError(str(path), f"cannot be formatted: {done.stderr.strip()}")
        text = done.stdout
    return text


def _format(files: dict[Path, str]) -> dict[Path, str]:
    out: dict[Path, str] = {}
    for path, text in files.items():
        laid_out = _format_python(path, text) if path.suffix == ".py" else text
        out[path] = re.sub(r"\n+\Z", "\n", laid_out)
    return out


def generate(sources: Sources) -> dict[Path, str]:
    """Make everything that is generated.

    Args:
        sources: Everything that people wrote.

    Returns:
        The text of each file, by its path from the root of the project.

    Raises:
        GenerationError: The sources contradict themselves or say something that would
            be lost.
    """
    env = environment()
    made = profiles(sources)
    analysed = {profile.key: analyse(profile) for profile in made}
    _check_catalogue(made, analysed)
    schema_files = sorted({f for profile in made for f in profile.files})
    rule_files = sorted({rule.file for rule in sources.rules.values()})
    all_files = _header(env, sources, [*schema_files, *rule_files], "schemas/")
    rules_only = _header(env, sources, rule_files, "schemas/rules/")
    files: dict[Path, str] = {
        GENERATED / "__init__.py": env.get_template("init.py.jinja2").render(
            header=all_files, profiles=made
        ),
        GENERATED / "catalogue.py": env.get_template("catalogue.py.jinja2").render(
            header=rules_only,
            rules=list(sources.rules.values()),
            groups=sorted(sources.groups.items()),
        ),
        GENERATED / "stubs.py": _stubs(env, sources, analysed, all_files),
    }
    for profile in made:
        folder = GENERATED / profile.key
        concepts = analysed[profile.key]
        header = _header(env, sources, list(profile.files), _sources_of(profile, sources.root))
        files[folder / "__init__.py"] = env.get_template("package.py.jinja2").render(
            header=header, profile=profile
        )
        files[folder / "models.py"] = _models(env, profile, concepts, header)
        files[folder / "fits.py"] = env.get_template("fits.py.jinja2").render(
            header=header, profile=profile, **render_fits(concepts)
        )
        with_rules = _header(
            env,
            sources,
            [*profile.files, *rule_files],
            _sources_of(profile, sources.root) + ", schemas/rules/",
        )
        files[folder / "concepts.py"] = _concepts(env, profile, concepts, with_rules)
        composed = {"$comment": " ".join(header.replace("# ", "").splitlines()), **bundle(profile)}
        files[folder / "schema.json"] = json.dumps(composed, indent=2, ensure_ascii=False) + "\n"
    tables = load_tables(sources.root)
    if tables:
        header = _header(env, sources, [table.file for table in tables], "schemas/conversions/")
        files[GENERATED / "conversions.py"] = render_conversions(env, tables, header)
    files = _format(files)
    if tables:
        files[Path("docs/conversion.md")] = render_conversion_docs(env, tables)
    files[Path("docs/conformance.md")] = render_conformance(env, sources, made, analysed)
    files[Path("README.md")] = render_readme(env, sources)
    return files

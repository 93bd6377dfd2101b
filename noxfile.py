"""All checks of the project. `nox` runs them all, `nox -s NAME` one of them.

| session | what it does |
|---|---|
| generate | writes everything that is generated from schemas/ |
| drift | generates again, twice with different hash seeds, and compares with what is committed |
| lint | ruff: lint and format |
| types | mypy --strict, generated code included |
| layers | import-linter: who may import whom |
| tests | the fast tests |
| conformance | jsonschema against our validation over 20,000 documents for each profile, and more |
| docs | runs every example in the README, docs/ and the docstrings |
| writers | converts what other libraries write, and compares what they and we find in it |
| hunt | the property tests with other examples each time (not by default) |
| crashes | kills processes while they save, and lets processes save at once (not by default) |
| compatibility | the fast tests on each Python, with new and old dependencies (not by default) |
"""

from __future__ import annotations

from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False
# drift comes first: it is about what is committed, and generate would mend it.
nox.options.sessions = [
    "drift",
    "generate",
    "lint",
    "types",
    "layers",
    "tests",
    "conformance",
    "docs",
    "writers",
]

GENERATED = "src/ngio_collections/_generated"
# A few tests take minutes: whoever is idle takes them from the others.
PARALLEL = ("-n", "auto", "--dist", "worksteal")
PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)


def install(session: nox.Session, *groups: str, project: bool = True) -> None:
    """Install dependency groups and, in place, the project with all its extras."""
    wanted = nox.project.dependency_groups(PROJECT, *groups) if groups else []
    session.install(*wanted, *(("-e", ".[all]") if project else ()))


@nox.session
def generate(session: nox.Session) -> None:
    """Write everything that is generated from schemas/."""
    install(session, "codegen", project=False)
    session.run("python", "-m", "codegen", *session.posargs)


@nox.session
def drift(session: nox.Session) -> None:
    """Compare what is committed with what the schemas say, whatever the hash seed."""
    install(session, "codegen", project=False)
    for seed in ("0", "4711"):
        session.run("python", "-m", "codegen", "--check", env={"PYTHONHASHSEED": seed})
    if Path(".git").exists():
        listing = ["git", "ls-files", "--others", "--exclude-standard", GENERATED]
        untracked = session.run(*listing, external=True, silent=True)
        if untracked:
            session.error(f"generated, but not added to git:\n{untracked}")


@nox.session
def lint(session: nox.Session) -> None:
    """Lint and check the format."""
    install(session, "codegen", project=False)
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, generated code included."""
    install(session, "dev")
    session.run("mypy", *session.posargs)


@nox.session
def layers(session: nox.Session) -> None:
    """Check who imports whom."""
    install(session, "layers")
    session.run("lint-imports", "--no-cache")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the fast tests."""
    install(session, "codegen", "tests")
    session.run("pytest", *PARALLEL, "--ignore=tests/docs", *session.posargs)


@nox.session
def conformance(session: nox.Session) -> None:
    """Compare jsonschema with our validation over many documents, trees and single changes."""
    install(session, "codegen", "tests")
    session.run(
        "pytest",
        "tests/conformance",
        "tests/fuzz",
        *PARALLEL,
        "-rP",  # The counts that the long runs print.
        *session.posargs,
        env={"NGIO_FUZZ_DOCUMENTS": "20000"},
    )


@nox.session
def docs(session: nox.Session) -> None:
    """Run every example in the README, docs/ and the docstrings."""
    install(session, "codegen", "tests")
    session.run("pytest", "tests/docs", "--doctest-modules", "src", *session.posargs)


@nox.session
def writers(session: nox.Session) -> None:
    """Convert what other libraries write, and compare what they and we find in it."""
    install(session, "tests", "writers")
    session.run(
        "pytest", "tests/writers", *PARALLEL, *session.posargs, env={"NGIO_WRITERS": "required"}
    )


@nox.session(default=False)
def hunt(session: nox.Session) -> None:
    """Run the fast tests on examples that were not tried before, and on more of them."""
    install(session, "codegen", "tests")
    more = {
        "NGIO_HYPOTHESIS": "hunt",
        "NGIO_RESOLVE_EXAMPLES": "300",
        "NGIO_CONVERT_EXAMPLES": "200",
    }
    session.run("pytest", *PARALLEL, "--ignore=tests/docs", *session.posargs, env=more)


@nox.session(default=False)
def crashes(session: nox.Session) -> None:
    """Kill many processes while they save, and let many saves of two processes meet."""
    install(session, "codegen", "tests")
    session.run(
        "pytest",
        "tests/resolve/test_crashes.py",
        "-rP",  # How many there were.
        *session.posargs,
        env={"NGIO_CRASHES": "200", "NGIO_CONFLICTS": "500"},
    )


@nox.session(default=False)
@nox.parametrize(
    ("python", "resolution"),
    [*((python, "highest") for python in PYTHONS), (PYTHONS[0], "lowest-direct")],
)
def compatibility(session: nox.Session, resolution: str) -> None:
    """Run the fast tests on each Python, and on the oldest with the oldest dependencies."""
    wanted = nox.project.dependency_groups(PROJECT, "tests")
    oldest = () if resolution == "highest" else ("--resolution", resolution)
    session.install(*wanted, "-e", ".[all]", *oldest)
    session.run("pytest", "--ignore=tests/docs", "--ignore=tests/codegen", *session.posargs)

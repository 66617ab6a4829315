"""The house itself: no import knots, every module and class says what it is, the field's words, nothing that must not be committed."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import grimp
import pytest

HOUSE = Path(__file__).resolve().parents[2]
MODULES = sorted((HOUSE / "app").rglob("*.py"))
TOP_LEVEL = {"pyproject.toml", "README.md", "app", "resources", "tests", "packaging"}
NOT_USED = re.compile(r"(^|_)(manager|helper|helpers|util|utils|handler|handlers|misc)($|_)", re.IGNORECASE)


def tracked() -> list[Path]:
    # A clone may belong to somebody else than the one who tests it.
    asked = ["git", "-c", "safe.directory=*", "ls-files"]
    listed = subprocess.run(asked, cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    return [HOUSE / line for line in listed.splitlines()]


def test_no_two_modules_import_each_other_at_any_depth() -> None:
    graph = grimp.build_graph("app")
    edges = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    order: list[str] = []
    seen: set[str] = set()
    for start in edges:
        stack = [(start, iter(edges[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            node, rest = stack[-1]
            for follower in rest:
                if follower in edges and follower not in seen:
                    seen.add(follower)
                    stack.append((follower, iter(edges[follower])))
                    break
            else:
                order.append(node)
                stack.pop()
    back: dict[str, set[str]] = {module: set() for module in edges}
    for module, targets in edges.items():
        for target in targets & edges.keys():
            back[target].add(module)
    knots: list[set[str]] = []
    done: set[str] = set()
    for module in reversed(order):
        if module in done:
            continue
        knot, todo = set(), [module]
        while todo:
            here = todo.pop()
            if here not in done:
                done.add(here)
                knot.add(here)
                todo.extend(back[here] - done)
        if len(knot) > 1:
            knots.append(knot)
    assert knots == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_and_its_classes_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{path} has no opening sentence"
    silent = [
        node.name for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]  # fmt: skip
    assert silent == []


def test_names_are_the_fields_words() -> None:
    wrong = []
    for path in MODULES:
        if NOT_USED.search(path.stem):
            wrong.append(str(path))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", node.name) if isinstance(node, ast.ClassDef | ast.FunctionDef) else ""
            # "manager" is also a role at the counter: a function may speak of that person.
            if NOT_USED.search(name if isinstance(node, ast.ClassDef) else name.replace("manager", "")):
                wrong.append(f"{path}: {node.name}")
    assert wrong == []


def test_the_top_level_is_the_owners() -> None:
    top = {path.relative_to(HOUSE).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_no_secret_and_no_registry_address_is_committed() -> None:
    bad = re.compile(r"pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org|BEGIN (RSA |EC )?PRIVATE KEY|/work/(main|shared)")
    found = []
    for path in tracked():
        if path.suffix in {".png", ".ttf", ".wav", ".bin", ".pdf"} or path == Path(__file__) or not path.exists():
            continue
        text = path.read_text("utf-8", errors="ignore")
        found += [f"{path.relative_to(HOUSE)}: {match.group()}" for match in bad.finditer(text)]
    assert found == []


def test_requirements_are_pinned_hashed_and_without_addresses() -> None:
    for name in ("runtime", "test"):
        text = (HOUSE / "packaging" / f"requirements-{name}.txt").read_text("utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#", "-"))]
        assert all("==" in line for line in pins)


def test_qt_stays_below_the_version_that_aborts() -> None:
    text = (HOUSE / "packaging" / "requirements-runtime.txt").read_text("utf-8").lower()
    found = re.search(r"pyside6-essentials==(\d+)\.(\d+)", text)
    assert found is not None
    assert (6, 8) <= (int(found[1]), int(found[2])) < (6, 12)

"""The house rules: who may import whom, which libraries are confined, how large things may grow, one family of errors."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import statistics
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import onward
from onward.cli.exits import MEANING, Exit
from onward.errors import OnwardError

SOURCE = Path(onward.__file__).parent
ROOT = SOURCE.parent.parent

# package → packages, or single modules, of onward that it may import, besides itself. "*" stands for any.
FLOORS: dict[str, tuple[str, ...]] = {
    "errors": (),
    "files": ("errors",),
    "model": ("errors",),
    "plan": ("errors", "model"),
    "judge": ("errors", "model"),
    "report": ("errors", "model"),
    "readers": ("errors", "model", "guest.shared_shapes"),
    "detect": ("errors", "model"),
    "config": ("errors", "model", ""),
    "execute": ("errors", "files", "model"),
    "record": ("errors", "files", "model"),
    "workflow": ("errors", "model"),
    "checks": ("errors", "model", "readers"),
    "gates": ("errors", "model", "readers", "checks", "workflow", "guest.shared_shapes"),
    "guest": (),
    "flow": ("errors", "model", "plan", "judge", "detect", "config", "execute", "record", "gates", ""),
    "cli": ("*",),
    "__main__": ("cli",),
    "": (),
}

# library → where it may be imported (prefixes of module names).
CONFINED: dict[str, tuple[str, ...]] = {
    "subprocess": ("execute.process.processes", "execute.process.running", "guest"),
    "signal": ("execute.process",),
    "fcntl": ("files", "guest"),
    "psycopg": ("execute.services.postgres",),
    "psutil": ("execute", "gates.performance.guests.watched"),
    "urllib3": ("execute.http",),
    "truststore": ("execute.http",),
    "redis": ("execute.services.redis",),
    "nodesemver": ("execute.advisories", "execute.provision.node"),
    "poetry": ("execute.provision.python",),
    "license_expression": ("gates.dependencies",),
    "cvss": ("readers.advisories",),
    "uv": ("execute",),
    "jinja2": ("report.html",),
    "ruamel": (
        "detect",
        "readers",
        "workflow",
        "guest.list_locks.lock_text",
        "gates.contract.guests.openapi_document",
        "execute.provision.node",
    ),
    "click": ("cli",),
    "rich": ("cli",),
    "time": ("execute", "cli", "files", "record.folder", "guest"),
    "random": ("execute", "cli", "guest"),
    "secrets": ("execute", "cli", "guest"),
}

# attribute → where it may be used.
CONFINED_CALLS: dict[str, tuple[str, ...]] = {
    "os.environ": ("config.layers", "guest"),
    "os.replace": ("files", "guest"),
    "os.rename": ("files", "guest"),
    "shutil.move": ("files", "guest"),
    "sys.exit": ("cli", "guest"),
    "datetime.now": ("execute", "cli", "files", "record.folder", "guest"),
    "date.today": ("execute", "cli"),
}

HARD_MODULE, HARD_FUNCTION, MEDIAN_MODULE, MEDIAN_FUNCTION, P90_FUNCTION, POSITIONAL = 300, 50, 130, 9, 25, 4


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if "samples" in path.parts:
            continue
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = ast.parse(path.read_text())
    return found


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from ((resolved(node.module, alias.name), node.lineno) for alias in node.names)


def resolved(module: str, name: str) -> str:
    """Return the module that `from module import name` really asks for."""
    inside = f"{module}.{name}"
    is_module = (SOURCE.parent / inside.replace(".", "/")).with_suffix(".py").exists() or (
        SOURCE.parent / inside.replace(".", "/") / "__init__.py"
    ).exists()
    return inside if module == "onward" or (package(module) == "onward" and is_module) else module


def package(module: str) -> str:
    return module.partition(".")[0]


def is_public_root(name: str) -> bool:
    return name in {"onward", "onward.__version__"}


def may_import(module: str, target: str) -> bool:
    here, there = package(module), package(target.removeprefix("onward").removeprefix("."))
    if is_public_root(target):
        return "" in FLOORS[here] or "*" in FLOORS[here]
    if is_guest(target.removeprefix("onward.")) and target != "onward.guest.shared_shapes":
        # what runs elsewhere is handed over, not imported; both sides know the shapes of what it writes
        return False
    if here == there:
        return here != "gates" or same_gate(module, target)
    return not {there, target.removeprefix("onward.")}.isdisjoint(FLOORS[here]) or "*" in FLOORS[here]


def is_guest(module: str) -> bool:
    """Return whether the module is handed to other interpreters: a gate's own guests, or what they share."""
    return re.match(r"(guest|gates\.\w+\.guests)\b", module) is not None


def same_gate(module: str, target: str) -> bool:
    gate, other = module.split(".")[1:2], target.split(".")[2:3]
    return gate in ([], ["custom"]) or gate == other


def test_every_package_has_a_floor() -> None:
    assert {package(name) for name in modules()} <= set(FLOORS)


def test_imports_follow_the_floors() -> None:
    wrong = [
        f"{module}:{line} imports {target}"
        for module, tree in modules().items()
        for target, line in imports(tree)
        if package(target) == "onward" and not may_import(module, target)
    ]
    assert wrong == []


# The parts of execute/, in their order: each may import those before it.
EXECUTE = (
    "process",
    "cleanup",
    "cache",
    "http",
    "docker",
    "source",
    "provision",
    "services",
    "advisories",
    "application",
    "resources",
    "machine",
    "step",
    "executor",
)


def test_the_parts_of_execute_keep_their_order() -> None:
    parts = {
        path.stem for path in (SOURCE / "execute").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert parts - {"__init__"} == set(EXECUTE)
    wrong = [
        f"{module}:{line} imports {target}"
        for module, tree in modules().items()
        if module.startswith("execute.")
        for target, line in imports(tree)
        if target.startswith("onward.execute.")
        and EXECUTE.index(target.split(".")[2]) > EXECUTE.index(module.split(".")[1])
    ]
    assert wrong == []


def test_no_import_cycles() -> None:
    graph = {
        f"onward.{module}".rstrip("."): {target for target, _ in imports(tree) if package(target) == "onward"}
        for module, tree in modules().items()
    }
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if state.get(name) == 2 or name not in graph or name == "onward":
            return
        assert state.get(name) != 1, " → ".join((*trail, name))
        state[name] = 1
        for target in graph[name]:
            visit(target, (*trail, name))
        state[name] = 2

    for name in graph:
        visit(name, ())


def allowed(module: str, places: tuple[str, ...]) -> bool:
    return any(
        module == place or module.startswith(place + ".") or (place == "guest" and is_guest(module)) for place in places
    )


def test_confined_libraries() -> None:
    wrong = [
        f"{module}:{line} imports {target}"
        for module, tree in modules().items()
        for target, line in imports(tree)
        if package(target) in CONFINED and not allowed(module, CONFINED[package(target)])
    ]
    assert wrong == []


def test_confined_calls() -> None:
    wrong = []
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            name = f"{node.value.id}.{node.attr}"
            if name in CONFINED_CALLS and not allowed(module, CONFINED_CALLS[name]):
                wrong.append(f"{module}:{node.lineno} uses {name}")
    assert wrong == []


def test_only_files_puts_one_path_in_the_place_of_another() -> None:
    """`Path.replace` is known by its one argument: that of texts takes two, that of values takes names."""
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in {"replace", "rename"} and len(node.args) == 1 and not node.keywords
        if not allowed(module, ("files", "guest"))
    ]
    assert wrong == []


def test_only_the_command_line_prints() -> None:
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        if not allowed(module, ("cli", "guest"))
    ]
    assert wrong == []


def test_the_lowest_floors_are_standard_library_only() -> None:
    import sys

    wrong = [
        f"{module}:{line} imports {target}"
        for module, tree in modules().items()
        if package(module) in {"model", "errors", "files", "guest"}
        for target, line in imports(tree)
        if package(target) not in sys.stdlib_module_names | {"onward"} and package(module) != "guest"
    ]
    assert wrong == []


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    for module, tree in modules().items():
        for node in ast.walk(tree):
            is_class = isinstance(node, ast.ClassDef)
            for child in getattr(node, "body", []) if isinstance(node, ast.ClassDef | ast.Module) else []:
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{module}:{child.lineno} {child.name}", child, is_class


def length(node: ast.AST) -> int:
    return int(getattr(node, "end_lineno", 0)) - int(getattr(node, "lineno", 0)) + 1


def test_sizes_of_modules() -> None:
    sizes = {
        str(path.relative_to(SOURCE)): len(path.read_text().splitlines())
        for path in SOURCE.rglob("*.py")
        if "samples" not in path.parts
    }
    assert {name: size for name, size in sizes.items() if size > HARD_MODULE} == {}
    assert statistics.median(sizes.values()) <= MEDIAN_MODULE


def test_sizes_of_functions() -> None:
    sizes = {name: length(node) for name, node, _ in functions()}
    assert {name: size for name, size in sizes.items() if size > HARD_FUNCTION} == {}
    assert statistics.median(sizes.values()) <= MEDIAN_FUNCTION
    assert statistics.quantiles(sizes.values(), n=10)[-1] <= P90_FUNCTION


def test_few_positional_parameters() -> None:
    wrong = {
        name: count
        for name, node, is_method in functions()
        if (count := len(node.args.args) + len(node.args.posonlyargs) - is_method) > POSITIONAL
        and not node.name.startswith("__")
        and not is_dictated(name)
    }
    assert wrong == {}


def is_dictated(name: str) -> bool:
    """Return whether a foreign protocol dictates the parameters (pytest hooks, HTTP handlers)."""
    return is_guest(name)


def guest_folders() -> Iterator[Path]:
    yield SOURCE / "guest"
    yield from SOURCE.glob("gates/*/guests")


def test_guest_programs_are_folders_with_a_main_module() -> None:
    """Beside them lies what several of them import, or what is loaded into a program of the project's or of Node's."""
    inside = [entry for folder in guest_folders() for entry in folder.iterdir() if entry.name != "__pycache__"]
    programs = [entry for entry in inside if entry.is_dir()]
    assert [program for program in programs if not (program / "__main__.py").exists()] == []
    assert [entry for entry in inside if entry.is_file() and entry.suffix not in {".py", ".cjs", ".js"}] == []
    called = {
        node.value.rpartition("/")[2]
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if not is_guest(module) and isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {program.name for program in programs} - called == set()


def test_guests_import_nothing_that_is_not_handed_over_with_them() -> None:
    """Neither onward, whatever name it has there, nor another gate's; and every Python from 3.9 on can read them."""
    wrong = []
    for module, tree in modules().items():
        if not is_guest(module) and not re.fullmatch(r"gates\.\w+\.shapes", module):
            continue
        ast.parse(ast.unparse(tree), feature_version=(3, 9))
        wrong += [f"{module}: {name}" for name in imported(module, tree) if not is_handed_over(name, beside=module)]
    assert wrong == []


def imported(module: str, tree: ast.Module) -> Iterator[str]:
    """Yield the full names of what is imported, those of relative imports seen from `module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ("." + module).split(".")[: -node.level] if node.level else []
            yield from (".".join((*start, *filter(None, [node.module]), alias.name)) for alias in node.names)


def is_handed_over(name: str, *, beside: str) -> bool:
    gate = re.match(r"gates\.\w+", beside)
    own = (f".{gate[0]}.guests.", f".{gate[0]}.shapes.") if gate else ()
    return name.startswith((".guest.", *own)) or (name[0] != "." and package(name) != "onward")


def test_every_error_descends_from_the_root() -> None:
    wrong = []
    for info in pkgutil.walk_packages(onward.__path__, "onward."):
        if info.name.startswith("onward.guest.") or info.name == "onward.__main__" or ".samples" in info.name:
            continue
        module = importlib.import_module(info.name)
        for name, thing in inspect.getmembers(module, inspect.isclass):
            if (
                thing.__module__ == info.name
                and issubclass(thing, BaseException)
                and not issubclass(thing, OnwardError)
            ):
                wrong.append(f"{info.name}.{name}")
    assert wrong == []


def test_exit_codes_are_a_contract() -> None:
    assert {exit_.name: int(exit_) for exit_ in Exit} == {
        "PASSED": 0,
        "FAILED": 1,
        "USAGE": 2,
        "UNVERIFIED": 3,
        "BUG": 4,
        "INTERRUPTED": 130,
    }
    assert set(MEANING) == set(Exit)


LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|Not" r"ImplementedError")


@pytest.mark.parametrize("folder", ["src", "tests", "bench"])
def test_nothing_is_left_for_later(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / folder).rglob("*.py")
        if "samples" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if LEFT_OVER.search(line)
    ]
    assert wrong == []


def comments(path: Path) -> set[int]:
    with path.open("rb") as file:
        return {token.start[0] for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT}


def is_nothing(value: ast.expr | None) -> bool:
    """Return whether this is None, False, 0, an empty text or collection, or a tuple of such."""
    match value:
        case None:
            return True
        case ast.Constant():
            return not value.value
        case ast.Tuple() | ast.List():
            return all(map(is_nothing, value.elts))
        case ast.Dict():
            return not value.keys
        case ast.Call(func=ast.Name(id="set" | "frozenset" | "dict" | "list" | "tuple"), args=[], keywords=[]):
            return True
        case _:
            return False


def says_nothing(handler: ast.ExceptHandler) -> bool:
    """Return whether all that a handler does is to go on as if nothing had been."""
    match handler.body:
        case [ast.Pass() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Constant())]:
            return True
        case [ast.Return(value=value)]:
            return is_nothing(value)
        case _:
            return False


def swallowing(tree: ast.AST, contract: str = "") -> Iterator[tuple[ast.ExceptHandler | ast.With, str]]:
    """Yield what passes over exceptions, with the docstring of the function that it stands in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ExceptHandler) and says_nothing(node):
            yield node, contract
        elif isinstance(node, ast.With) and any("suppress(" in ast.unparse(item.context_expr) for item in node.items):
            yield node, ""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from swallowing(node, ast.get_docstring(node) or "")
        else:
            yield from swallowing(node, contract)


def is_explained(node: ast.ExceptHandler | ast.With, contract: str, commented: set[int]) -> bool:
    """Return whether a comment says why, at the statement or above it, or the docstring names what is returned instead."""
    end = (node.end_lineno or 0) if isinstance(node, ast.ExceptHandler) else node.body[0].lineno - 1
    if commented & set(range(node.lineno - isinstance(node, ast.With), max(end, node.lineno) + 1)):
        return True
    returned = node.body[0].value if isinstance(node.body[0], ast.Return) else None
    is_false = isinstance(returned, ast.Constant) and returned.value is False
    return returned is not None and not is_false and re.search(r"\b(None|empty|unset)\b", contract) is not None


def test_no_exception_is_swallowed_without_a_reason() -> None:
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        for node, contract in swallowing(tree)
        if not is_explained(node, contract, comments(file_of(module)))
    ]
    assert wrong == []


def file_of(module: str) -> Path:
    path = SOURCE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        ("pass", False),
        ("continue", False),
        ("return", False),
        ("return None", False),
        ("return ''", False),
        ("return ((), None)", False),
        ("return {}", False),
        ("return set()", False),
        ("...", False),
        ("return None  # gone", True),
        ("return unknown", True),
        ("raise", True),
        ("note(error); return None", True),
    ],
)
def test_what_counts_as_swallowing(tmp_path: Path, *, body: str, passes: bool) -> None:
    text = f"def look():\n    for one in many:\n        try:\n            ask(one)\n        except OSError:\n            {body}\n"
    (tmp_path / "a.py").write_text(text)
    found = list(swallowing(ast.parse(text)))
    assert all(is_explained(node, contract, comments(tmp_path / "a.py")) for node, contract in found) is passes


def test_suppressing_needs_a_comment_whatever_the_docstring_says(tmp_path: Path) -> None:
    text = 'def look():\n    """Return it, None when it is gone."""\n    with suppress(OSError):\n        ask()\n'
    ((node, contract),) = swallowing(ast.parse(text))
    assert not is_explained(node, contract, set())
    assert is_explained(node, contract, {2})


def test_architecture_shows_every_package_and_part() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rows = {
        name: re.findall(r"`([\w.]+)`", may)
        for name, may in re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", text, re.MULTILINE)
    }
    shown = {name: set(may) for name, may in rows.items() if name not in {"flow", "cli"}}
    held = {name: set(may) - {""} for name, may in FLOORS.items() if name not in {"", "__main__", "flow", "cli"}}
    assert shown == held
    paragraph = text.partition("The parts of `execute`")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"`(\w+)`", paragraph)) == EXECUTE


def test_architecture_stays_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 60

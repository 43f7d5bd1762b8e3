"""The package's surface: what it exports, what its rooms may import, how light it is.

Catches: a new public name that nobody lists, an unsorted ``__all__``, a clock or disk in the pure
core, a room that calls back up, a heavy import that slows every command.
"""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import api
import equivalents

ROOT = Path(equivalents.__file__).parent
SERVICE = Path(str(api.__file__)).parent
MODULES = sorted(
    module.name
    for root, prefix in ((ROOT, "equivalents."), (SERVICE, "api."))
    for module in pkgutil.walk_packages([str(root)], prefix)
    if not module.name.endswith("__main__")
)

# The flow of page 2, upstream first: a room may import itself and rooms before it.
FLOW = [
    # the ground
    "units",
    "errors",
    "codes",
    "grouping",
    "ids",
    "policy",
    "records",
    "allocate",
    "apportion",
    "exact",
    # counting and weighing
    "crews",
    "tally",
    "shares",
    "lines",
    "weigh",
    "sharesums",
    "sparse",
    "reweigh",
    "waiting",
    "shards",
    "order",
    "classes",
    "visits",
    "stays",
    "concurrent",
    "bases",
    "resolve",
    "keptcount",
    "count",
    # from equivalents to keys
    "surplus",
    "ceilings",
    "pairs",
    "sharers",
    "cutcells",
    "keys",
    "headcount",
    "yeartodate",
    "contracts",
    # assessment and heads
    "assessscore",
    "assesswho",
    "assess",
    "assesschecks",
    "heads",
    "effective",
    "headchecks",
    "headwarnings",
    "contractchecks",
    "chargechecks",
    "doorchecks",
    "doorway",
    # leave, withholding
    "leavedays",
    "leave",
    "withhold",
    # sharing pools
    "bounds",
    "staff",
    "tree",
    "averages",
    "limits",
    "step",
    "secondary",
    "sayings",
    "levels",
    "departmentkeys",
    "ladderkeys",
    "yearly",
    "payouts",
    # forecasts and studies
    "work",
    "forecast",
    "costs",
    "worth",
    "observed",
    # schemes and funds
    "fundfacts",
    "fundincome",
    "reckoning",
    "fundheads",
    "fundshop",
    "fundwork",
    "fundkinds",
    "fundsplits",
    "fund",
    "bridge",
    "raised",
    # components, pay cap, ledger
    "componentpay",
    "allowances",
    "components",
    "componentsources",
    "leaderpay",
    "captodate",
    "capterms",
    "paycap",
    "sharetest",
    "ledgerbook",
    "ledger",
    "illustrations",
    "fundsettle",
    # the whole chain
    "settle",
    "silence",
    # after closing
    "paidrows",
    "lastlevel",
    "correct",
    "yearend",
    "origin",
    # what-if and explaining
    "recount",
    "proposal",
    "changes",
    "compare",
    "sharesteps",
    "handedin",
    "itemmoney",
    "takenoff",
    "poolstory",
    "poolaccount",
    "rooms",
    "explain",
    "ownrecords",
    "spread",
    # the quality of the data
    "quality",
]
PURE = {*FLOW} - {"errors", "policy"}
PURE_POLICY = {
    "model", "accounts", "calendar", "posts", "book", "check", "roster", "basis", "contacts",
    "waits", "keep", "sharing", "keyrules", "coefficients", "leave", "leaders",
    "yearly", "contracts", "corrections", "checks", "fundcounts", "components", "funds", "heads",
    "homes", "prices", "scheme", "assessment", "effective", "secondary", "who",
}  # fmt: skip
STANDARD = {
    "bisect", "collections", "concurrent", "dataclasses", "difflib", "enum", "fractions",
    "functools", "itertools", "math", "operator", "re", "threading", "types", "typing",
}  # fmt: skip
HEAVY = ("pyarrow", "xlsxwriter", "scipy", "rich", "typer")


def _public(module: ModuleType) -> set[str]:
    """Public functions, classes and constants that the module itself defines at the top."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("name", ["equivalents", *MODULES])
def test_exported_names_are_sorted_and_exist(name: str) -> None:
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", [])
    assert list(exported) == sorted(exported)
    assert all(hasattr(module, entry) for entry in exported)


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_exported(name: str) -> None:
    module = importlib.import_module(name)
    assert _public(module) - set(getattr(module, "__all__", [])) == set()


@pytest.mark.parametrize("name", MODULES)
def test_everything_exported_has_a_docstring(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    for entry in getattr(module, "__all__", []):
        value = getattr(module, entry)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, f"{name}.{entry}"


def _imports(path: Path) -> set[str]:
    """Every module imported anywhere in a file, but for type checking."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def _pure_files() -> list[Path]:
    rooms = [ROOT / f"{room}.py" for room in sorted(PURE)]
    return rooms + [ROOT / "policy" / f"{name}.py" for name in sorted(PURE_POLICY)]


@pytest.mark.parametrize("path", _pure_files(), ids=lambda path: path.stem)
def test_the_pure_core_has_no_clock_no_disk_no_database(path: Path) -> None:
    for name in _imports(path):
        top = name.split(".")[0]
        allowed = top in STANDARD or top in ("numpy", "scipy", "equivalents", "datetime")
        assert allowed, f"{path.name} imports {name}"
        if top == "datetime":
            assert path.stem == "calendar", "dates are days; only the calendar knows datetime"
    text = path.read_text(encoding="utf-8")
    for forbidden in ("open(", ".today(", ".now(", "time.time", "os.environ", "default_rng"):
        assert forbidden not in text, f"{path.name} uses {forbidden}"


@pytest.mark.parametrize("path", _pure_files(), ids=lambda path: path.stem)
def test_data_flows_one_way_down(path: Path) -> None:
    room = "policy" if path.parent.name == "policy" else path.stem
    upstream = {*FLOW[: FLOW.index(room) + 1], "reasons"}
    for name in _imports(path):
        if name.startswith("equivalents."):
            assert name.split(".")[1] in upstream, f"{path.name} imports {name}"


def test_only_the_shell_knows_files_and_terminals() -> None:
    for path in ROOT.rglob("*.py"):
        if path.name.endswith("cli.py") or path.name in ("asking.py", "terminal.py"):
            continue
        tops = {name.split(".")[0] for name in _imports(path)}
        assert not tops & {"typer", "rich"}, path


def test_the_service_imports_the_engine_and_never_the_other_way() -> None:
    for path in ROOT.rglob("*.py"):
        tops = {name.split(".")[0] for name in _imports(path)}
        assert not tops & {"api", "fastapi", "starlette", "pydantic"}, path


def test_the_service_has_no_sql_of_its_own() -> None:
    """Types and simple counts aside, statements stay in the store."""
    for path in SERVICE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy":
                assert {one.name for one in node.names} <= {"Connection"}, path


def test_importing_the_package_is_light() -> None:
    code = f"import equivalents, sys; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_settling_loads_no_masked_arrays(tmp_path: Path) -> None:
    """They cost more than a small case takes; ``np.unique`` loads them."""
    (tmp_path / "records.csv").write_text(
        "institution_id,person_id,item_code,service_date,quantity\n"
        "J1,P1,A,2026-01-05,1\nJ1,P9,A,2026-01-05,1\n",
        "utf-8",
    )
    tables = {
        "case.yaml": 'period: "2026-01"\n',
        "institutions.csv": "institution_id\nJ1\n",
        "staff.csv": "person_id,institution_id,active_from,active_to\nP1,J1,2026-01-01,\n",
        "weights.csv": "item_code,weight,valid_from\nA,1,2020-01-01\n",
        "pools.csv": "institution_id,pool,amount\nJ1,bonus,10\n",
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text, "utf-8")
    code = (
        "import sys; from pathlib import Path; from equivalents.run import open_case;"
        "from equivalents.settle import settle;"
        f"case, source = open_case(Path({str(tmp_path)!r}));"
        "found = settle(case.rules, source.blocks, path='direct');"
        "print(found.counted.rejected, 'numpy.ma' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]


def test_one_version() -> None:
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == equivalents.__version__


def test_the_exception_tree_is_the_one_drawn() -> None:
    errors = importlib.import_module("equivalents.errors")
    for entry in errors.__all__:
        value = getattr(errors, entry)
        if isinstance(value, type) and issubclass(value, Exception):
            assert entry in str(errors.__doc__)


def test_files_and_functions_stay_small() -> None:
    """Files under about 400 lines, functions under about 40 (page 4), with a little room."""
    for path in [*ROOT.rglob("*.py"), *SERVICE.rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 50, f"{path}: {node.name} has {length} lines"

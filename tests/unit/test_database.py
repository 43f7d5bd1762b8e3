"""Databases as sources: SQLite and a real PostgreSQL, streamed, exact, and only ever read.

Faults seen to be caught: a double taken for a quantity, a password in a message, a statement that
writes, an SQLite file that is made where there was none, a lost connection that ends in fewer rows.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from equivalents.errors import DataError, Problem
from equivalents.intake.opening import database
from equivalents.intake.opening.database import Database, is_one_select

NONE = frozenset[str]()


def read(
    url: str, query: str, folder: Path = Path(), exact: frozenset[str] = NONE
) -> dict[str, list[str]]:
    """All rows by columns, of a map that reads every column."""
    source = Database("his", url, query, files_of(folder))
    found: dict[str, list[str]] = {}
    with source.open(exact, exact) as opened:
        found = {heading: [] for heading in opened.headings}
        for chunk in opened.chunks:
            for heading, array in chunk.columns.items():
                found[heading] += array.to_pylist()
    return found


def files_of(folder: Path) -> dict[str, Path]:
    """The files of a case of nothing but databases."""
    return {path.name: path for path in folder.glob("*.db")}


def refused(url: str, query: str, folder: Path = Path(), exact: frozenset[str] = NONE) -> Problem:
    with pytest.raises(DataError) as caught:
        read(url, query, folder, exact)
    (problem,) = caught.value.problems
    assert problem.text("zh")
    return problem


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    """A folder with an SQLite file of three rows."""
    with closing(sqlite3.connect(tmp_path / "his.db")) as made:
        made.execute("create table rows(code text, day text, amount real, n integer, body blob)")
        made.executemany(
            "insert into rows values (?, ?, ?, ?, ?)",
            [
                ("H1", "2025-06-01", 1.5, 3, b"x"),
                (None, "2025-06-02", 2.0, None, None),
                ("50%:x", "2025-06-03", 0.1, 2**62, None),
            ],
        )
        made.commit()
    return tmp_path


@pytest.fixture(scope="module")
def filled(postgres: str) -> Iterator[str]:
    """A PostgreSQL with a table of every type that matters."""
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table visits as select g as n, 'H' || g as code, (g / 8.0)::numeric(12,3) as q,"
            " date '2025-06-01' + mod(g, 30) as day, timestamp '2025-06-01 08:30' as at,"
            " timestamptz '2025-06-01 08:30+08' as zoned, (mod(g, 2) = 0) as flag,"
            " g / 8.0::float8 as d,"
            " 'x'::char(4) as padded, array[g] as many, 'ab'::bytea as body,"
            " 1e20::numeric as large from generate_series(1, 1000) g"
        )
    yield postgres
    with engine.begin() as connection:
        connection.exec_driver_sql("drop table visits")
    engine.dispose()


def test_sqlite_rows_become_text_exactly(sqlite: Path) -> None:
    found = read("sqlite:///his.db", "select code, day, n from rows order by day;", sqlite)
    assert found == {
        "code": ["H1", "", "50%:x"],
        "day": ["2025-06-01", "2025-06-02", "2025-06-03"],
        "n": ["3", "", str(2**62)],
    }


def test_a_query_is_taken_as_it_stands(sqlite: Path) -> None:
    """No mark of a parameter is looked for in it; a heading that comes twice gets its position."""
    query = "select code, code, '10:30 :x %s' as t from rows where code like '50%:x' -- ;"
    assert read("sqlite:///his.db", query, sqlite) == {
        "code": ["50%:x"], "code#2": ["50%:x"], "t": ["10:30 :x %s"],
    }  # fmt: skip


def test_postgres_rows_become_text_exactly(filled: str) -> None:
    query = (
        "select n, code, q, day, at, flag, padded, large, null as nothing, "
        "'%s :x'::text as marks from visits where n <= 2 order by n"
    )
    assert read(filled, query) == {
        "n": ["1", "2"],
        "code": ["H1", "H2"],
        "q": ["0.125", "0.250"],
        "day": ["2025-06-02", "2025-06-03"],
        "at": ["2025-06-01 08:30:00"] * 2,
        "flag": ["0", "1"],
        "padded": ["x   "] * 2,
        "large": ["100000000000000000000"] * 2,
        "nothing": ["", ""],
        "marks": ["%s :x"] * 2,
    }
    zoned = read(filled, "select zoned from visits where n = 1")["zoned"][0]
    assert zoned.endswith(("+00:00", "+08:00")), "left to the rule of times, which refuses it"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_rows_come_in_chunks_and_are_told_apart_whatever_their_order(
    filled: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CHUNK", size)
    digests = set()
    for order in ("n", "n desc"):
        source = Database("his", filled, f"select n, q from visits order by {order}", {})
        with source.open(NONE, NONE) as opened:
            chunks = list(opened.chunks)
        assert [len(one.row) for one in chunks] == [size] * (1000 // size) + [1000 % size] * (
            1000 % size > 0
        )
        assert chunks[-1].row[-1] == opened.rows == 1000
        digests.add(opened.digest)
    assert len(digests) == 1
    with Database("his", filled, "select n, q from visits where n > 1", {}).open(
        NONE, NONE
    ) as opened:
        assert sum(len(one.row) for one in opened.chunks) == 999
    assert opened.digest not in digests


def test_no_rows_are_no_fault(filled: str) -> None:
    assert read(filled, "select n, q from visits where n < 0") == {"n": [], "q": []}


def test_doubles_are_refused_where_figures_are_exact(filled: str, sqlite: Path) -> None:
    for url, query, heading in (
        (filled, "select n, d from visits", "d"),
        ("sqlite:///his.db", "select n, amount from rows", "amount"),
    ):
        problem = refused(url, query, sqlite, frozenset((heading,)))
        assert (problem.code, problem.value) == ("DATABASE_FLOAT", heading)
        assert "DECIMAL" in problem.text("en")
    assert read(
        "sqlite:///his.db", "select printf('%.3f', amount) as amount from rows", sqlite,
        frozenset(("amount",)),
    )["amount"] == ["1.500", "2.000", "0.100"]  # fmt: skip


def test_doubles_are_ids_where_they_are_whole_and_shown_where_nobody_reads_them(
    sqlite: Path,
) -> None:
    assert read("sqlite:///his.db", "select amount from rows", sqlite) == {
        "amount": ["1.5", "2", "0.1"]
    }
    source = Database(
        "his", "sqlite:///his.db", "select amount as code from rows", files_of(sqlite)
    )
    with pytest.raises(DataError) as caught, source.open(NONE, frozenset(("code",))) as opened:
        list(opened.chunks)
    assert caught.value.problems[0].code == "DATABASE_TYPE"
    whole = "select 110105.0 as code"
    with Database("his", "sqlite:///his.db", whole, files_of(sqlite)).open(
        NONE, frozenset(("code",))
    ) as opened:
        assert next(opened.chunks).columns["code"].to_pylist() == ["110105"]


@pytest.mark.parametrize("column", ["many", "body"])
def test_types_that_are_no_text_are_refused(filled: str, column: str) -> None:
    problem = refused(filled, f"select n, {column} from visits")
    assert (problem.code, problem.value) == ("DATABASE_TYPE", column)


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        ("select 1", True),
        (" -- note; drop\n /* delete; */ SELECT 'a;b', \"update\" from t ; ", True),
        ("with a as (select 1) select * from a", True),
        ("values (1)", True),
        ("", False),
        ("delete from t", False),
        ("select 1; drop table t", False),
        ("select * into other from t", False),
        ("with gone as (delete from t returning *) select * from gone", False),
        ("select * from t for update", False),
        ("pragma journal_mode = delete", False),
        ("call p()", False),
        ("select 'a'' ; b'", True),
    ],
)
def test_only_one_select_is_run(query: str, reads: bool, sqlite: Path) -> None:
    assert is_one_select(query) is reads
    if not reads:
        assert refused("sqlite:///his.db", query, sqlite).code == "DATABASE_QUERY_KIND"


def test_a_select_that_writes_is_stopped_by_the_database(filled: str, sqlite: Path) -> None:
    engine = sa.create_engine(filled)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create or replace function take() returns int language plpgsql volatile as "
            "$$ begin truncate visits; return 1; end $$"
        )
    problem = refused(filled, "select take()")
    assert problem.code == "DATABASE_QUERY"
    assert "read-only" in problem.facts["detail"]
    assert len(read(filled, "select n from visits")["n"]) == 1000
    engine.dispose()


def test_an_sqlite_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for url in ("sqlite:///none.db", "sqlite://", "sqlite:///:memory:"):
        assert refused(url, "select 1", tmp_path).code == "DATABASE_CONNECT"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    ["nonsense", "nosuch://user:geheim@host/x", "mssql+pyodbc://user:geheim@host/x", ""],
)
def test_an_address_that_is_none_is_told_without_its_password(url: str) -> None:
    problem = refused(url, "select 1")
    assert problem.code == "DATABASE_URL"
    assert "geheim" not in str(problem)
    assert url == "" or url not in str(problem)


def test_an_error_of_the_database_is_told_without_the_password(filled: str) -> None:
    """The server here asks for none, so what is said about the user holds nothing; ours would."""
    secret = filled.replace("postgres@", "nobody:ge%40heim@")
    problem = refused(secret, "select 1")
    assert problem.code == "DATABASE_CONNECT"
    assert "nobody" in problem.facts["detail"]
    source = Database("his", secret, "select 1", {})
    assert "heim" not in repr(source)
    for form in ("ge@heim", "ge%40heim"):
        assert "heim" not in source._detail(ValueError(f"no login with {form} at all"))


def test_errors_of_a_query_are_told(filled: str, sqlite: Path) -> None:
    for url, said in ((filled, "nosuch"), ("sqlite:///his.db", "nosuch")):
        problem = refused(url, "select * from nosuch", sqlite)
        assert problem.code == "DATABASE_QUERY"
        assert said in problem.facts["detail"]
    late = refused(filled, "select 1 / (n - 900) from visits order by n")
    assert late.code == "DATABASE_QUERY"
    assert "zero" in late.facts["detail"]


def test_a_connection_that_is_lost_midway_is_told_with_how_far_it_came(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CHUNK", 10)
    source = Database("his", filled, "select n from visits", {})
    engine = sa.create_engine(filled)
    with source.open(NONE, NONE) as opened:
        next(opened.chunks)
        with engine.connect() as other:
            other.exec_driver_sql(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where state = 'idle in transaction' and pid <> pg_backend_pid()"
            )
        with pytest.raises(DataError) as caught:
            next(opened.chunks)
    engine.dispose()
    (problem,) = caught.value.problems
    assert (problem.code, problem.facts["rows"]) == ("DATABASE_LOST", "10")

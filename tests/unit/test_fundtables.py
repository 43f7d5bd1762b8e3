"""Contracts, registers, charges and tasks as a case has them: read, placed and counted by hand.

Faults seen to be caught: an inclusive end read as exclusive, the heading 机构编号 not known, a
contract of a team placed by the first member, rows of another period counted, a blank row shifting
the places of the rows below it.
"""

from pathlib import Path

from equivalents.findings import Findings
from equivalents.heads import charged_fen, counter
from equivalents.intake.case import Case, load_case
from equivalents.intake.fundtables import heads_for
from equivalents.policy.calendar import parse_day
from equivalents.policy.contracts import ContractCount
from equivalents.policy.funds import Dated, Fund, Heads, HeadSource, Per, PerHead, Scope
from equivalents.policy.heads import Register, Task
from equivalents.policy.scheme import Scheme
from tests.bad.case import Content, case_with

D = parse_day
FILES: dict[str, Content] = {
    "case.yaml": "period: 2025-H1\n",
    "staff.csv": "person_id,institution_id,main,active_from,active_to\n"
    "P01,I01,1,,\nP01,I02,,,\nP02,I01,,,2025-04-01\nP02,I02,,2025-04-01,\nP03,I02,,,\n",
    "teams.csv": "team_id,person_id,role\nT1,P01,GP\nT1,P02,N\nT2,P01,GP\nT2,P03,N\n",
    "contracts.csv": "签约编号,居民编号,家庭编号,签约团队编号,人员编号,起始日期,截止日期（含）,"
    "服务包,人群,常住,出生日期,机构编号\n"
    "Q1,J1,H1,,P01,2024-01-01,2025-06-30,,贫困;65+,1,1985-12-31,\n"  # I01: main posting
    "Q2,J2,H1,,P01,2024-01-01,2025-06-29,,,1,1990-01-01,\n"  # over on the last day
    "\n"
    "Q3,J3,H2,T1,,2025-02-01,2026-01-31,,贫困,0,1986-01-01,\n"  # I01, from April I02
    "Q4,J4,H3,T2,,2024-03-01,,包,,,1960-01-01,\n"  # I02: where both are posted
    "Q5,J5,,,P03,2024-01-01,,,贫困,1,1950-01-01,I01\n",  # named
    "registers.csv": "institution_id,group,heads,date\n"
    "I01,常住,900,2025-06-30\nI01,常住,1000,2025-03-31\nI02,常住,0,2025-01-01\n"
    "I02,常住,77,2025-07-01\n",
    "charges.csv": "resident_id,institution_id,code,amount,date\n"
    "J1,I01,ZZ,10.50,2025-01-01\nJ2,I01,ZZ,0.55,2025-06-30\nJ1,I02,ZZ,3.00,2025-06-30\n"
    "J1,I01,ZZ,99.00,2025-07-01\n",
    "tasks.csv": "机构编号,资金,任务,数量,核定收入（元）\nI01,基本,门诊,1200.5,\n"
    "I01,基本,,,300.00\n",
    "records.csv": "institution_id,person_id,item_code,service_date,quantity\n"
    "I01,P01,MZ01,2025-06-02,1\n",
}  # fmt: skip


def read(tmp_path: Path) -> Case:
    return load_case(case_with(tmp_path, FILES))


def test_tables_are_read_as_they_stand(tmp_path: Path) -> None:
    case = read(tmp_path)
    tables = case.tables
    assert [(r.institution_id, r.group, r.heads, r.day) for r in tables.registers.rows] == [
        ("I01", "常住", 900, D("2025-06-30")),
        ("I01", "常住", 1000, D("2025-03-31")),
        ("I02", "常住", 0, D("2025-01-01")),
    ]
    assert tables.registers.rows[0].place.row == 2
    assert isinstance(tables.registers.rows[0], Register)
    assert charged_fen(tables.charges) == {("I01", "ZZ"): 1105, ("I02", "ZZ"): 300}
    assert [task[:5] for task in tables.tasks] == [
        ("I01", "基本", "门诊", 1200500, 0),
        ("I01", "基本", "", 0, 30000),
    ]
    assert isinstance(tables.tasks[0], Task)
    contracts = tables.contracts
    assert contracts.rows.place(2).row == 5
    assert [*contracts.active_to[:2]] == [D("2025-07-01"), D("2025-06-30")]
    assert contracts.permanent.tolist() == [True, True, False, False, True]
    assert {one.code for one in case.problems} == {"ROWS_OUTSIDE_PERIOD"}
    names = [name for name, _ in case.inputs]
    assert {"contracts.csv", "registers.csv", "charges.csv", "tasks.csv"} <= {*names}


def test_the_key_contracts_counts_as_before(tmp_path: Path) -> None:
    # On 30 June: Q1 of P01, Q5 of P03, and Q3, Q4 of the teams.
    counts = read(tmp_path).rules.contracts
    assert [one[:3] for one in counts] == [
        ("", "P01", 1), ("", "P03", 1), ("T1", "", 1), ("T2", "", 1),
    ]  # fmt: skip
    assert isinstance(counts[0], ContractCount)
    assert counts[2].place.row == 5


def test_heads_of_a_case_by_hand(tmp_path: Path) -> None:
    case = read(tmp_path)
    poor = Heads(groups=("贫困",), age_from=40, permanent=True)
    register = Heads(HeadSource.REGISTERS, "常住")
    bodies = {
        "year": PerHead(Heads(), Dated(())),
        "month": PerHead(Heads(package=""), Dated(()), Per.MONTH),
        "poor": PerHead(poor, Dated(())),
        "package": PerHead(Heads(package="包"), Dated(())),
    }
    funds = {name: Fund(name, body) for name, body in bodies.items()}
    funds["register"] = Fund("register", PerHead(register, Dated(())), scope=Scope(ids=("I01",)))
    funds["基本"] = Fund("基本", PerHead(Heads(), Dated(())))
    findings = Findings()
    period, places = case.rules.period, case.rules.institutions
    found = heads_for(Scheme("s", funds=funds), case.tables, places, period, findings)
    # The task table names a fund that is not by tasks: told, twice; the heads are counted all the
    # same.
    told = [one.code for one in findings.problems]
    assert told == ["TASK_FUND_UNKNOWN"] * 2 + ["FUND_ESTIMATE"] * 5, "all but the one by month"
    heads = counter(found, ("I01", "I02"))
    # Q1 at I01 by the main posting, Q5 as named; Q3 by now at I02, Q4 at I02. Q2 is over.
    assert [*heads(Heads(), D("2025-06-30"))] == [2, 2]
    # January: Q1, Q2, Q5 at I01, Q4 at I02. March: Q3 at I01, where T1 is until P02 moves in April.
    assert [*heads(Heads(), D("2025-01-31"))] == [3, 1]
    assert [*heads(Heads(), D("2025-03-31"))] == [4, 1]
    assert [*heads(Heads(), D("2025-04-30"))] == [3, 2]
    # Poor, permanent and 40 on 31 December: Q1 (40 on that very day) and Q5; Q3 is 39.
    assert [*heads(poor, D("2025-06-30"))] == [2, 0]
    assert [*heads(Heads(package="包"), D("2025-06-30"))] == [0, 1]
    assert [*heads(register, D("2025-06-30"))] == [900, 0]

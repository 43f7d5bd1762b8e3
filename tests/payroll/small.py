"""Two institutions, three people, July settled and June corrected: what the payroll tests share.

July: I01 shares 绩效 100.00 (P01 10, P02 20 equivalents) and 签约 10.00 by the same key; I02 shares
绩效 30.00 (P03 3, P02 1). June was paid 50.00 to both P01 and P02; of a forgotten record of P01
``correct`` makes +4.55 for P01 and -4.55 for P02. Everybody is made up.
"""

from collections.abc import Mapping
from pathlib import Path

from equivalents.closing import correct_case
from equivalents.run import settle_case
from tests.bad.case import HEAD, write_case

__all__ = ["JULY", "PAYEES", "settled_july"]

_TABLES: Mapping[str, str] = {
    "institutions.csv": "institution_id,name\nI01,青溪镇卫生院\nI02,石桥镇卫生院\n",
    "departments.csv": "department_id,institution_id,name\nD1,I01,全科\n",
    "staff.csv": "person_id,institution_id,department_id,name,post,employment_type\n"
    "P01,I01,D1,王春梅,全科医生,编内\nP02,I01,D1,李志强,护士,编外\n"
    "P02,I02,,李志强,巡诊,编外\nP03,I02,,赵小兰,医生,编内\n",
    "weights.csv": "item_code,weight,valid_from\nMZ01,1,2025-01-01\n",
}
_JUNE = (
    f"{HEAD}\nI01,P01,MZ01,2025-06-02,10\nI01,P02,MZ01,2025-06-03,10\nI02,P03,MZ01,2025-06-04,3\n"
)
JULY: Mapping[str, str] = {
    **_TABLES,
    "case.yaml": "period: 2025-07\ntitle: 青石县共同体\n",
    "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-07-02,10\nI01,P02,MZ01,2025-07-03,20\n"
    "I02,P03,MZ01,2025-07-04,3\nI02,P02,MZ01,2025-07-05,1\n",
    "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\nI01,签约,10.00\nI02,绩效,30.00\n",
}
_JUNE_CASE: Mapping[str, str] = {
    **_TABLES,
    "case.yaml": "period: 2025-06\ncorrections: {mode: reshare}\n",
    "records.csv": _JUNE,
    "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\nI02,绩效,30.00\n",
}
PAYEES = (
    "person_id,account_number,account_name,bank,bank_code\n"
    "P01,6200000000000000011,王春梅,示例银行,100000000001\n"
    "P02,6200000000000000022,,示例银行,100000000001\n"
    "P03,6200000000000000033,赵小兰,示例银行,100000000001\n"
)


def settled_july(folder: Path) -> tuple[Path, Path]:
    """The result of July, and the correction of June that is paid with it."""
    settle_case(write_case(folder / "june-case", _JUNE_CASE), folder / "june")
    late = {**_JUNE_CASE, "records.csv": f"{_JUNE}I01,P01,MZ01,2025-06-30,2\n"}
    correct_case(write_case(folder / "late-case", late), folder / "june", folder / "adj")
    settle_case(write_case(folder / "july-case", JULY), folder / "july")
    return folder / "july", folder / "adj"

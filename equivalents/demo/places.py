"""The made-up institutions 机构, departments 科室 and village rooms 村卫生室 of the county."""

from dataclasses import dataclass
from typing import Final

from equivalents.demo.draw import split

__all__ = [
    "CENTRE_STAFF",
    "Department",
    "HOSPITAL_STAFF",
    "INSTITUTIONS",
    "Institution",
    "ROLE_DEPARTMENT",
    "VILLAGE_ROOMS",
    "departments",
]

VILLAGE_ROOMS: Final = 130


@dataclass(frozen=True)
class Institution:
    """One institution; `size` is about the number of its staff without village doctors."""

    code: str
    name: str
    group: str
    size: int


INSTITUTIONS: Final = (
    Institution("H01", "示例县人民医院（牵头医院）", "plain", 320),
    Institution("C01", "示例县清禾镇卫生院", "plain", 66),
    Institution("C02", "示例县白鹭洲镇卫生院", "plain", 62),
    Institution("C03", "示例县柳浦镇卫生院", "plain", 60),
    Institution("C04", "示例县望潮街道社区卫生服务中心", "plain", 60),
    Institution("C05", "示例县麦田桥镇卫生院", "plain", 56),
    Institution("C06", "示例县荷塘湾镇卫生院", "plain", 54),
    Institution("C07", "示例县石门坎镇卫生院", "hill", 52),
    Institution("C08", "示例县枫树岭镇卫生院", "hill", 50),
    Institution("C09", "示例县茶坞乡卫生院", "hill", 48),
    Institution("C10", "示例县竹海乡卫生院", "hill", 46),
    Institution("C11", "示例县橘园乡卫生院", "hill", 42),
    Institution("C12", "示例县云岫乡卫生院", "mountain", 40),
    Institution("C13", "示例县鹰嘴岩乡卫生院", "mountain", 36),
    Institution("C14", "示例县雾里乡卫生院", "mountain", 34),
)

HOSPITAL_STAFF: Final = {"hdoc": 105, "htcm": 15, "hnurse": 140, "htech": 30, "hpharm": 14,
                         "admin": 16}  # fmt: skip
# For a centre of 50.
CENTRE_STAFF: Final = {"gp": 14, "tcm": 4, "nurse": 15, "ph": 6, "mch": 3, "tech": 4, "pharm": 3,
                       "admin": 1}  # fmt: skip

# Role -> number of the department inside its institution; None: a village room.
ROLE_DEPARTMENT: Final = {
    "hdoc": 1, "htcm": 6, "hnurse": 7, "htech": 8, "hpharm": 10, "gp": 1, "tcm": 2, "nurse": 3,
    "ph": 4, "mch": 5, "tech": 6, "pharm": 7,
}  # fmt: skip
_HOSPITAL_DEPARTMENTS: Final = (
    "全科医学科", "内科", "外科", "儿科", "急诊科", "中医科", "护理部", "检验科", "影像科",
    "药剂科", "综合办公室",
)  # fmt: skip
_CENTRE_DEPARTMENTS: Final = (
    "全科诊室", "中医馆", "护理组", "公共卫生科", "妇幼保健科", "医技科", "药房", "综合办公室",
)  # fmt: skip
_VILLAGE_FIRST: Final = "上下东西前后大小新老里外高"
_VILLAGE_LAST: Final = "岙坪垟塘湾坞溪桥岭庄"


@dataclass(frozen=True)
class Department:
    """One department or village room; `place` is the number of its institution."""

    code: str
    place: int
    name: str
    kind: str


def _village_name(number: int) -> str:
    first, last = number * 7 % len(_VILLAGE_FIRST), number % len(_VILLAGE_LAST)
    return f"{_VILLAGE_FIRST[first]}{_VILLAGE_LAST[last]}村卫生室"


def departments() -> list[Department]:
    """Every department and village room, institution by institution."""
    found: list[Department] = []
    rooms = split(VILLAGE_ROOMS, [0] + [place.size for place in INSTITUTIONS[1:]])
    named = 0
    for place, institution in enumerate(INSTITUTIONS):
        names = _CENTRE_DEPARTMENTS if place else _HOSPITAL_DEPARTMENTS
        for number, name in enumerate(names, start=1):
            code = f"{institution.code}-{number:02d}"
            found.append(Department(code, place, name, "department"))
        for number in range(1, rooms[place] + 1):
            code, name = f"{institution.code}-V{number:02d}", _village_name(named)
            found.append(Department(code, place, name, "village_room"))
            named += 1
    return found

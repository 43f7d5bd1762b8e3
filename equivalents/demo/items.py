"""What the county's people do: each service item 服务项目 with who does it, when, where, to whom.

The weights 当量值 are not here: they are data, `weights/demo-county-2025.yaml`. A test holds the
two lists and their dates together. What is drawn resident by resident (follow-ups four times a
year, one check-up each) stands in `plans`, stays in `beds`.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["ITEMS", "Item", "NUMBER_OF", "QUANTITIES", "ROLES"]

ROLES: Final = (
    "hdoc",  # doctor of the lead hospital
    "htcm",  # its TCM doctor
    "hnurse",
    "htech",  # laboratory and imaging
    "hpharm",
    "gp",  # doctor of a township centre
    "tcm",
    "nurse",
    "ph",  # public health 公卫
    "mch",  # women and children 妇幼
    "tech",
    "pharm",
    "admin",
    "vdoc",  # village doctor 乡村医生
)

# Quantities in thousandths with their chances.
QUANTITIES: Final[dict[str, dict[int, int]]] = {
    "one": {1000: 1},
    "few": {1000: 80, 2000: 12, 3000: 5, 4000: 2, 5000: 1},
    "half": {1000: 70, 500: 10, 1500: 12, 2000: 5, 2500: 3},
    "screen": {1000: 970} | {people * 1000: 1 for people in range(20, 50)},
    "crowd": {people * 1000: 1 for people in range(12, 121)},
}


@dataclass(frozen=True)
class Item:
    """One item: `done_by` gives role:records a year (in tens, in a county of 1.5 million).

    Where the records are planned, only the proportions of the roles matter. `shared` says who
    else is named: `team` (the resident's team in place of a person), or a second performer: how
    many per cent of the records have one, and the shares (`30 1:1`, `100 3:2`).
    """

    code: str
    done_by: str
    season: str = "flat"
    week: str = "office"
    who: str = "any"
    place: str = "site"
    quantity: str = "one"
    since: str = "2025-01-01"
    until: str = "2026-01-01"
    planned: bool = False
    shared: str = ""

    def roles(self) -> dict[str, int]:
        """Role -> records a year, in tens."""
        return {
            role: int(tens) for role, _, tens in (x.partition(":") for x in self.done_by.split())
        }


def _planned(
    code: str,
    done_by: str,
    season: str,
    who: str,
    place: str = "site",
    *,
    shared: str = "",
) -> Item:
    return Item(code, done_by, season, "office", who, place, planned=True, shared=shared)


ITEMS: Final = (
    # 门诊
    Item("MZ01", "gp:17500 hdoc:8800 vdoc:7200", "respiratory", "clinic"),
    Item("MZ02", "gp:500 hdoc:1600", "flat", "clinic"),
    Item("MZ03", "gp:1900 hdoc:1500", "respiratory", "clinic", "child"),
    Item("MZ04", "gp:600 hdoc:1900", "respiratory", "acute"),
    Item("MZ05", "gp:600 hdoc:500 vdoc:200", "flat", "acute"),
    Item("MZ06", "gp:500 hdoc:300", "flat", "clinic"),
    Item("MZ07", "gp:3300 hdoc:300", "flat", "clinic", "chronic"),
    Item("MZ08", "hnurse:1900 nurse:2800", "respiratory", "acute"),
    # 中医
    Item("ZY01", "tcm:3900 htcm:1100", "flat", "clinic"),
    Item("ZY02", "tcm:1500 htcm:500", "flat", "clinic", "adult", "site", "half"),
    Item("ZY03", "tcm:1200 htcm:350", "flat", "clinic", "adult", "site", "half"),
    Item("ZY04", "tcm:900 htcm:150", "flat", "clinic", "adult", "site", "few"),
    Item("ZY05", "pharm:1500 hpharm:700", "flat", "clinic", quantity="few"),
    # 家庭病床、住院：床日和建床、巡诊、撤床成套（见 beds）
    _planned("JB01", "gp:1", "flat", "frail", "home"),
    _planned("JB02", "gp:1", "flat", "frail", "home", shared="100 3:2"),
    _planned("JB03", "gp:1", "flat", "frail", "home"),
    _planned("JB04", "gp:1", "flat", "frail", "home"),
    _planned("ZC01", "hdoc:1", "respiratory", "adult"),
    # 出诊
    Item("CZ01", "gp:600 vdoc:500", "respiratory", "acute", "frail", "home"),
    Item("CZ02", "nurse:800", "flat", "office", "frail", "home", shared="30 1:1"),
    Item("CZ03", "gp:1500 ph:2100 vdoc:900", "followup", "office", "chronic", "none"),
    # 护理
    Item("HL01", "nurse:3300 hnurse:2500", "respiratory", "clinic", "any", "mixed", "few"),
    Item("HL02", "nurse:3900 hnurse:4100", "respiratory", "acute", quantity="few"),
    Item("HL03", "nurse:1900 hnurse:1300", "flat", "clinic", "any", "site", "few"),
    Item("HL04", "nurse:1300 hnurse:1000 vdoc:400", "flat", "acute", "any", "mixed"),
    Item("HL05", "nurse:130 hnurse:300", "flat", "acute", "frail"),
    Item("HL06", "nurse:1300 hnurse:1000", "respiratory", "acute", quantity="few"),
    Item("HL07", "nurse:3500 hnurse:3300", "checkup", "clinic"),
    # 检验、影像、药学
    Item("JY01", "tech:2100 htech:1700", "respiratory", "clinic"),
    Item("JY02", "tech:1200 htech:900", "checkup", "clinic"),
    Item("JY03", "tech:1400 htech:1100", "checkup", "clinic", "adult"),
    Item("JY04", "tech:500 htech:500", "followup", "clinic", "diabetes"),
    Item("JY05", "nurse:900 ph:1200 vdoc:1500", "followup", "office", "chronic", "site", "screen"),
    Item("YX01", "tech:1300 htech:1200", "checkup", "clinic"),
    Item("YX02", "tech:1400 htech:1100", "checkup", "clinic"),
    Item("YX03", "tech:500 htech:1000", "respiratory", "clinic"),
    Item("YX04", "htech:420", "flat", "clinic", since="2025-05-01"),
    Item("YF01", "pharm:5800 hpharm:3400", "respiratory", "clinic", quantity="few"),
    # 基本公共卫生：2017 年的十四类
    _planned("GW0101", "ph:250 vdoc:150", "education", "any"),
    Item("GW0102", "ph:2200 vdoc:1400", "followup"),
    Item("GW0201", "ph:90 vdoc:50", "education", "office", "none", shared="40 1:1"),
    Item("GW0202", "ph:160 vdoc:130 mch:60", "education", "office", "none", "site", "crowd"),
    Item("GW0203", "ph:60 vdoc:60", "education", "office", "none"),
    Item("GW0301", "nurse:2600 mch:800", "children", "office", "child", "site", "few"),
    Item(
        "GW0302", "nurse:2300 ph:500", "autumn", "clinic", "elderly", "site", "one",
        "2025-09-01", "2025-12-01", planned=True,
    ),
    _planned("GW0401", "mch:550", "flat", "child", "home"),
    Item("GW0402", "mch:2100", "children", "office", "child"),
    Item("GW0501", "mch:900", "flat", "office", "pregnant"),
    _planned("GW0502", "mch:350", "flat", "pregnant", "home"),
    _planned("GW0601", "gp:1700 ph:700", "checkup", "elderly"),
    _planned("GW0602", "ph:800 vdoc:500", "checkup", "elderly", "mixed"),
    _planned("GW0701", "gp:2400 ph:2300 vdoc:2500", "followup", "hypertension", "mixed"),
    _planned("GW0702", "gp:1300 ph:1200 vdoc:1100", "followup", "diabetes", "mixed"),
    _planned("GW0801", "ph:330 vdoc:180", "followup", "mental", "home"),
    _planned("GW0802", "ph:60 gp:60", "checkup", "mental"),
    _planned("GW0901", "ph:140 vdoc:60", "flat", "tb", "home"),
    Item("GW0902", "vdoc:500", "flat", "acute", "tb", "home"),
    _planned("GW1001", "tcm:1100 vdoc:200", "checkup", "elderly"),
    _planned("GW1002", "tcm:500 mch:200", "children", "child"),
    Item("GW1101", "gp:250 ph:250", "respiratory", "acute"),
    Item("GW1102", "ph:45", "respiratory", "acute", "none"),
    Item(
        "GW1103", "vdoc:1200 ph:700 nurse:300", "heat", "acute", "frail", "home", "one",
        "2025-07-01",
    ),
    Item("GW1201", "ph:420 vdoc:150", "flat", "office", "none"),
    Item("GW1301", "mch:300 vdoc:150", "flat", "office", "adult", "site", "few"),
    _planned("GW1401", "ph:250 vdoc:150", "education", "adult", "home"),
    Item("GW1402", "ph:120 gp:150", "education", "office", "adult"),
    # 签约服务
    _planned("QY01", "gp:450 vdoc:250", "signing", "any", "mixed"),
    _planned("QY02", "gp:1600 vdoc:1100", "signing", "any", "mixed"),
    Item("QY03", "gp:900 nurse:400", "followup", "office", "chronic", shared="team"),
    _planned("QY04", "gp:1100 vdoc:400", "checkup", "any", shared="team"),
    Item("QY05", "gp:2600 hdoc:150", "followup", "clinic", "chronic"),
    Item(
        "QY06", "gp:500 nurse:350 vdoc:350", "followup", "office", "frail", "home", shared="team"
    ),
    Item("QY07", "gp:250", "flat", "clinic", "chronic"),
    _planned("QY08", "gp:300 nurse:500 vdoc:400", "flat", "any", "home"),
)  # fmt: skip

NUMBER_OF: Final = {item.code: number for number, item in enumerate(ITEMS)}

"""What is wrong with the dirty rows of the file kept by hand: a list of edits for each code."""

from typing import Final

from equivalents.demo.seasons import DAYS, day_number

__all__ = ["BY_DATE", "EDITS", "NOT_PURCHASED"]

_Edits = tuple[dict[str, str], ...]

EDITS: Final[dict[str, _Edits]] = {
    "VALUE_MISSING": (
        {"institution_id": ""}, {"person_id": ""}, {"item_code": ""}, {"service_date": ""},
        {"quantity": ""},
    ),
    "LINE_BREAK": tuple(
        {"source": text} for text in ("手工补录\n（纸质单据）", "门诊\n补录", "手工补录\n\n附件")
    ),
    "DATE_INVALID": tuple(
        {"service_date": text}
        for text in ("2025-02-30", "5/3/2025", "20250631", "2025-13-01", "2025年6月")
    ),
    "QUANTITY_INVALID": tuple(
        {"quantity": text} for text in ("一", "1.0000", "1,5", "01", "1e3", "2次", "+1")
    ),
    "QUANTITY_RANGE": tuple({"quantity": text} for text in ("0", "0.000", "1000000", "45809123")),
    "QUANTITY_NEGATIVE": tuple({"quantity": text} for text in ("-1", "-2", "-0.5")),
    "END_BEFORE_START": tuple(
        {"service_end_date": text} for text in ("2024-11-30", "2024-01-02", "2023-12-31")
    ),
    "VISIT_NUMBER_INVALID": tuple(
        {"visit_number": text} for text in ("0", "-1", "1.5", "首次")
    ),
    "SHARES_INVALID": tuple(
        {"performers": text} for text in ("P0400:1;P0401:0", "P0420:3;P0421", "P0400;", "P0400:0.5")
    ),
    "INSTITUTION_UNKNOWN": tuple(
        {"institution_id": text}
        for text in ("C1", "c03", "C15", "CO2", "C05号", "示例县茶坞乡卫生院")
    ),
    "PERSON_UNKNOWN": tuple(
        {"person_id": text} for text in ("p0023", "P0O17", "P23", "P01105", "P9999", "王芳")
    ),
    "TEAM_UNKNOWN": tuple(
        {"person_id": "", "post_id": "", "team_id": text} for text in ("T9", "t011", "T01-1")
    ),
    "CORRECTS_UNKNOWN": tuple(
        {"corrects": text, "quantity": "-1"} for text in ("BL99999", "bl00012", "BL-00012", "12")
    ),
    "OUTSIDE_PERIOD": tuple(
        {"service_date": text} for text in ("2024-12-31", "2026-01-01", "2024-06-18", "2052-03-04")
    ),
    "ITEM_UNKNOWN": tuple(
        {"item_code": text} for text in ("MZ99", "mz01", "GW701", "MZO1", "高血压患者随访")
    ),
    "NO_WEIGHT_FOR_CONDITIONS": tuple(
        {"item_code": "GW0601", "resident_group": text} for text in ("", "child", "pregnant")
    ),
    "RESIDENT_MISSING": tuple(
        {"item_code": item, "resident_id": ""} for item in ("GW0701", "GW0101", "QY01")
    ),
    "HOUSEHOLD_MISSING": tuple(
        {"item_code": item, "household_id": ""} for item in ("GW1401", "QY08", "GW1401")
    ),
    "END_DATE_UNUSED": tuple(
        {"item_code": "MZ04", "service_end_date": text} for text in ("2026-01-01", "2026-02-01",
                                                                    "2026-03-05")
    ),
    "DAYS_RANGE": tuple({"item_code": "JB04", "quantity": text} for text in ("32", "61", "365")),
    "DAYS_NOT_WHOLE": tuple(
        {"item_code": "JB04", "quantity": text} for text in ("0.5", "0.25", "0.125")
    ),
}  # fmt: skip
"""Code -> changes to a clean row, one fault each, at least three of every kind."""

BY_DATE: Final = {
    "NO_WEIGHT_ON_DATE": (("GW1103", 0, day_number("2025-07-01")),
                          ("YX04", 0, day_number("2025-05-01"))),
    "ITEM_STOPPED": (("GW0302", day_number("2025-12-01"), DAYS),),
}  # fmt: skip
"""Code -> the item that it needs, and the days (first, end) on which it is that code."""

NOT_PURCHASED: Final = ("HL02", "MZ04", "YX01", "QY05")
"""Items that the county does not buy by equivalents."""

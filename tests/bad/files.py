"""Whole files that cannot be used: missing, empty, in a wrong encoding, of a wrong kind."""

from datetime import UTC, datetime

from tests.bad.case import GOOD, HEAD, Content, Fault, parquet

__all__ = ["FILES"]

NO_INSTITUTION = ("ID_UNKNOWN", "COLUMN_UNKNOWN")
LATIN = "item_code,weight,valid_from,item_name\nMZ01,1,2025-01-01,Caf\xe9,\n".encode("latin-1")


def renamed(table: str, name: str) -> dict[str, Content]:
    """A table of the case under a slightly wrong name."""
    return {f"{table}.csv": None, f"{name}.csv": GOOD[f"{table}.csv"]}


FILES = [
    Fault("no-case", "CASE_NOT_FOUND", {"case.yaml": None}, value="case"),
    Fault(
        "table-missing-near",
        "TABLE_MISSING",
        renamed("institutions", "instituions"),
        says=("institutions", "instituions"),
        also=NO_INSTITUTION,
    ),
    Fault("staff-missing", "TABLE_MISSING", {"staff.csv": None}, value="staff"),
    Fault("pools-missing", "TABLE_MISSING", renamed("pools", "pool"), value="pools"),
    Fault("records-missing", "TABLE_MISSING", renamed("records", "record"), value="records"),
    Fault(
        "weights-missing",
        "TABLE_MISSING",
        renamed("weights", "weight"),
        value="weights",
        also=("SERIES_UNKNOWN",),
    ),
    Fault(
        "table-twice",
        "TABLE_TWICE",
        {"pools.parquet": parquet(institution_id=["I01"], pool=["A"], amount=["1.00"])},
        "pools.csv, pools.parquet",
        value="pools",
        also=("ID_UNKNOWN",),
    ),
    Fault("empty-staff", "FILE_EMPTY", {"staff.csv": ""}, "staff.csv"),
    Fault("empty-records", "FILE_EMPTY", {"records.csv": b"\xef\xbb\xbf\r\n"}, "records.csv"),
    Fault("empty-case", "FILE_EMPTY", {"case.yaml": ""}, "case.yaml", also=("KEY_MISSING",)),
    Fault(
        "empty-parquet",
        "FILE_EMPTY",
        {"records.csv": None, "records.parquet": b""},
        "records.parquet",
    ),
    Fault(
        "head-only",
        "TABLE_EMPTY",
        {"staff.csv": "person_id,institution_id\n"},
        "staff.csv",
        value="staff",
    ),
    Fault(
        "pools-head-only",
        "TABLE_EMPTY",
        {"pools.csv": "institution_id,pool,amount"},
        "pools.csv",
    ),
    Fault(
        "latin-1",
        "FILE_ENCODING",
        {"weights.csv": LATIN},
        "weights.csv",
        says=("utf-8", "gb18030"),
        also=("SERIES_UNKNOWN",),
    ),
    Fault(
        "latin-1-records",
        "FILE_ENCODING",
        {"records.csv": f"{HEAD},source\nI01,P01,MZ01,2025-06-02,1,\xe9\n".encode("latin-1")},
        "records.csv",
        says=("utf-8",),
    ),
    Fault(
        "big5-records",
        "FILE_ENCODING_DOUBT",
        {"records.csv": f"{HEAD},source\nI01,P01,MZ01,2025-06-02,1,門診診療\n".encode("big5")},
        "records.csv",
        says=("big5", "gb18030"),
        value="75 %",
    ),
    Fault(
        "nul-bytes",
        "FILE_ENCODING",
        {"records.csv": f"{HEAD}\nI01,P0\0".encode()},
        "records.csv",
        says=("NUL",),
    ),
    Fault(
        "renamed-workbook",
        "FILE_DAMAGED",
        {"records.csv": b"PK\x03\x04rest"},
        "records.csv",
    ),
    Fault(
        "yaml-gb18030",
        "FILE_ENCODING",
        {"case.yaml": "title: 六月\n".encode("gb18030")},
        "case.yaml",
        also=("KEY_MISSING",),
    ),
    Fault(
        "workbook-staff",
        "FILE_DAMAGED",
        {"staff.csv": None, "staff.xlsx": b"PK\x03\x04"},
        "staff.xlsx",
    ),
    Fault(
        "workbook-records",
        "FILE_DAMAGED",
        {"records.csv": None, "records.xlsx": b"PK\x03\x04"},
        "records.xlsx",
    ),
    Fault(
        "records-in-a-file-and-a-folder",
        "TABLE_TWICE",
        {"records.csv": GOOD["records.csv"], "records/june.csv": GOOD["records.csv"]},
        "records.csv, records/",
        also=("RECORDS_TWICE",),
    ),
    Fault(
        "records-and-their-copy",
        "RECORDS_TWICE",
        {
            "records.csv": None,
            "records/june.csv": GOOD["records.csv"],
            "records/june (1).csv": GOOD["records.csv"],
        },
        "records/june.csv",
        value="records/june.csv",
        says=("records/june (1).csv",),
    ),
    Fault(
        "records-in-two-formats",
        "TABLE_TWICE",
        {"records.parquet": b"PAR1"},
        "records.csv, records.parquet",
    ),
    Fault(
        "workbook-among-records",
        "FILE_DAMAGED",
        {"records.csv": None, "records/june.xlsx": b"PK\x03\x04"},
        "records/june.xlsx",
    ),
    Fault(
        "text-among-records",
        "FILE_FORMAT",
        {"records.csv": None, "records/notes.docx": "see mail"},
        "records/notes.docx",
        value=".docx",
    ),
    Fault(
        "unpaired-quote",
        "FILE_DAMAGED",
        {"records.csv": GOOD["records.csv"].replace("P01", '"P01')},
        "records.csv",
    ),
    Fault(
        "unpaired-quote-staff",
        "FILE_DAMAGED",
        {"staff.csv": GOOD["staff.csv"].replace("P02", '"P02')},
        "staff.csv",
        3,
    ),
    Fault(
        "broken-parquet",
        "FILE_DAMAGED",
        {"records/a.parquet": b"PAR1 not really"},
        "records/a.parquet",
    ),
    Fault(
        "float-quantity",
        "FLOAT_COLUMN",
        {
            "records/a.parquet": parquet(
                institution_id=["I01"],
                person_id=["P01"],
                item_code=["MZ01"],
                service_date=["2025-06-02"],
                quantity=[1.5],
            )
        },
        "records/a.parquet",
        0,
        "quantity",
        "quantity",
    ),
    Fault(
        "float-amount",
        "FLOAT_COLUMN",
        {
            "pools.csv": None,
            "pools.parquet": parquet(institution_id=["I01"], pool=["A"], amount=[1.1]),
        },
        "pools.parquet",
        0,
        "amount",
        "amount",
    ),
    Fault(
        "float-weight",
        "FLOAT_COLUMN",
        {
            "weights.csv": None,
            "weights.parquet": parquet(item_code=["MZ01"], weight=[1.2], valid_from=["2025-01-01"]),
        },
        "weights.parquet",
        0,
        "weight",
        "weight",
        also=("SERIES_UNKNOWN",),
    ),
    *(
        Fault(
            f"timestamp-{name}",
            "TIME_COLUMN",
            {
                "case.yaml": f"period: 2025-06\n{declared}",
                "records/a.parquet": parquet(
                    institution_id=["I01"],
                    person_id=["P01"],
                    item_code=["MZ01"],
                    service_date=[day],
                    quantity=["1"],
                ),
            },
            "records/a.parquet",
            0,
            "service_date",
            "service_date",
            ("timestamp[us",),
        )
        for name, declared, day in (
            ("day", "", datetime(2025, 6, 2)),  # noqa: DTZ001
            ("zone", "", datetime(2025, 6, 2, tzinfo=UTC)),
            ("zone-declared", "times: truncate\n", datetime(2025, 6, 2, tzinfo=UTC)),
        )
    ),
    *(
        Fault(
            f"timestamp-in-staff-{name}",
            "TIME_COLUMN",
            {
                "case.yaml": f"period: 2025-06\n{declared}",
                "staff.csv": None,
                "staff.parquet": parquet(
                    person_id=["P01", "P02", "P03"],
                    institution_id=["I01", "I01", "I02"],
                    active_from=[day] * 3,
                ),
            },
            "staff.parquet",
            0,
            "active_from",
            "active_from",
        )
        for name, declared, day in (
            ("day", "", datetime(2025, 6, 2)),  # noqa: DTZ001
            ("zone-declared", "times: truncate\n", datetime(2025, 6, 2, tzinfo=UTC)),
        )
    ),
]

"""Archives that lie, break or bloat."""

from collections.abc import Callable
from typing import Final

from tests.files.make.binary import xls
from tests.files.make.books import xlsx
from tests.files.make.zips import Entry, zip_of, zipped

__all__ = ["ARCHIVES"]

CSV: Final = "编号,数量\r\nR001,1\r\n".encode()
LINK: Final = 0o120777


def inside(depth: int) -> bytes:
    """A zip in a zip, so many times."""
    data = zipped({"6月.csv": CSV})
    for _ in range(depth):
        data = zipped({"内层.zip": data})
    return data


ARCHIVES: Final[dict[str, Callable[[], bytes]]] = {
    "proper.zip": lambda: zipped({"6月/门诊.xlsx": xlsx(), "6月/公卫.csv": CSV, "旧.xls": xls()}),
    "deflated.zip": lambda: zipped({"6月.csv": CSV * 40}, deflate=True),
    "names-gbk.zip": lambda: zip_of(
        [Entry("x", CSV, flags=0, raw_name="导出/六月.csv".encode("gbk"))]
    ),
    "one-inside.zip": lambda: inside(1),
    "three-inside.zip": lambda: inside(3),
    "bomb.zip": lambda: zipped({"6月.csv": bytes(12 << 20)}, deflate=True),
    "bomb-inside.zip": lambda: zipped(
        {"内层.zip": zipped({"6月.csv": bytes(12 << 20)}, deflate=True), "7月.csv": CSV}
    ),
    "overlapping.zip": lambda: zip_of([Entry(f"{n}.csv", CSV) for n in range(50)], overlap=True),
    "declares-less.zip": lambda: zip_of([Entry("6月.csv", CSV * 40, True, declared=20)]),
    "declares-more.zip": lambda: zip_of([Entry("6月.csv", CSV, declared=2000)]),
    "declares-terabytes.zip": lambda: zip_of(
        [Entry(f"{n}.csv", CSV * 99, declared=0xFFFFFFF0) for n in range(2)]
    ),
    "wrong-checksum.zip": lambda: zip_of([Entry("6月.csv", CSV, checksum=7)]),
    "method-unknown.zip": lambda: zip_of([Entry("6月.csv", CSV, method=14)]),
    "encrypted.zip": lambda: zip_of([Entry("6月.csv", CSV, flags=0x801)]),
    "twice.zip": lambda: zip_of([Entry("6月.CSV", CSV), Entry("6月.csv", CSV)]),
    "way-up.zip": lambda: zipped({"../../etc/6月.csv": CSV, "7月.csv": CSV}),
    "absolute.zip": lambda: zipped({"/etc/6月.csv": CSV}),
    "drive.zip": lambda: zipped({"C:\\Windows\\6月.csv": CSV}),
    "control-characters.zip": lambda: zipped({"6\x1b[31m\u202e月.csv": CSV}),
    "same-when-cleaned.zip": lambda: zipped({"../6月.csv": CSV, "6月.csv": CSV}),
    "link.zip": lambda: zip_of(
        [Entry("6月.csv", b"/etc/passwd", mode=LINK), Entry("7月.csv", CSV)]
    ),
    "system-files.zip": lambda: zipped(
        {"6月.csv": CSV, "__MACOSX/._6月.csv": b"x", "~$6月.xlsx": b"x", ".DS_Store": b"x"}
    ),
    "no-file.zip": lambda: zip_of([Entry("6月/")]),
    "no-member.zip": lambda: zip_of([]),
    "truncated.zip": lambda: zipped({"6月.csv": CSV})[:-30],
    "list-elsewhere.zip": lambda: zipped({"6月.csv": CSV})[:4] + zipped({"6月.csv": CSV}),
    "rar.zip": lambda: b"Rar!\x1a\x07\x01\x00",
    "gzip.csv": lambda: b"\x1f\x8b\x08\x00" + bytes(20),
    "bad-workbook-inside.zip": lambda: zipped({"6月.xlsx": xlsx()[:-40], "7月.csv": CSV}),
}

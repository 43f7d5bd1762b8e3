"""The settings of the service: what each is for, where it comes from, and what it is now.

A setting is said by an environment variable or in a settings file (YAML, named by
``EQUIVALENTS_SETTINGS``), under its name without ``EQUIVALENTS_`` in lower case; the environment
goes before the file, the file before the default. ``equivalents settings`` lists them all. Those
of the store stand in :mod:`equivalents.store.place`. Issue 8, "Run it".
"""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, NamedTuple

from equivalents.errors import UsageError
from equivalents.findings import Findings
from equivalents.intake.opening.limits import LARGEST, Limits, setting_of
from equivalents.policy.yamltext import read_yaml

__all__ = [
    "FILE",
    "SERVICE_SETTINGS",
    "Said",
    "ServiceSettings",
    "Setting",
    "apply_settings",
    "read_settings",
    "said",
    "shown",
]

FILE: Final = "EQUIVALENTS_SETTINGS"
_PREFIX: Final = "EQUIVALENTS_"


class Setting(NamedTuple):
    """A setting: its variable, default, kind, and what it is for."""

    variable: str
    default: str
    kind: str  # text, number, flag, networks
    zh: str
    en: str
    least: int = 0
    most: int = 0

    @property
    def key(self) -> str:
        """Its name in the settings file."""
        return self.variable.removeprefix(_PREFIX).lower()


def _s(name: str, default: str, kind: str, zh: str, en: str, *bounds: int) -> Setting:
    least, most = bounds or (0, 0)
    return Setting(_PREFIX + name, default, kind, zh, en, least, most)


_OPENING: Final[Mapping[str, tuple[str, str]]] = {
    "memory_mb": ("打开文件的子进程内存（MiB）", "opening a file: MiB of the child process"),
    "cpu_s": ("打开文件的处理器秒数", "opening a file: seconds of the processor"),
    "wall_s": ("打开文件的最长秒数", "opening a file: seconds in all"),
    "unpacked_mb": ("解压后的大小（MiB）", "opening a file: MiB when unpacked"),
    "ratio": ("压缩包成员的最大压缩比", "opening a file: unpacked by packed size"),
    "members": ("压缩包内的文件数", "opening a file: members of an archive"),
    "nesting": ("压缩包的层数", "opening a file: archives in archives"),
    "sheets": ("工作簿的表数", "opening a file: sheets of a workbook"),
    "cells": ("一张表的单元格数", "opening a file: cells of a sheet"),
    "rows": ("一张表的行数", "opening a file: rows of a sheet"),
    "columns": ("一张表的列数", "opening a file: columns of a sheet"),
}

SERVICE_SETTINGS: Final = (
    _s("STORE", "", "text", "数据库：SQLite 文件或 postgresql://", "the store"),
    _s("HEADS", "", "text", "库外保存链头的文件", "the file outside that keeps the chain's head"),
    _s("KEY", "", "text", "居民编号的县域密钥文件", "the file of the county key"),
    _s("SEGMENTS", "", "text", "记录分段的存放处", "where record segments are kept"),
    _s("CACHE", "", "text", "可随时删除的缓存文件夹", "a folder that may be deleted at any time"),
    _s(
        "WHO", "", "text", "命令行写入操作日志的姓名", "the name that commands write into the audit"
    ),
    _s("WAIT", "60", "number", "等待写入的秒数", "seconds that a writer waits", 1, 86_400),
    _s("DATA", "", "text", "上传文件和导出文件的工作文件夹", "the folder for uploads and exports"),
    _s("HOST", "127.0.0.1", "text", "监听地址", "the address that is listened on"),
    _s("PORT", "8017", "number", "监听端口", "the port", 1, 65_535),
    _s(
        "WORKERS", "1", "number", "服务进程数（SQLite 只能为 1）", "processes; one on SQLite", 1, 64
    ),
    _s("JOBS", "1", "number", "每个进程同时处理的任务数", "jobs at a time in a process", 1, 16),
    _s(
        "SILENT_SECONDS",
        "30",
        "number",
        "任务进程失去联系多少秒后由别的进程接手",
        "seconds without news after which a job is taken over",
        1,
        3_600,
    ),
    _s("PROXIES", "", "networks", "可信反向代理的地址", "addresses of trusted reverse proxies"),
    _s(
        "INSECURE_COOKIES",
        "0",
        "flag",
        "允许在 http 上登录（仅限试用）",
        "sessions over http, to try",
    ),
    _s("UPLOAD_BYTES", "200000000", "number", "上传文件的上限", "bytes of an upload", 1, 10**10),
    _s("UPLOAD_ROWS", "1000000", "number", "上传文件的行数上限", "rows of an upload", 1, 10**9),
    _s("BODY_BYTES", "16000000", "number", "JSON 正文的上限", "bytes of a JSON body", 1_000, 10**9),
    _s("BATCH_RECORDS", "10000", "number", "JSON 批的记录数上限", "records of a batch", 1, 10**6),
    _s("READS_A_MINUTE", "6000", "number", "每分钟读取次数", "reads a minute", 1, 10**7),
    _s("WRITES_A_MINUTE", "600", "number", "每分钟写入次数", "writes a minute", 1, 10**7),
    _s("LOGINS_A_MINUTE", "10", "number", "每分钟登录次数（每地址）", "logins a minute", 1, 10**5),
    _s("WEBHOOK_NETWORKS", "", "networks", "允许通知的内网网段", "private networks for webhooks"),
    _s(
        "ANSWER_DAYS",
        "7",
        "number",
        "Idempotency-Key 的有效天数",
        "days that keys are kept",
        1,
        365,
    ),
    _s(
        "EXPORT_DAYS",
        "30",
        "number",
        "试算和导出文件的保留天数",
        "days that files are kept",
        1,
        3_650,
    ),
    _s(
        "DELIVERY_DAYS",
        "90",
        "number",
        "回调投递记录的保留天数",
        "days that ended deliveries of webhooks are kept",
        7,
        3_650,
    ),
    _s("MEMORY_MB", "256", "number", "核对编号所用内存（MiB）", "MiB for comparing ids", 1, 2**40),
    *(
        Setting(setting_of(one.name), str(one.default), "number", *_OPENING[one.name], 0, LARGEST)
        for one in fields(Limits)
    ),
    _s("LOG_LEVEL", "info", "text", "日志级别", "debug, info, warning or error"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a setting is now, and who said it: ``environment``, ``file`` or ``default``."""

    setting: Setting
    value: str
    source: str


class ServiceSettings:
    """Every setting by its name: texts, whole numbers, flags and networks."""

    def __init__(self, every: Mapping[str, Said]) -> None:
        self.every = every

    def text(self, key: str) -> str:
        """A text."""
        return self.every[key].value

    def number(self, key: str) -> int:
        """A whole number within its bounds."""
        return int(self.every[key].value)

    def flag(self, key: str) -> bool:
        """Whether it is on."""
        return self.every[key].value == "1"

    def networks(self, key: str) -> tuple[str, ...]:
        """Networks, as ``10.0.0.0/8``."""
        return tuple(self.every[key].value.replace(",", " ").split())


def said(environment: Mapping[str, str] | None = None) -> list[Said]:
    """Every setting with its value and who said it.

    Raises:
        UsageError: a value is not of its kind; every one that is wrong is told.
        DataError: the settings file cannot be read.
    """
    environment = os.environ if environment is None else environment
    of_file, unknown = _file(environment.get(FILE, ""))
    found, wrong = [], [*unknown]
    for one in SERVICE_SETTINGS:
        told, source = environment.get(one.variable), "environment"
        if told is None:
            told, source = of_file.get(one.key), "file"
        if told is None:
            told, source = one.default, "default"
        fault = _fault(one, told)
        if fault:
            wrong.append(f"{one.variable}={told}: {fault}")
        found.append(Said(one, told, source))
    if wrong:
        raise UsageError("\n".join(["设置有误 settings that cannot be used:", *wrong]))
    return found


def read_settings(environment: Mapping[str, str] | None = None) -> ServiceSettings:
    """Every setting, checked; raises as :func:`said`."""
    return ServiceSettings({one.setting.key: one for one in said(environment)})


def apply_settings() -> ServiceSettings:
    """Every setting, checked; what the settings file says is put into the environment, too.

    So the store, and the processes that open files, find it where they look. Raises as
    :func:`said`.
    """
    found = read_settings()
    for one in found.every.values():
        if one.source == "file":
            os.environ[one.setting.variable] = one.value
    return found


def shown(one: Said) -> str:
    """The value of a setting as it may be shown: without the password of an address."""
    if "://" not in one.value:
        return one.value
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(one.value).render_as_string(hide_password=True)
    except ArgumentError:
        return "***"


def _file(name: str) -> tuple[dict[str, str], list[str]]:
    """What the settings file says, and names in it that are none of ours."""
    if not name:
        return {}, []
    findings = Findings()
    entry = read_yaml(Path(name), name, findings)
    findings.stop_on_errors()
    assert entry is not None, "else there was an error"
    known = {one.key for one in SERVICE_SETTINGS}
    values = {key: one.text for key, one in entry.mapping.items()}
    wrong = [f"{name}: {key}: 没有这项设置 no such setting" for key in values if key not in known]
    return {key: text for key, text in values.items() if key in known}, wrong


def _number_fault(one: Setting, text: str) -> str:
    if not (text.isascii() and text.isdigit() and one.least <= int(text) <= one.most):
        return (
            f"应为 {one.least} 至 {one.most} 的整数 a whole number from {one.least} to {one.most}"
        )
    return ""


def _flag_fault(_one: Setting, text: str) -> str:
    return "" if text in ("0", "1") else "应为 0 或 1 zero or one"


def _networks_fault(_one: Setting, text: str) -> str:
    for part in text.replace(",", " ").split():
        try:
            ipaddress.ip_network(part)
        except ValueError:
            return f"{part} 不是网段，如 10.0.0.0/8 is no network, like 10.0.0.0/8"
    return ""


_FAULTS: Final[Mapping[str, Callable[[Setting, str], str]]] = {
    "number": _number_fault,
    "flag": _flag_fault,
    "networks": _networks_fault,
}


def _fault(one: Setting, text: str) -> str:
    check = _FAULTS.get(one.kind)
    return check(one, text) if check else ""

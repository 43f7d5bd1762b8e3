"""Whether Chinese makes sense as GB18030: the measure, its error rate, and what is likely instead.

Faults seen to be caught: signs judged like characters, rare names taken for nonsense, the share
taken of all letters with the ASCII ones.
"""

from random import Random

import pytest

from equivalents.intake.encodings import CODECS, Rarity, likely_encodings
from equivalents.reasons import REASONS

# The sentences of the reasons, and names and headings of the kind that files hold.
ORDINARY = "".join(
    letter for reason in REASONS.values() for letter in reason.zh if letter > "\x7f"
) + (
    "王伟李娜张敏刘静陈丽杨洋赵磊黄强周杰吴涛徐明孙超马骏朱琳胡蝶郭靖林黛玉何必高圆圆梁栋郑成功罗宋谢唐韩冯于董萧程"
    "曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万"
    "翟犇喆堃珺祎瑄玥昇燊垚淼鑫晗曦彧斐璟瑾钰锴铭镕骞"
)
TRADITIONAL = (
    "機構編碼人員項目服務日期數量家庭醫生簽約老年人健康管理高血壓患者隨訪糖尿病門診診療費預防接種兒童孕產婦結核病精神"
    "障礙中醫藥居民檔案建立更新上門病床護理康復治療王陳李張劉黃楊趙吳周徐孫馬朱胡林郭何高羅鄭梁謝宋唐許鄧馮韓曹曾彭蕭"
    "蔡潘田董袁于余葉蔣杜蘇魏程呂丁沈任姚盧傅鍾姜崔譚廖范汪陸金石戴賈韋夏邱方侯鄒熊孟秦白江閻薛尹段雷黎史龍陶賀顧毛郝"
    "龔邵萬錢嚴覃武莫孔向湯衛生院社區中心主任士的一是在不了有和這大為上個國我以要他時來用們"
)


def judged(text: str) -> Rarity:
    rarity = Rarity()
    rarity.add(text)
    return rarity


def as_gb18030(text: str, codec: str) -> str:
    """What a text of another encoding is taken for."""
    return text.encode(codec).decode("gb18030", "ignore")


def doubted(size: int) -> tuple[int, int]:
    """Of all runs of ordinary Chinese those in doubt, and how many runs there are."""
    runs = range(len(ORDINARY) - size + 1)
    return sum(judged(ORDINARY[at : at + size]).in_doubt for at in runs), len(runs)


def unnoticed(size: int) -> int:
    """Of 2,000 random runs of Big5 read as GB18030 those that are not in doubt."""
    rng = Random(size)
    runs = ("".join(rng.choices(TRADITIONAL, k=size)) for _ in range(2_000))
    return sum(not judged(as_gb18030(run, "cp950")).in_doubt for run in runs)


def test_the_error_rate_that_the_measure_claims() -> None:
    # Every run, not a draw: which ones are drawn would change with the sentences of the reasons.
    for size, most in ((50, 0), (20, 0), (10, 5), (5, 100)):
        wrong, runs = doubted(size)
        assert wrong * 1_000 <= runs, size
        assert unnoticed(size) <= most, size


@pytest.mark.parametrize("name", ["big5", "shift-jis", "windows-1252"])
def test_other_encodings_are_noticed_and_named(name: str) -> None:
    text = {
        "big5": f"姓名,機構\n{TRADITIONAL[:60]},衛生院\n",
        "shift-jis": "氏名,施設\nたなか さくら,あおぞら医院\nサービス,訪問看護\n",
        "windows-1252": "name,city\nRenée,Köln\nBjörn,Zürich\n",
    }[name]
    data = text.encode(CODECS[name])
    assert judged(data.decode("gb18030", "ignore")).in_doubt
    assert likely_encodings(data)[0] == name
    assert likely_encodings(f"姓名,机构\n{ORDINARY[:60]},卫生院\n".encode("gb18030")) == []


def test_ascii_and_signs_tell_nothing() -> None:
    for text in ("abc,1\n" * 9, "（），。：；、“”《》ＡＢ１２" * 9):
        assert judged(text).judged == 0
        assert not judged(text).in_doubt
    # A strange letter is one of two, however much ASCII stands around.
    assert judged("abc,1\n" * 99 + "喆王").percent == 50


def test_what_is_counted_of_parts_of_a_file_adds_up() -> None:
    whole, parts = judged("王喆堃"), judged("王")
    parts.join(judged("喆堃"))
    assert (parts.judged, parts.strange) == (whole.judged, whole.strange) == (3, 2)
    assert parts.sample == "王".encode("gb18030")


def test_enough_of_a_text_is_judged() -> None:
    rarity = Rarity()
    for _ in range(9):
        rarity.add("a,b\n" * 50_000 + "王" * 1_000)
    assert rarity.judged == 2_000
    rarity.add("王" * 10_000)
    assert rarity.judged == 2_000

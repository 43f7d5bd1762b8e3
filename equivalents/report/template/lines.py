"""The sheet 说明 of the workbook to fill in: what goes where, in which order, what comes next."""

from typing import Final

__all__ = ["AFTER", "BEFORE", "RULES"]

BEFORE: Final = (
    "本工作簿是一次核算的全部资料。红色标签的表必填，灰色的按需要填写，不需要的留空即可。",
    "按下面的顺序填写：后面的表用下拉菜单选前面填过的编号。“示例”页有一份能对上的例子，不会被读取。",
    "深橙色标题的列必填，浅蓝色的可留空；鼠标停在标题上可看含义和例子。",
)
"""What stands above the list of sheets."""

RULES: Final = (
    "日期：写 2025-06-03，是日历上的一天，不带时刻。“截止日期（含）”是最后一天，当日仍有效。",
    "编号：按文字填写，前面的 0 不会丢；同一人、同一机构在各表中的编号须完全相同。",
    "从别处粘贴时用“选择性粘贴 - 数值”，免得盖掉格式。",
    "编号显示成 1.2E+17 的，请先在原表设为文本再复制。",
    "数量最多三位小数，当量值和系数最多四位，金额（元）最多两位；不带单位、空格、全角数字。",
    "冲正：数量写负数，“冲正记录编号”写原记录的编号。分摊：参与人员写 P1:3;P2:2 或 P1;P2。",
    "不要改表名和标题；可以在后面加列（只提示，不使用），可以排序和筛选。空行不读。",
    "服务记录超过一张表能放的行数时，再加工作表，名为 服务记录 (2)、服务记录 (3)，标题相同。",
)
"""How to write what."""

AFTER: Final = (
    "检查：equivalents check 本工作簿.xlsx，一次列出全部问题，不改任何文件。",
    "改错：equivalents check 本工作簿.xlsx --mark 改错.xlsx，错的标红、疑点标黄并写明原因。",
    "在标了颜色的那份文件里改好，直接再检查、再核算，不必抄回来。",
    "核算：equivalents settle 本工作簿.xlsx -o 结果，先看结果里的 settlement.xlsx。",
)
"""What happens next."""

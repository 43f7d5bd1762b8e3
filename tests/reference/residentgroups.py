"""The groups of residents of page 1 (A2), each by a code and the Chinese names it is read by."""

GROUPS = (
    "elderly 老年人 65岁及以上老年人 65岁以上老年人",
    "pregnant 孕产妇",
    "child 儿童 0-6岁儿童 0～6岁儿童",
    "disabled 残疾人",
    "poor 贫困人口 建档立卡贫困人口",
    "special_family 计生特殊家庭 计划生育特殊家庭",
    "hypertension 高血压 高血压患者",
    "diabetes 糖尿病 糖尿病患者 2型糖尿病患者",
    "tb 结核病 肺结核 结核病患者 肺结核患者",
    "severe_mental_illness 严重精神障碍 严重精神障碍患者",
)


def group_code(group: str) -> str:
    """Return the code of a group; one that is not of the list is its own."""
    for names in GROUPS:
        if group in names.split():
            return names.split()[0]
    return group

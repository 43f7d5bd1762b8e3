"""Charge prices at fault, misplaced or not kept to: each with code, file, line and path."""

from collections.abc import Mapping

from tests.bad.case import Content, Fault

__all__ = ["PRICES", "PRICE_WARNINGS"]

CASE = "period: 2025-06\nreference: 甲县〔2025〕1号\n"
TOP = "prices: p\ntitle: 甲县收费价格\nreference: 甲价〔2025〕1号\ncities:\n"
CITY = "  甲:\n    valid_from: 2025-06-10\n    items:\n"
ITEM = '      - {code: CALL_OUT, price: "60.00", unit: 元/次}\n'
LIST = TOP + CITY + ITEM
CHARGES = "resident_id,institution_id,code,amount,date\n"


def case(key: str = "charge_prices: p.yaml\n", text: str = LIST, **more: str) -> dict[str, Content]:
    """A case that names these charge prices on line 3; ``more`` are tables by name."""
    tables: dict[str, Content] = {f"{name}.csv": rows for name, rows in more.items()}
    return {"case.yaml": CASE + key, "p.yaml": text} | tables


def items(*rows: str) -> Mapping[str, Content]:
    """A list with these items of one city from line 8 on."""
    return case(text=TOP + CITY + "".join(f"      - {{{row}}}\n" for row in rows))


def charged(row: str, text: str = LIST) -> Mapping[str, Content]:
    """A case with one charge, on row 2."""
    return case(text=text, charges=f"{CHARGES}{row}\n")


PRICE = 'code: CALL_OUT, unit: 元/次, price: "60.00"'
FUND = (
    "funds:\n  f:\n    kind: per_equivalent\n    series: pay\n    payers: [{payer: 甲, share: 1}]\n"
    "    unit: 元/当量\n    valid_from: 2025-01-01\n"
)

PRICES = [
    Fault("prices-lost", "CHARGE_PRICES_UNKNOWN",
          case("charge_prices: zhejiang-2017-charge-price\n"), "case.yaml", 3, "charge_prices",
          "zhejiang-2017-charge-price", ("zhejiang-2017-charge-prices",)),
    Fault("prices-outside", "CHARGE_PRICES_UNKNOWN",
          case("charge_prices: ../p.yaml\n") | {"../p.yaml": LIST}, "case.yaml", 3,
          "charge_prices", "../p.yaml"),
    Fault("prices-no-city", "CHARGE_PRICES_CITY",
          case("charge_prices: zhejiang-2017-charge-prices\n"), "case.yaml", 3, "charge_prices",
          "", ("hangzhou, ningbo",)),
    Fault("prices-other-city", "CHARGE_PRICES_CITY",
          case("charge_prices: {name: zhejiang-2017-charge-prices, city: hangzou}\n"),
          "case.yaml", 3, "charge_prices.city", "hangzou", ("hangzhou",)),
    Fault("prices-key", "KEY_UNKNOWN", case("charge_prices: {nam: p.yaml}\n"), "case.yaml", 3,
          "charge_prices.nam", "nam", ("name",), also=("KEY_MISSING",)),
    Fault("prices-name", "CHARGE_PRICES_NAME", case(text=LIST.replace("prices: p", "prices: q")),
          "p.yaml", 1, "prices", "q", ("p",)),
    Fault("prices-list-key", "KEY_UNKNOWN", items(PRICE + ", titel: x"), "p.yaml", 8,
          "cities.甲.items[1].titel", "titel", ("title",)),
    Fault("prices-unit", "UNIT_INVALID", items(PRICE.replace("元/次", "元/回")), "p.yaml", 8,
          "cities.甲.items[1].unit", "元/回", ("元/次",)),
    Fault("prices-no-price", "KEY_MISSING", items("code: CALL_OUT, unit: 元/次"), "p.yaml", 8,
          "cities.甲.items[1]", "price"),
    Fault("prices-no-date", "KEY_MISSING",
          case(text=LIST.replace("    valid_from: 2025-06-10\n", "")), "p.yaml", 7,
          "cities.甲.items[1]", "valid_from"),
    Fault("prices-no-reference", "REFERENCE_MISSING",
          case(text=LIST.replace("reference: 甲价〔2025〕1号", "reference: ")), "p.yaml", 8,
          "cities.甲.items[1]", "CALL_OUT", also=("KEY_MISSING",)),
    Fault("prices-of-nothing", "AMOUNT_INVALID", items(PRICE.replace("60.00", "0.00")), "p.yaml",
          8, "cities.甲.items[1].price", "0.00", ("0",)),
    Fault("prices-below-a-fen", "AMOUNT_INVALID", items(PRICE.replace("60.00", "6.005")),
          "p.yaml", 8, "cities.甲.items[1].price", "6.005"),
    Fault("prices-mark", "CHOICE_INVALID", items(PRICE + ", unverified: perhaps"), "p.yaml", 8,
          "cities.甲.items[1].unverified", "perhaps", ("yes, no",)),
    Fault("prices-day", "DATE_INVALID", case(text=LIST.replace("2025-06-10", "2025-06-31")),
          "p.yaml", 6, "cities.甲.valid_from", "2025-06-31"),
    Fault("prices-overlap", "FIGURE_OVERLAP", items(PRICE, PRICE.replace("60", "40")), "p.yaml", 9,
          "cities.甲.items[2].price", "CALL_OUT", ("p.yaml",)),
    Fault("prices-overlap-unverified", "FIGURE_OVERLAP", items(PRICE, PRICE + ", unverified: yes"),
          "p.yaml", 9, "cities.甲.items[2].price", "CALL_OUT"),
    Fault("prices-gap", "FIGURE_GAP",
          items(PRICE + ", valid_to: 2025-07-01", PRICE + ", valid_from: 2025-08-01"), "p.yaml",
          9, "cities.甲.items[2].price", "CALL_OUT", ("2025-07-01", "2025-08-01")),
    Fault("prices-as-fiscal-price", "CHARGE_PRICES_FISCAL",
          case(f"charge_prices: p.yaml\n{FUND}    price: p.yaml\n"), "case.yaml", 11,
          "funds.f.price", "p.yaml", ("charge_prices",), also=("NUMBER_INVALID",)),
    Fault("shipped-prices-as-fiscal-prices", "CHARGE_PRICES_FISCAL",
          {"case.yaml": f"{CASE}{FUND}    prices: zhejiang-2017-charge-prices\n".replace(
              "per_equivalent", "per_item")},
          "case.yaml", 10, "funds.f.prices", "zhejiang-2017-charge-prices", also=("VALUE_SHAPE",)),
    Fault("prices-as-weights", "CHARGE_PRICES_FISCAL",
          {"case.yaml": f"{CASE}weight_tables: [zhejiang-2017-charge-prices]\n"},
          "case.yaml", 3, "", "zhejiang-2017-charge-prices"),
    Fault("price-file-as-weights", "CHARGE_PRICES_FISCAL",
          {"case.yaml": f"{CASE}weight_tables: [p.yaml]\n", "p.yaml": LIST}, "p.yaml", 1, "",
          "p.yaml"),
]  # fmt: skip

PRICE_WARNINGS = [
    Fault("charge-a-fen-off", "CHARGE_PRICE", charged("R1,I01,CALL_OUT,120.01,2025-06-11"),
          "charges.csv", 2, "amount", "CALL_OUT", ("R1", "120.01", "60.00", "甲价〔2025〕1号")),
    Fault("charge-half", "CHARGE_PRICE", charged("R1,I01,CALL_OUT,30.00,2025-06-11"),
          "charges.csv", 2, "amount", "CALL_OUT"),
    Fault("charge-before-its-price", "CHARGE_NO_PRICE",
          charged("R1,I01,CALL_OUT,60.00,2025-06-09"), "charges.csv", 2, "date", "CALL_OUT",
          ("2025-06-09", "2025-06-10")),
    Fault("charge-of-no-code", "CHARGE_CODE_UNKNOWN",
          charged("R1,I01,CALLOUT,60.00,2025-06-11"), "charges.csv", 2, "code", "CALLOUT",
          ("CALL_OUT", "甲")),
    Fault("charge-beside-a-struck-price", "CHARGE_PRICE_UNVERIFIED",
          charged("R1,I01,CALL_OUT,61.00,2025-06-11",
                  LIST.replace("unit: 元/次", "unit: 元/次, unverified: yes")),
          "charges.csv", 2, "amount", "CALL_OUT", ("60.00",)),
]  # fmt: skip

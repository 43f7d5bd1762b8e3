"""Pay lines of a result: what is paid, with who it is for, its price and its versions."""

from collections.abc import Iterator

from equivalents.errors import ConservationError
from equivalents.payroll.model import INCOME_TYPE, Kind, PayLine, PayLines
from equivalents.payroll.people import Staff
from equivalents.payroll.result import Paid, PayResult
from equivalents.policy.calendar import month_of
from equivalents.units import print_fixed

__all__ = ["pay_lines", "unit_price"]

_PRICE_PLACES = 4


def pay_lines(
    result: PayResult,
    staff: Staff | None = None,
    *,
    income_type: str = INCOME_TYPE,
    tax_month: str = "",
    run_id: str = "",
) -> PayLines:
    """The pay lines of a result, one for each part of each person's pay at each institution.

    Args:
        result: what is paid (:func:`~equivalents.payroll.result.read_result`).
        staff: who the people are; what the result itself keeps where it is left out.
        income_type: the income type 所得项目 of every line.
        tax_month: ``YYYY-MM``, the tax month 税款所属期; the last month of the period by default.
        run_id: the id of the run; the first 16 digits of its manifest's hash by default.

    Raises:
        ConservationError: the lines do not add up to what the result pays.
    """
    staff = staff if staff is not None else result.staff
    run_id, month = run_id or result.run_id, tax_month or month_of(result.period.end - 1)
    lines = tuple(_lines(result, staff, (run_id, income_type, month)))
    made = PayLines(
        run_id, result.period.name, result.title, month, income_type, result.versions, lines
    )
    paid_fen = sum(one.amount_fen for one in result.paid)
    if made.amount_fen != paid_fen:
        raise ConservationError(f"pay lines = payouts: {made.amount_fen}, {paid_fen}")
    return made


def _lines(result: PayResult, staff: Staff, given: tuple[str, str, str]) -> Iterator[PayLine]:
    run_id, income_type, month = given
    period, versions = result.period.name, result.versions
    institutions = {**result.institutions, **staff.institutions}
    for one in sorted(result.paid):
        posting = staff.posting(one.institution_id, one.person_id)
        yield PayLine(
            run_id,
            period,
            one.institution_id,
            institutions.get(one.institution_id, ""),
            posting.department_id,
            staff.departments.get(posting.department_id, ""),
            one.person_id,
            posting.name,
            posting.post,
            posting.employment_type,
            one.kind.value,
            one.pool,
            one.component,
            one.closed_period,
            one.equivalents,
            one.key,
            one.coefficient,
            unit_price(one),
            one.amount_fen,
            income_type,
            month,
            *versions,
        )


def unit_price(one: Paid) -> str:
    """The unit price 单价 of a share of a pool: yuan of its amount for one unit of its key.

    Rounded half-up to four places (named here; nothing is paid by it). Blank where it would mean
    nothing: no share of a pool, a key of 0, or an amount that a cap or a floor moved.
    """
    if one.kind is not Kind.POOL_SHARE or one.moved:
        return ""
    key_e7 = int(one.key.replace(".", "", 1) or "0")
    if key_e7 <= 0:
        return ""
    # Fen over e7 is 1e5 times yuan over the key; with four places more. In whole numbers, half-up.
    price_e4 = (2 * abs(one.amount_fen) * 10**9 + key_e7) // (2 * key_e7)
    return print_fixed(price_e4 if one.amount_fen >= 0 else -price_e4, _PRICE_PLACES)

"""Which posting a record belongs to (A6, 5.20), against an obvious loop over all postings.

Faults caught: a day at the edge of a posting given to the wrong side, somebody else's posting found
by a search that lands on its neighbour, the main post ignored, the short cut for people with one
posting used for people with two, the short cut for people at one place throughout used on a day
that it does not hold on.
"""

from collections.abc import Iterable, Sequence
from random import Random

import numpy as np

from equivalents.codes import Codebook
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.model import Posting
from equivalents.policy.posts import NO_POSTING, Codes, Postings

PLACES = Codebook(["c1", "c2", "c3"])
PEOPLE = Codebook(["p1", "p2", "p3", "p4"])
Query = tuple[str, str, int, str]


def posting(
    person: str, place: str, start: int = FIRST_DAY, end: int = LAST_DAY, post: str = ""
) -> Posting:
    return Posting(person, place, start, end, post)


def main(one: Posting) -> Posting:
    return one._replace(main=True)


def codes(values: Iterable[int]) -> Codes:
    return np.fromiter(values, np.int32)


def find(
    postings: Postings, queries: Sequence[Query], *, with_posts: bool = True
) -> list[Posting | None]:
    """The postings that the engine finds for (institution, person, day, post) each."""
    places, people, days, posts = zip(*queries, strict=True)
    found = postings.find(
        codes(map(PLACES.find, places)),
        codes(map(PEOPLE.find, people)),
        codes(days),
        codes(map(postings.posts.find, posts)) if with_posts else None,
    )
    return [None if at == NO_POSTING else postings.rows[at] for at in found]


def obvious(rows: Iterable[Posting], query: Query) -> Posting | None:
    """The posting by looking at every one: named post, else the main one, else the first post."""
    place, person, day, post = query
    there = [
        one
        for one in rows
        if (one.institution_id, one.person_id) == (place, person)
        and one.active_from <= day < one.active_to
        and post in ("", one.post_id)
    ]
    return min(there, key=lambda one: (not one.main, one.post_id), default=None)


def found(rows: Sequence[Posting], *query: str | int) -> Posting | None:
    """What is found for one record, asked with and, if no post is named, without posts."""
    place, person, day, *post = query
    asked = (str(place), str(person), int(day), str(post[0]) if post else "")
    postings = Postings(rows, PLACES, PEOPLE)
    [answer] = find(postings, [asked])
    if not post:
        assert find(postings, [asked], with_posts=False) == [answer]
    return answer


# -- by hand -------------------------------------------------------------------------------


def test_the_edges_of_a_posting() -> None:
    rows = [posting("p1", "c1", 100, 200)]
    answers = [found(rows, "c1", "p1", day) is not None for day in (99, 100, 199, 200)]
    assert answers == [False, True, True, False]
    for day in (FIRST_DAY, LAST_DAY - 1, -1, 0):
        assert found(rows, "c1", "p1", day) is None


def test_an_open_posting_holds_from_the_first_day_to_the_last() -> None:
    rows = [posting("p1", "c1")]
    for day in (FIRST_DAY, -1, 0, LAST_DAY - 1):
        assert found(rows, "c1", "p1", day) == rows[0]


def test_a_posting_is_at_one_institution_and_of_one_person() -> None:
    rows = [posting("p1", "c1"), posting("p3", "c3")]
    assert found(rows, "c2", "p1", 0) is None
    assert found(rows, "c1", "p2", 0) is None
    assert found(rows, "c1", "p3", 0) is None
    assert found(rows, "c3", "p3", 0) == rows[1]


def test_somebody_without_postings_finds_none_between_others() -> None:
    rows = [posting("p1", "c1"), posting("p1", "c1", post="x"), posting("p4", "c3")]
    for person in ("p2", "p3"):
        for place in ("c1", "c2", "c3"):
            assert found(rows, place, person, 0) is None


def test_postings_that_follow_each_other() -> None:
    early, late = posting("p1", "c1", 100, 200), posting("p1", "c1", 200, 300)
    after = posting("p1", "c1", 310, 320)
    rows = [after, late, early]
    answers = [found(rows, "c1", "p1", day) for day in (99, 100, 199, 200, 299, 300, 310, 320)]
    assert answers == [None, early, early, late, late, None, after, None]


def test_two_institutions_at_once() -> None:
    home, lent = posting("p1", "c1"), posting("p1", "c2", 100, 200)
    rows = [home, lent]
    assert [found(rows, "c1", "p1", day) for day in (50, 150)] == [home, home]
    assert [found(rows, "c2", "p1", day) for day in (50, 150, 200)] == [None, lent, None]


def test_the_main_post_counts_where_none_is_named() -> None:
    nurse, doctor = posting("p1", "c1", post="a"), main(posting("p1", "c1", 100, 200, "b"))
    rows = [nurse, doctor]
    assert [found(rows, "c1", "p1", day) for day in (50, 100, 199, 200)] == [
        nurse,
        doctor,
        doctor,
        nurse,
    ]


def test_without_a_main_one_the_smallest_post_counts() -> None:
    rows = [posting("p1", "c1", post=post) for post in ("b", "B", "a")]
    assert found(rows, "c1", "p1", 0) == rows[1]
    assert found([*rows, posting("p1", "c1")], "c1", "p1", 0) == posting("p1", "c1")


def test_a_named_post_is_found_even_beside_a_main_one() -> None:
    nurse, doctor = posting("p1", "c1", post="a"), main(posting("p1", "c1", post="b"))
    rows = [nurse, doctor, posting("p2", "c1", post="c")]
    assert found(rows, "c1", "p1", 0, "a") == nurse
    assert found(rows, "c1", "p1", 0, "b") == doctor
    assert found(rows, "c1", "p1", 0, "c") is None, "somebody else's post"
    assert found(rows, "c1", "p1", 0, "nowhere") is None


def test_a_named_post_must_hold_on_the_day() -> None:
    rows = [posting("p1", "c1", 0, 100, "a"), posting("p1", "c1", 50, 200, "b")]
    assert found(rows, "c1", "p1", 120, "a") is None
    assert found(rows, "c1", "p1", 120) == rows[1]


def test_an_only_posting_without_post_is_not_found_by_post() -> None:
    rows = [posting("p1", "c1"), posting("p2", "c1", post="a")]
    assert found(rows, "c1", "p1", 0, "a") is None
    assert found(rows, "c1", "p2", 0, "a") == rows[1]


def test_nobody_is_employed() -> None:
    assert found([], "c1", "p1", 0) is None
    empty = Postings([], Codebook(), Codebook())
    none = codes([])
    assert empty.find(none, none, none, none).size == 0
    assert empty.find(none, none, none, None).size == 0


def test_rows_are_in_natural_order_whatever_the_order_of_the_table() -> None:
    rows = [posting(person, place) for place in ("c1", "c3") for person in ("p1", "p2", "p4")]
    shuffled = rows[::-1]
    Random(1).shuffle(shuffled)
    postings = Postings(shuffled, PLACES, PEOPLE)
    assert list(postings.rows) == rows
    assert [PLACES[at] for at in postings.institution] == [one.institution_id for one in rows]
    assert [PEOPLE[at] for at in postings.person] == [one.person_id for one in rows]


# -- against the loop ------------------------------------------------------------------------


def random_day(rng: Random) -> int:
    return rng.choice((FIRST_DAY, LAST_DAY - 1, -1, 0, *(rng.randrange(-20, 60),) * 8))


def random_postings(rng: Random) -> list[Posting]:
    """Postings that pass the check: of two that meet, the posts differ or one is the main one."""
    rows: list[Posting] = []
    for _ in range(rng.randrange(14)):
        start = rng.choice((FIRST_DAY, rng.randrange(-15, 50)))
        end = rng.choice((LAST_DAY, start + rng.randrange(1, 30)))
        post = rng.choice(("", "", "a", "b", "B"))
        place, person = rng.choice(PLACES.values), rng.choice(PEOPLE.values)
        new = posting(person, place, start, end, post)._replace(main=rng.random() < 0.2)
        if not any(_clash(new, old) for old in rows):
            rows.append(new)
    return rows


def _clash(one: Posting, other: Posting) -> bool:
    same = (one.person_id, one.institution_id) == (other.person_id, other.institution_id)
    meet = max(one.active_from, other.active_from) < min(one.active_to, other.active_to)
    return same and meet and (one.post_id, one.main) == (other.post_id, other.main)


def random_query(rng: Random, rows: Sequence[Posting]) -> Query:
    """Anything, or a day at the edge of somebody's posting."""
    post = rng.choice(("", "", "", "a", "b", "B", "unknown"))
    if rows and rng.random() < 0.5:
        one = rng.choice(rows)
        edge = rng.choice((one.active_from, one.active_to)) + rng.choice((-1, 0))
        day = min(max(edge, FIRST_DAY), LAST_DAY - 1)
        return one.institution_id, one.person_id, day, post
    return rng.choice(PLACES.values), rng.choice(PEOPLE.values), random_day(rng), post


def test_thousands_of_queries_agree_with_the_loop() -> None:
    rng = Random(20250131)
    hits = 0
    for _ in range(400):
        rows = random_postings(rng)
        first = rng.choice((FIRST_DAY, random_day(rng)))
        mostly = (first, rng.choice((LAST_DAY, min(first + rng.randrange(40), LAST_DAY))))
        postings = Postings(rows, PLACES, PEOPLE, mostly)
        queries = [random_query(rng, rows) for _ in range(40)]
        wanted = [obvious(rows, query) for query in queries]
        assert find(postings, queries) == wanted
        hits += sum(one is not None for one in wanted)
        unnamed = [(place, person, day, "") for place, person, day, _ in queries]
        wanted = [obvious(rows, query) for query in unnamed]
        assert find(postings, unnamed, with_posts=False) == wanted
    assert 2000 < hits < 14_000, "both answers must be common"

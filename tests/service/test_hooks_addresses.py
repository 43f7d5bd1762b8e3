"""Where webhooks may go: forms of an address, ranges, and every address that a name stands for.

Catches: each known way to make a server call itself (other spellings of 127.0.0.1, IPv6 that ends
at IPv4, metadata, one bad address among good ones), a setting that opens more than it lists, a
name that is asked for twice.
"""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.hooks.addresses import Target, read_networks, target_of
from equivalents.errors import DataError

PUBLIC = "93.184.215.14"
PUBLIC6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
OFFICE = "10.0.0.0/8"


def names(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: addresses


def unasked(host: str, port: int) -> Sequence[str]:
    raise AssertionError("the name service was asked")


def refused(
    url: str, networks: str = "", resolve: Callable[[str, int], Sequence[str]] = unasked
) -> list[str]:
    """The codes with which an address is refused; none if it is accepted."""
    try:
        target_of(url, read_networks(networks), resolve)
    except DataError as error:
        return [problem.code for problem in error.problems]
    return []


def test_a_public_address_is_pinned_as_it_resolved() -> None:
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return [PUBLIC, PUBLIC6, PUBLIC]

    target = target_of("https://Hooks.Example.COM./in?a=1&b=2", (), resolve)
    assert target == Target("hooks.example.com", 443, True, "/in?a=1&b=2", (PUBLIC, PUBLIC6))
    assert target.url == "https://hooks.example.com:443/in?a=1&b=2"
    assert asked == [("hooks.example.com", 443)]


def test_an_address_itself_needs_no_name_service() -> None:
    assert target_of(f"https://{PUBLIC}:8443", (), unasked).addresses == (PUBLIC,)
    target = target_of(f"https://[{PUBLIC6.upper()}]/x", (), unasked)
    assert target.url == f"https://[{PUBLIC6}]:443/x"


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.com", "//hooks.example.com", "ftp://hooks.example.com", "https://",
        "https:///in", "file:///etc/passwd", "gopher://hooks.example.com", "javascript:alert(1)",
        "https://user@hooks.example.com", "https://user:word@hooks.example.com", "https://@x.example",
        "https://hooks.example.com#@internal", "https://hooks.example.com/#", "https://a b.example",
        "https://hooks.example.com\\@internal", "https://hooks.example.com/\nHost: internal",
        "https://hooks.example.com\t", "https://hooks.example.com:port", "https://x.example:99999",
        "https://[::1", "https://[hooks]", "https://当量.example", "https://ｌｏｃａｌhost",
        "https://-x.example", "https://x..example", f"https://{'x' * 64}.example",
        "https://%31%32%37.0.0.1", f"https://x.example/{'p' * 2000}", "https://*.example",
    ],
)  # fmt: skip
def test_a_malformed_address_is_refused_without_asking_anybody(url: str) -> None:
    assert refused(url) == ["WEBHOOK_URL"]


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.0x1", "1.2.3.4.5"],
)
def test_a_number_in_place_of_an_address_is_refused(host: str) -> None:
    assert refused(f"https://{host}/", "127.0.0.0/8") == ["WEBHOOK_URL"]


@pytest.mark.parametrize(("port", "usable"), [
    (443, True), (80, True), (8443, True), (1024, True), (65535, True),
    (0, False), (22, False), (25, False), (1023, False), (5432, False), (6379, False),
    (11211, False),
])  # fmt: skip
def test_ports(port: int, usable: bool) -> None:
    found = refused(f"https://hooks.example.com:{port}/", resolve=names(PUBLIC))
    assert found == ([] if usable else ["WEBHOOK_PORT"])


NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "224.0.0.1", "239.255.255.250",
    "255.255.255.255", "240.0.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "::", "fe80::1", "fec0::1", "ff02::1", "fd00:ec2::254", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "64:ff9b:1::1", "2001:0:4136:e378::1",
    "::ffff:0:169.254.169.254", "::169.254.169.254", "fe80::5efe:169.254.169.254",
    "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "::127.0.0.1",
    "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1", "fe80::1%eth0",
]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "100.64.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.1", "::1", "fc00::1",
    "fd12:3456::1", "2001:db8::1", "3fff::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:7f00:1", "4000::1",
]  # fmt: skip
EVERY_PRIVATE = ",".join(
    """
    127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 198.18.0.0/15 192.0.2.0/24
    203.0.113.0/24 ::1/128 fc00::/7 2001:db8::/32 3fff::/20 4000::/8 fe80::/10 ::/96 2002::/16
    64:ff9b::/48 169.254.0.0/16 224.0.0.0/8 240.0.0.0/8 2001::/16 100.100.0.0/16 168.0.0.0/8
    192.0.0.0/8 ::ffff:0:0:0/96 2606:4700::/32 255.0.0.0/8 0.0.0.0/8 fec0::/10 ff00::/8
    """.split()  # noqa: SIM905
)
"""Every private range, and every range that is never opened, as somebody might list them."""


@pytest.mark.parametrize("address", [*NEVER, *PRIVATE])
def test_what_is_not_public_is_refused_as_a_name_and_as_an_address(address: str) -> None:
    assert refused("https://x.example", resolve=names(address)) == ["WEBHOOK_ADDRESS"]
    literal = f"[{address}]" if ":" in address else address
    assert refused(f"https://{literal}/") == ["WEBHOOK_ADDRESS"]


@pytest.mark.parametrize("address", NEVER)
def test_some_ranges_are_opened_by_no_setting(address: str) -> None:
    assert refused("https://x.example", EVERY_PRIVATE, names(address)) == ["WEBHOOK_ADDRESS"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_range_is_opened_by_listing_it(address: str) -> None:
    assert refused("https://x.example", EVERY_PRIVATE, names(address)) == []
    assert refused("http://x.example", EVERY_PRIVATE, names(address)) == []


@pytest.mark.parametrize("address", [
    PUBLIC, PUBLIC6, "172.32.0.1", "172.15.0.1", "100.128.0.1", "64:ff9b::93.184.215.14",
    "2002:5db8:d70e::1", "192.169.0.1", "::ffff:93.184.215.14",
])  # fmt: skip
def test_public_addresses_pass(address: str) -> None:
    assert refused("https://x.example", resolve=names(address)) == []


def test_an_ipv4_address_written_as_ipv6_is_pinned_as_ipv4() -> None:
    target = target_of("https://x.example", (), names("::ffff:93.184.215.14"))
    assert target.addresses == (PUBLIC,)


@pytest.mark.parametrize("others", [["127.0.0.1"], [PUBLIC] * 50 + ["10.0.0.1"], ["fe80::1"]])
def test_one_bad_address_among_good_ones_refuses_all(others: list[str]) -> None:
    found = refused("https://x.example", resolve=names(PUBLIC, PUBLIC6, *others))
    assert found == ["WEBHOOK_ADDRESS"]


def test_plain_http_is_for_listed_networks_only() -> None:
    assert refused("http://x.example", resolve=names(PUBLIC)) == ["WEBHOOK_PLAIN"]
    assert refused("http://x.example", OFFICE, names(PUBLIC)) == ["WEBHOOK_PLAIN"]
    assert refused("http://x.example", OFFICE, names("10.1.2.3", PUBLIC)) == ["WEBHOOK_PLAIN"]
    assert refused("http://x.example", OFFICE, names("10.1.2.3")) == []
    assert refused("http://x.example", OFFICE, names("192.168.1.1")) == ["WEBHOOK_ADDRESS"]
    assert target_of("http://10.1.2.3/in", read_networks(OFFICE), unasked).port == 80


@pytest.mark.parametrize(
    "resolve",
    [names(), names("no address"), names(""), lambda host, port: (_ for _ in ()).throw(OSError())],
    ids=["none", "nonsense", "blank", "error"],
)
def test_a_name_without_address_is_said_so(resolve: Callable[[str, int], Sequence[str]]) -> None:
    assert refused("https://x.example", resolve=resolve) == ["WEBHOOK_UNRESOLVED"]


def test_at_most_eight_addresses_are_tried_and_all_are_checked() -> None:
    many = [f"93.184.215.{number}" for number in range(200)]
    assert target_of("https://x.example", (), names(*many)).addresses == tuple(many[:8])


def test_what_is_refused_says_which_kind_it_is_in_both_languages() -> None:
    with pytest.raises(DataError) as caught:
        target_of("https://x.example", (), names("169.254.169.254"))
    (problem,) = caught.value.problems
    assert "链路本地地址" in problem.text("zh")
    assert "a link-local address" in problem.text("en")
    assert "169.254" not in str(problem)


def test_the_networks_of_the_setting() -> None:
    assert [str(one) for one in read_networks(" 10.0.0.0/8 , fd12::/16,, 192.168.1.7 ")] == [
        "10.0.0.0/8",
        "fd12::/16",
        "192.168.1.7/32",
    ]
    assert read_networks("") == ()
    with pytest.raises(DataError) as caught:
        read_networks("10.0.0.1/8,0.0.0.0/0,::/0,office,10.0.0.0/8,10.0.0.0/33")
    assert [(one.code, one.value) for one in caught.value.problems] == [
        ("WEBHOOK_NETWORKS", "10.0.0.1/8"),
        ("WEBHOOK_NETWORKS", "0.0.0.0/0"),
        ("WEBHOOK_NETWORKS", "::/0"),
        ("WEBHOOK_NETWORKS", "office"),
        ("WEBHOOK_NETWORKS", "10.0.0.0/33"),
    ]


@given(st.text(max_size=60), st.ip_addresses())
def test_whatever_is_written_or_resolved_is_accepted_or_refused_with_a_code(
    text: str, address: object
) -> None:
    for url in (text, f"https://{text}", f"http://{text}.example/{text}"):
        for code in refused(url, OFFICE, names(str(address))):
            assert code.startswith("WEBHOOK_")

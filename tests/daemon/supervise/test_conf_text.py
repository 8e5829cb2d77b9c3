"""The text of supervisord.conf."""

from __future__ import annotations

import random
import shlex

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.supervise.address import Address, candidate_ports, new_address
from damnit_daemon.supervise.conf_text import (
    configuration_text,
    is_ours,
    parse_address,
    quote_word,
)

ADDRESS = Address("max-exfl458.desy.de", 61234, "user", "secret")

OF_DAMNIT = """\
[supervisord]
logfile = %(here)s/supervisord.log

[inet_http_server]
port = 33445
username = abc
password = def

[program:damnit]
command = damnit listen .

[supervisorctl]
serverurl = http://max-exfl458:33445
username = abc
password = def
"""


def test_address_is_parsed_from_written_conf():
    text = configuration_text(ADDRESS, ["python", "-m", "x"], umask=0o007)

    assert parse_address(text) == ADDRESS
    assert is_ours(text)
    assert "umask=007\n" in text
    assert "port=max-exfl458.desy.de:61234\n" in text


def test_address_is_parsed_from_conf_of_damnit():
    assert parse_address(OF_DAMNIT) == Address("max-exfl458", 33445, "abc", "def")
    assert not is_ours(OF_DAMNIT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage \0",
        "[supervisorctl",
        "[supervisorctl]\n",
        "[supervisorctl]\nserverurl=unix:///tmp/supervisor.sock\n",
        "[supervisorctl]\nserverurl=http://host:99999999\n",
        "[supervisorctl]\nserverurl=http://host\n",
        "[supervisorctl]\nserverurl=http://[host:1\n",
    ],
)
def test_damaged_conf_has_no_address(text):
    assert parse_address(text) is None


@pytest.mark.parametrize("word", ["a b", "it's", "50%", "a ;b #c", "ü", "-x", "", "a'' ; '#"])
def test_quoted_word_survives_supervisord_and_shell_syntax(word):
    quoted = quote_word(word)

    assert not any(start in quoted for start in (" ;", " #"))  # comments for supervisord
    assert shlex.split(quoted % {}) == [word]


def test_word_with_line_break_is_refused():
    with pytest.raises(DamnitError, match="cannot handle"):
        quote_word("a\nautostart=false")


def test_credentials_are_long_unique_and_hidden():
    one, other = new_address("host", 1), new_address("host", 1)

    assert {len(one.password), len(other.password)} == {64}
    assert one.password != other.password
    assert one.username != other.username
    assert one.password not in repr(one)
    assert one.password not in one.url


def test_candidate_ports_are_in_random_order_without_repeats():
    ports = list(candidate_ports(random.Random(1)))

    assert len(set(ports)) == len(ports)
    assert ports[:3] != sorted(ports)[:3]
    assert min(ports) >= 61_000
    assert max(ports) <= 65_535

"""The reports of the benchmark; what it measures is not tested."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from bench.growth import growth
from bench.report import BEGIN, END, as_table, compared, load, save, write_page
from bench.results import beside, within


@pytest.fixture
def results():
    rounds = {"ours": [1.0, 2.0, 9.0], "limit": [1.0, 1.0, 3.0], "peer": [10.0, 10.0, 30.0]}
    return [beside("print", rounds, "s", 1.5), within("memory", 60.0, "MB", 65.0)]


def shown(table):
    console = Console(file=StringIO(), width=200)
    console.print(table)
    return console.file.getvalue()


def test_ratios_are_medians_of_pairs_measured_in_turn(results):
    print_csv = results[0]
    assert (print_csv.value, print_csv.baseline, print_csv.peer) == (2.0, 1.0, 10.0)
    assert print_csv.ratio == 2.0
    assert print_csv.peer_ratio == 0.2
    assert print_csv.ok is False
    assert "10 s" in shown(as_table(results))


def test_results_without_peer_or_limit_leave_these_columns_empty():
    alone = beside("print", {"ours": [1.0]}, "s", 1.5)
    assert (alone.ok, alone.peer, alone.peer_ratio) == (None, None, None)
    assert "DAMNIT" in shown(as_table([alone]))


def test_page_is_written_from_saved_results(results, tmp_path):
    source, page = tmp_path / "bench.json", tmp_path / "page.md"
    save(results, source)
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write_page(source, page)
    write_page(source, page)

    text = page.read_text()
    assert load(source) == results
    assert text.startswith(f"before\n{BEGIN}\n| what |")
    assert text.endswith(f"{END}\nafter\n")
    assert "| print | 2 s | 1 s | 2.00 | ≤ 1.5 | ✗ | 10 s | 0.200 |\n" in text
    assert "old" not in text


def test_comparison_has_ratios_to_earlier_results_of_the_same_names(results):
    earlier = beside("print", {"ours": [4.0], "limit": [1.0]}, "s")
    text = shown(compared(results, [earlier]))
    assert "0.50" in text
    assert "memory" not in text


def test_growth_names_its_exponent():
    assert growth("print", 0.1, 1.0, "s").name.endswith("exponent 1.00")
    assert growth("print", 0.1, 0.1, "s").name.endswith("exponent 0.00")

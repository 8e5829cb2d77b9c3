"""Snapshots of filters, sort orders and columns. Look at a new one before keeping it."""

import pytest
from textual.widgets import Input

from damnit_daemon.model import VariableInfo
from damnit_daemon.store import update_computed_variables

from ..conftest import VARIABLES, at_rest, database_of, key, make_app, settle, until

FOLDER = "/gpfs/exfel/exp/MID/202601/p001234/usr/Shared/amore"
SIZES = pytest.mark.parametrize("size", [(130, 34), (80, 24)], ids=["wide", "small"])


@pytest.fixture
def snap(snap_compare):
    def compare(folder, before, size=(130, 34)):
        app = make_app(folder, shown_path=FOLDER)

        async def run_before(pilot):
            await settle(pilot)
            await until(pilot, lambda: app.main_screen.status.work.is_known)
            await before(pilot)
            await at_rest(pilot)

        return snap_compare(app, terminal_size=size, run_before=run_before)

    return compare


async def type_filter(pilot, text):
    await pilot.press("slash")
    typed = pilot.app.main_screen.query_one(Input)
    typed.value = text
    await pilot.press("end")
    await pilot.pause(0.5)


@pytest.mark.extended
@SIZES
def test_filtered_and_sorted_table(snap, folder, size):
    async def before(pilot):
        await type_filter(pilot, "ratio > 0.97 not is:skipped")
        await pilot.press("enter")
        pilot.app.main_screen.table.move_to(name="agipd.hits")
        await pilot.press("s")

    assert snap(folder, before, size)


@pytest.mark.extended
@SIZES
def test_filter_prompt_while_typing(snap, folder, size):
    async def before(pilot):
        await type_filter(pilot, "ratio > 0.99 xgm")

    assert snap(folder, before, size)


@pytest.mark.extended
@SIZES
def test_filter_prompt_with_a_mistake(snap, folder, size):
    async def before(pilot):
        await type_filter(pilot, "ratio > 0.99 xmg = 5")

    assert snap(folder, before, size)


@pytest.mark.extended
def test_command_line_with_completion(snap, folder):
    async def before(pilot):
        await pilot.press("colon")
        await pilot.press(*"sort -r", "tab", "tab")

    assert snap(folder, before, (80, 24))


@pytest.mark.extended
@SIZES
def test_columns_dialog(snap, folder, size):
    async def before(pilot):
        await pilot.press("c", "j", "j", "space", "space", "p", "J")

    assert snap(folder, before, size)


@pytest.mark.extended
def test_columns_dialog_searching_three_thousand_columns(snap, folder):
    with database_of(folder).writing() as con:
        many = [VariableInfo(f"v{n}", f"Many/V {n}") for n in range(3000)]
        update_computed_variables(con, [*VARIABLES, *many])

    async def before(pilot):
        await pilot.press("c", "slash")
        await pilot.press(*"many 29")

    assert snap(folder, before, (80, 24))


@pytest.mark.extended
def test_tags_dialog(snap, folder):
    with database_of(folder).writing() as con:
        tagged = [v._replace(tags=(v.name.partition(".")[0],)) for v in VARIABLES[:5]]
        update_computed_variables(con, [*tagged, *VARIABLES[5:]])

    async def before(pilot):
        await pilot.press("t", "j", "space")

    assert snap(folder, before, (80, 24))


@pytest.mark.extended
def test_value_filter_dialog(snap, folder):
    async def before(pilot):
        pilot.app.main_screen.table.move_to(key(412), "comment")
        await pilot.press("vertical_line", "space")

    assert snap(folder, before, (80, 24))


@pytest.mark.extended
def test_range_filter_dialog(snap, folder):
    from ..conftest import add_run

    for run in range(360, 380):
        add_run(folder, run)

    async def before(pilot):
        pilot.app.main_screen.table.move_to(key(412), "ratio")
        await pilot.press("vertical_line")
        await pilot.press(*"0.9", "down", *"x", "enter")

    assert snap(folder, before, (80, 24))

from damnit_tui import keymap
from damnit_tui.app import DamnitApp
from damnit_tui.screens.help import HelpScreen
from damnit_tui.screens.inspect import InspectScreen
from damnit_tui.screens.main import MainScreen
from damnit_tui.table.widget import RunTable

OWNERS = {
    "table": (RunTable,),
    "main": (MainScreen,),
    "app": (DamnitApp,),
    "dialog": (HelpScreen, InspectScreen),
    "inspect": (InspectScreen,),
}


def test_ids_are_unique():
    ids = [key.id for key in keymap.KEYS]
    assert len(ids) == len(set(ids))


def test_no_key_means_two_things_on_the_main_screen():
    keys = [
        k
        for key in keymap.KEYS
        if key.owner in {"table", "main", "app"}
        for k in key.keys.split(",")
    ]
    assert len(keys) == len(set(keys))


def test_every_key_has_an_action_where_it_belongs():
    for key in keymap.KEYS:
        name = f"action_{key.action.split('(')[0]}"
        for owner in OWNERS[key.owner]:
            assert hasattr(owner, name), f"{owner.__name__} has no {name}"


def test_every_binding_has_a_tooltip_and_an_id():
    for owner in OWNERS:
        for binding in keymap.bindings(owner):
            assert binding.tooltip
            assert binding.id


def test_the_help_has_every_key_of_the_main_screen():
    told = {text for section in keymap.HELP_SECTIONS for _, text in keymap.help_lines(section)}
    assert told == {k.text for k in keymap.KEYS if k.owner in {"table", "main", "app"}}

"""Permissions of owner, group member, reader and stranger, tested as real users."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.paths import DamnitFolder
from tests.daemon.builders import cells
from tests.daemon.daemon_process import wait_until
from tests.pipeline.terminal import Terminal, need_tmux
from tests.processes import is_running

from .users import User, need_other_users

pytestmark = [pytest.mark.extended, pytest.mark.timeout(300)]

TEAM = 54399
OWNER = User("owner", 54321, (54321, TEAM))
MEMBER = User("member", 54322, (54322, TEAM))
READER = User("reader", 54323, (54323,))
"""Whom only an access control list lets in."""
STRANGER = User("stranger", 54324, (54324,))
COLLEAGUE = User("colleague", 54325, (54325, 54321))
"""In the owner's own group, which new files have in a folder that does not pass on its own."""

DAMNIT = str(Path(sys.executable).with_name("damnit-daemon"))
CONF = "supervisord.conf"

CONTEXT = """\
from damnit_ctx import Variable

@Variable
def square(run, number: "meta#run_number"):
    print("squared")
    return number ** 2
"""

OPEN_ALL = """\
import json, os, sys
found = {}
for path in sys.stdin.read().split("\\0"):
    rights = ""
    for letter, flag in (("r", os.O_RDONLY), ("w", os.O_WRONLY)):
        try:
            if os.path.isdir(path):
                allowed = os.access(path, os.R_OK if letter == "r" else os.W_OK)
            else:
                os.close(os.open(path, flag | os.O_NONBLOCK))
                allowed = True
        except OSError:
            allowed = False
        rights += letter if allowed else ""
    found[path] = rights
print(json.dumps(found))
"""

EDIT = """\
import sys
from pathlib import Path
from damnit_daemon.edit import Editor
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import ValueEdit
editor = Editor(DamnitFolder(Path.cwd()))
editor.set_values([ValueEdit(RunKey(1234, 1), "comment", None, "seen")])
editor.close()
sys.exit(editor.problem or 0)
"""


class Site:
    """A proposal whose DAMNIT folder is the owner's, and the daemon that they started in it."""

    def __init__(self, place: Path, mode: int, *, reader: bool) -> None:
        self.proposal = make_proposal(place / "exfel")
        for run in (1, 2):
            write_run(self.proposal, run, camera=False)
        for path in place.rglob("*"):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        self.folder = DamnitFolder(self.proposal.damnit_folder)
        self.folder.path.mkdir(parents=True, exist_ok=True)
        self.group = TEAM if mode & stat.S_ISGID else OWNER.groups[0]
        os.chown(self.folder.path, OWNER.number, self.group)
        self.folder.path.chmod(mode)
        if reader:
            give_reader(self.folder.path)

    def run(self, user, *words, umask=0o022):
        root = {"EXTRA_DATA_DATA_ROOT": str(self.proposal.root)}
        cwd = self.folder.path if user is OWNER else Path("/")
        return user.run(DAMNIT, "--in", str(self.folder.path), *words, cwd=cwd, umask=umask, **root)

    def start(self):
        """All that the owner does, with an umask that suits nobody else."""
        self.folder.context_file.write_text(CONTEXT)
        self.folder.context_file.chmod(self.folder.path.stat().st_mode & 0o666)
        os.chown(self.folder.context_file, OWNER.number, self.group)
        self.check(OWNER, "proposal", "1234", umask=0o077)
        self.check(OWNER, "db-config", "trigger", "watch", umask=0o077)
        self.check(OWNER, "db-config", "watch_settle_s", "0", umask=0o077)
        self.check(OWNER, "db-config", "watch_backfill", "all", umask=0o077)
        self.check(OWNER, "db-config", "context_python", sys.executable, umask=0o077)
        self.check(OWNER, "start", umask=0o077)
        self.until_value(1)
        self.until_value(2)

    def check(self, user, *words, umask=0o022):
        done = self.run(user, *words, umask=umask)
        assert done.returncode == 0, (user.name, words, done.stdout, done.stderr)
        return done.stdout

    def until_value(self, run):
        wait_until(lambda: cells(self.folder, run).get("square") == run**2, timeout_s=100)

    def log_tail(self):
        return (self.folder.path / "amore.log").read_text()[-3000:]

    def daemon(self):
        """Process of the daemon, and of its supervisord."""
        parent = int((self.folder.path / "supervisord.pid").read_text())
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return int(children[0]), parent

    def family(self):
        """Both, and all that descends from them."""
        found, new = [], [self.daemon()[1]]
        while new:
            pid = new.pop()
            found.append(pid)
            try:
                text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            except OSError:
                continue
            new += map(int, text.split())
        return found

    def entries(self):
        """The folder and everything in it but what SQLite and HDF5 have for a moment."""
        return [self.folder.path, *sorted(self.folder.path.rglob("*"))]

    def rights(self, user):
        """What a user can open, by the path below the folder."""
        paths = "\0".join(map(str, self.entries()))
        done = subprocess.run(
            user.command(sys.executable, "-I", "-S", "-c", OPEN_ALL),
            input=paths, cwd="/", capture_output=True, text=True, check=True,
        )  # fmt: skip
        found = json.loads(done.stdout)
        return {os.path.relpath(path, self.folder.path): given for path, given in found.items()}

    def close(self):
        self.run(OWNER, "stop")


def give_reader(folder):
    """Let one more person look, here and in all that is made here."""
    for default in ((), ("-d",)):
        words = ["setfacl", *default, "-m", f"u:{READER.number}:r-x", str(folder)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"this file system has no access control lists: {done.stderr}")


@pytest.fixture
def site():
    """Make a site on a path that everybody may enter; the daemon ends with the test."""
    need_other_users()
    place = Path(tempfile.mkdtemp(prefix="access-"))
    place.chmod(0o755)
    made = []

    def make(mode, *, reader=False):
        if reader and not shutil.which("setfacl"):
            pytest.skip("there is no setfacl")
        made.append(Site(place, mode, reader=reader))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.close()
    shutil.rmtree(place)


def look_with_app(site, user):
    """Open the app as a user, and leave it."""
    need_tmux()
    home = Path(tempfile.mkdtemp(prefix="home-"))
    os.chown(home, user.number, user.groups[0])
    try:
        environment = {"HOME": str(home), "USER": user.name, "LOGNAME": user.name}
        environment |= {"AMORE_BROKER": "none", "DAMNIT_TUI_TOUR": "off"}
        program = str(Path(sys.executable).with_name("damnit-tui"))
        command = user.command(program, str(site.folder.path))
        with Terminal(command, environment, home) as terminal:
            terminal.wait_for(
                lambda screen: any(line.endswith(" 4") for line in screen.splitlines())
            )
            terminal.press("q")
            terminal.exit_code()
    finally:
        shutil.rmtree(home)


def private(rights):
    """Files that are nobody's but their owner's, as far as the others can tell."""
    return {name for name, given in rights.items() if "r" not in given}


def stopped_by(site, user):
    """Whether a user ends the daemon by what the command and the system let them do."""
    before = site.family()
    for pid in before:
        done = user.run("kill", "-TERM", str(pid), cwd=Path("/"))
        assert done.returncode != 0, f"{user.name} killed {pid}"
        assert user.run("cat", f"/proc/{pid}/environ", cwd=Path("/")).returncode != 0
    site.run(user, "stop")
    return not is_running(before[0])


@pytest.mark.parametrize("mode", [0o2770, 0o2775], ids=["2770", "2775"])
def test_group_member_processes_and_stops_daemon_where_group_can_write(site, mode):
    it = site(mode)
    password = password_of(it)
    done = it.run(MEMBER, "status")
    assert done.returncode == 0, done.stdout + done.stderr
    it.check(MEMBER, "reprocess", "1", "--watch")
    it.check(MEMBER, "reprocess", "2", "--direct", umask=0o077)
    done = MEMBER.run(sys.executable, "-c", EDIT, cwd=it.folder.path, umask=0o077)
    assert (done.returncode, cells(it.folder)["comment"]) == (0, "seen"), done.stderr
    look_with_app(it, MEMBER)
    it.check(OWNER, "reprocess", "1", "2", "--watch")

    strangers, members, owners = (it.rights(user) for user in (STRANGER, MEMBER, OWNER))
    assert set(members) == {name for name, given in members.items() if "r" in given}
    assert {name for name, given in members.items() if "w" not in given} == {CONF}
    # What a member made the owner's daemon can go on with, too.
    assert {name for name, given in owners.items() if given != "rw"} == set()
    if mode & 0o007:
        assert private(strangers) == {CONF}
    else:
        assert not any(strangers.values())
    assert not [name for name, given in strangers.items() if "w" in given]
    bits = mode & 0o777
    for path in it.entries():
        about = path.lstat()
        assert about.st_gid == it.group, path
        assert stat.S_IMODE(about.st_mode) & 0o777 & ~bits == 0, path
    for pid in it.family():
        assert password not in Path(f"/proc/{pid}/cmdline").read_text()
        assert password not in Path(f"/proc/{pid}/environ").read_text()

    assert not stopped_by(it, STRANGER)
    assert it.run(STRANGER, "reprocess", "1").returncode != 0
    assert it.run(OWNER, "status").returncode == 0
    assert stopped_by(it, MEMBER)


@pytest.mark.parametrize(
    ("mode", "user"),
    [(0o750, COLLEAGUE), (0o2750, MEMBER), (0o2770, READER), (0o2775, READER)],
    ids=["0750", "2750", "2770-acl", "2775-acl"],
)
def test_user_without_write_access_changes_and_stops_nothing(site, mode, user):
    it = site(mode, reader=user is READER)
    it.check(OWNER, "reprocess", "1", "--watch")
    look_with_app(it, user)
    rights = it.rights(user)
    assert {name for name, given in rights.items() if "w" in given} == set()
    assert private(rights) == {CONF}
    if not mode & 0o007:
        assert not any(it.rights(STRANGER).values())

    assert it.run(user, "status").returncode == 0  # by the lease, without the password
    before = sorted(path.name for path in it.entries())
    for words in (
        ["reprocess", "1"],
        ["cancel", "1"],
        ["db-config", "trigger", "none"],
        ["combine"],
    ):
        done = it.run(user, *words)
        assert done.returncode != 0, (words, done.stdout)
        assert "Traceback" not in done.stderr
    done = user.run(sys.executable, "-c", EDIT, cwd=it.folder.path)
    assert done.returncode != 0
    assert "comment" not in cells(it.folder)
    assert not stopped_by(it, user)
    assert not stopped_by(it, STRANGER)
    assert sorted(path.name for path in it.entries()) == before
    assert it.run(OWNER, "status").returncode == 0


def password_of(site):
    """The secret of the control port."""
    lines = (site.folder.path / CONF).read_text().splitlines()
    (password,) = {line.partition("=")[2].strip() for line in lines if line.startswith("password")}
    assert len(password) > 20
    return password

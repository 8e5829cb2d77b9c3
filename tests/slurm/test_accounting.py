"""The Slurm client with accounting and a controller that forgets jobs at once."""

from __future__ import annotations

import getpass

import pytest

from damnit_daemon.slurm import Fate, Resources, SlurmId, SubmissionRefused, explain, slurm_settings
from damnit_daemon.slurm.resource_defaults import choose_resources

from .abnormal_ends import end_in_every_way
from .fixtures import CLUSTER_NAME, client_of
from .jobs import cancel, poll_until, submission, wait_over

pytestmark = pytest.mark.extended

ASKED = Resources(time="00:01:00", memory="200M")


@pytest.fixture(scope="module")
def ended(accounted_slurm, tmp_path_factory):
    client = client_of(accounted_slurm)
    jobs = end_in_every_way(accounted_slurm, client, tmp_path_factory.mktemp("jobs"))

    def controller_forgot(job):
        return not accounted_slurm.run("scontrol", "show", "job", job, check=False)

    ids = [each.status.id for each in jobs.values()]
    poll_until(client, ids, lambda _: all(controller_forgot(each.id) for each in ids))
    again = client.poll(ids)
    return {name: type(each)(each.submission, again[each.status.id]) for name, each in jobs.items()}


@pytest.mark.parametrize(
    ("name", "fate", "sentence"),
    [
        ("done", Fate.DONE, "It has ended."),
        ("failed", Fate.FAILED, "ended with exit code 3 on n1"),
        ("crashed", Fate.FAILED, "killed by SIGSEGV on n1"),
        ("unwritable", Fate.REFUSED, "could not be started on n1"),
        ("cancelled", Fate.CANCELLED, f"was cancelled in Slurm by {getpass.getuser()}"),
        ("memory", Fate.OUT_OF_MEMORY, "it needed more than the requested 200M"),
        ("time", Fate.OUT_OF_TIME, "exceeded its time limit of 00:01:00"),
        ("node", Fate.LOST, "The node n2 failed while the job was running."),
    ],
)
def test_end_of_forgotten_job_is_explained_from_accounting(ended, name, fate, sentence):
    status = ended[name].read
    assert status.fate is fate
    assert sentence in explain(status, ASKED)


def test_forgotten_submission_is_found_in_accounting(ended, accounted_client):
    done = ended["done"]
    assert accounted_client.find_by_comment(done.submission.comment) == SlurmId(done.status.id.id)
    named = accounted_client.find_by_comment(done.submission.comment, [CLUSTER_NAME])
    assert named == SlurmId(done.status.id.id, CLUSTER_NAME)
    assert accounted_client.find_by_comment("damnit-nobody") is None


def test_dedicated_job_is_submitted_to_the_named_cluster(accounted_client, tmp_path):
    info = accounted_client.describe()
    assert (info.name, info.has_accounting, info.known_clusters) == (
        CLUSTER_NAME,
        True,
        (CLUSTER_NAME,),
    )
    resources = choose_resources(slurm_settings({}), accounted_client, dedicated=True)
    assert resources.clusters == CLUSTER_NAME
    array = accounted_client.submit(submission(tmp_path, "true", array_size=3, resources=resources))
    assert array.cluster == CLUSTER_NAME
    ids = [array.task(index) for index in range(3)]
    assert {status.fate for status in wait_over(accounted_client, *ids)} == {Fate.DONE}


def test_shared_job_names_no_cluster_without_a_shared_cluster(accounted_client):
    assert choose_resources(slurm_settings({}), accounted_client, dedicated=False).clusters == ""


def test_one_poll_covers_jobs_with_and_without_cluster(accounted_client, tmp_path):
    here = accounted_client.submit(submission(tmp_path, "sleep 60"))
    named = Resources(clusters=CLUSTER_NAME)
    there = accounted_client.submit(submission(tmp_path, "sleep 60", resources=named))
    unknown = SlurmId("99999", CLUSTER_NAME)
    found = accounted_client.poll([here, there, unknown])
    assert [found[each].fate is Fate.GONE for each in (here, there, unknown)] == [
        False,
        False,
        True,
    ]
    cancel(accounted_client, here, there)
    wait_over(accounted_client, here, there)


def test_submission_to_unknown_cluster_is_refused(accounted_client, tmp_path):
    with pytest.raises(SubmissionRefused, match=r"no cluster of that name.*slurm_clusters none"):
        accounted_client.submit(
            submission(tmp_path, "true", resources=Resources(clusters="solaris"))
        )

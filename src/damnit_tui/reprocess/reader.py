"""Read the inputs of a plan, and the Slurm commands it becomes, for the reprocess dialog."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey

from ..data.context_file import read_context_file
from ..data.dry_run import DryRun, DryRunCancelled
from ..data.session import Session
from .inputs import load_changed, load_facts
from .plan import Plan, PlanInputs
from .slurm_preview import slurm_lines


class PlanReader:
    """Read database, ledger and context file of one folder; for workers only."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._folder = session.folder

    def inputs(self, keys: Collection[RunKey]) -> PlanInputs:
        """Load the inputs of a plan; what cannot be read is left out."""
        return load_facts(self._session.database, self._session.ledger(), keys)

    def with_changed(
        self, facts: PlanInputs, keys: Collection[RunKey], should_continue: Callable[[], bool]
    ) -> PlanInputs:
        """Add the variables that the context file computes differently now; takes seconds."""
        trial = DryRun(self._folder, should_continue=should_continue)
        try:
            return load_changed(trial, self._context(), self._session.database, facts, keys)
        except DamnitError as error:
            return replace(facts, problem=error.message)
        except DryRunCancelled:
            return facts

    def slurm_commands(self, plan: Plan, should_continue: Callable[[], bool]) -> tuple[str, ...]:
        """Preview the commands that submit a plan's jobs; takes seconds.

        Raises:
            DamnitError: If the context file does not load, or Slurm cannot be asked.
        """
        trial = DryRun(self._folder, should_continue=should_continue)
        try:
            return slurm_lines(plan, self._folder, trial, self._context())
        except DryRunCancelled:
            return ()

    def _context(self) -> str:
        return read_context_file(self._folder.context_file).text

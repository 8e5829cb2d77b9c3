"""Fields of the metadata catalogue (MyMdC) for `mymdc#` arguments.

Servers, headers and paths are those that `extra_proposal` and DAMNIT use:
credentials lie in `<proposal>/usr/mymdc-credentials.yml`; where they do not, a
service of the facility is asked to write them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

CREDENTIALS = Path("usr/mymdc-credentials.yml")
TOKEN_SERVICE = "https://exfldadev01.desy.de/zwop/api/write_tokens"
TOKEN_SERVICE_VARIABLE = "DAMNIT_MYMDC_TOKEN_SERVICE"
TIMEOUT_S = 10.0


class MyMdcError(RuntimeError):
    """The catalogue did not give what was asked for; the message says why."""


class MyMdc:
    """What the catalogue says of one run; each answer is asked for once."""

    def __init__(
        self, proposal: int, run: int, proposal_path: Path, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._proposal = proposal
        self._run = run
        self._proposal_path = proposal_path
        self._timeout_s = timeout_s
        self._answers: dict[str, dict[str, Any] | MyMdcError] = {}
        self._credentials: tuple[str, str] | None = None

    def field(self, name: str) -> Any:
        """One of `run_type` (str), `sample_name` (str), `techniques` (list of dicts).

        Raises:
            MyMdcError: If the catalogue cannot be reached, refuses, or knows no such run.
        """
        if name == "techniques":
            return self._fetch(f"runs/{self._record()['id']}")["techniques"]
        if name == "sample_name":
            return self._fetch(f"samples/{self._record()['sample_id']}")["name"]
        if name == "run_type":
            return self._fetch(f"experiments/{self._record()['experiment_id']}")["name"]
        raise MyMdcError(f"MyMdC has no field {name!r}")

    def _record(self) -> dict[str, Any]:
        answer = self._fetch(f"proposals/by_number/{self._proposal}/runs/{self._run}")
        runs = answer.get("runs")
        if not runs:
            raise MyMdcError(f"MyMdC knows no run {self._run} of proposal {self._proposal}")
        record: dict[str, Any] = runs[0]
        return record

    def _fetch(self, path: str) -> dict[str, Any]:
        if path not in self._answers:
            try:
                self._answers[path] = self._ask(path)
            except MyMdcError as error:
                self._answers[path] = error  # so that the next variable does not wait again
        answer = self._answers[path]
        if isinstance(answer, MyMdcError):
            raise answer
        return answer

    def _ask(self, path: str) -> dict[str, Any]:
        if self._credentials is None:
            self._credentials = self._read_credentials()
        server, token = self._credentials
        headers = {"X-API-key": token, "Accept": "application/json; version=1"}
        answer = self._request("GET", f"{server}/api/mymdc/{path}", headers=headers)
        if not isinstance(answer, dict):
            raise MyMdcError(f"MyMdC's answer for {path} is not what it should be: {answer!r:.80}")
        return answer

    def _read_credentials(self) -> tuple[str, str]:
        import yaml

        path = self._proposal_path / CREDENTIALS
        if not path.is_file():
            self._have_credentials_written()
        try:
            parsed = yaml.safe_load(path.read_text())
            return str(parsed["server"]).rstrip("/"), str(parsed["token"])
        except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
            raise MyMdcError(
                f"The MyMdC credentials in {path} cannot be read ({type(error).__name__}: {error})"
            ) from error

    def _have_credentials_written(self) -> None:
        service = os.environ.get(TOKEN_SERVICE_VARIABLE, TOKEN_SERVICE)
        form = {
            "proposal_no": str(self._proposal),
            "kinds": "mymdc",
            "overwrite": "false",
            "dry_run": "false",
        }
        self._request("POST", service, data=form)

    def _request(self, method: str, url: str, **kwargs: Any) -> Any:
        import requests

        try:
            response = requests.request(method, url, timeout=self._timeout_s, **kwargs)
            response.raise_for_status()
            if method == "GET":
                return response.json()
        except requests.Timeout:
            raise MyMdcError(f"MyMdC did not answer within {self._timeout_s:g} s ({url})") from None
        except requests.ConnectionError:  # its text is three nested reprs
            raise MyMdcError(f"MyMdC cannot be reached at {url}") from None
        except (requests.RequestException, ValueError) as error:
            raise MyMdcError(f"MyMdC's answer is none: {error}") from None
        return None

"""Fields of the metadata catalogue (MyMdC) for `mymdc#` arguments.

Servers, headers and paths are those of `extra_proposal` and DAMNIT:
credentials are in `<proposal>/usr/mymdc-credentials.yml`; if they are missing, a
service of the facility is asked to write them.
"""

from __future__ import annotations

import json
import os
import re
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .secret import Secret

if TYPE_CHECKING:
    import requests

CREDENTIALS = Path("usr/mymdc-credentials.yml")
TOKEN_SERVICE = "https://exfldadev01.desy.de/zwop/api/write_tokens"
TOKEN_SERVICE_VARIABLE = "DAMNIT_MYMDC_TOKEN_SERVICE"
TIMEOUT_S = 10.0
TOKEN_HEADER = "X-API-key"
MOST_BYTES = 4_000_000
"""Maximum size of a response; a run's is a few kB."""
MOST_CREDENTIALS = 65536
_TOKEN = re.compile(r"[!-~]+")
"""Characters allowed in a header."""


class MyMdcError(RuntimeError):
    """A catalogue request failed; the message has the reason, without secrets."""


class Credentials(NamedTuple):
    """Contents of the proposal's credentials file."""

    server: Secret
    """Its address may contain a user and a password."""
    token: Secret


class MyMdc:
    """The catalogue entry of one run; each response is cached."""

    def __init__(
        self, proposal: int, run: int, proposal_path: Path, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._proposal = proposal
        self._run = run
        self._proposal_path = proposal_path
        self._timeout_s = timeout_s
        self._answers: dict[str, dict[str, Any] | MyMdcError] = {}
        self._credentials: Credentials | None = None

    def field(self, name: str) -> Any:
        """Return `run_type` (str), `sample_name` (str) or `techniques` (list of dicts).

        Raises:
            MyMdcError: If the catalogue cannot be reached, refuses, or does not have the run.
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
        headers = {TOKEN_HEADER: token.reveal(), "Accept": "application/json; version=1"}
        url = Secret(f"{server.reveal()}/api/mymdc/{path}")
        answer = self._request("GET", url, headers=headers)
        if not isinstance(answer, dict):
            raise MyMdcError(
                f"MyMdC's response for {path} is a {type(answer).__name__}, not an object"
            )
        return answer

    def _read_credentials(self) -> Credentials:
        path = self._proposal_path / CREDENTIALS
        if not path.is_file():
            self._have_credentials_written()
        try:
            with path.open("rb") as file:
                text = file.read(MOST_CREDENTIALS)
        except OSError as error:
            raise MyMdcError(
                f"The MyMdC credentials in {path} cannot be read: {error.strerror}"
            ) from None
        try:
            return parse_credentials(text)
        except MyMdcError as error:
            raise MyMdcError(f"The MyMdC credentials in {path} cannot be used: {error}") from None

    def _have_credentials_written(self) -> None:
        service = os.environ.get(TOKEN_SERVICE_VARIABLE, TOKEN_SERVICE)
        form = {
            "proposal_no": str(self._proposal),
            "kinds": "mymdc",
            "overwrite": "false",
            "dry_run": "false",
        }
        self._request("POST", Secret(service), data=form)

    def _request(self, method: str, url: Secret, **kwargs: Any) -> Any:
        """Send a request; return the JSON response of a GET.

        Error messages of `requests` contain addresses and headers: none of them is passed on.
        """
        import requests

        shown = address_without_user(url.reveal())
        deadline_s = time.monotonic() + self._timeout_s
        try:
            with (
                _session() as session,
                session.request(
                    method, url.reveal(), timeout=self._timeout_s, stream=True, **kwargs
                ) as response,
            ):
                status = response.status_code
                body = _read(response, deadline_s) if status < HTTPStatus.BAD_REQUEST else b""
        except requests.Timeout:
            raise MyMdcError(
                f"MyMdC did not respond within {self._timeout_s:g} s ({shown})"
            ) from None
        except requests.ConnectionError:
            raise MyMdcError(f"MyMdC cannot be reached at {shown}") from None
        except (requests.RequestException, ValueError) as error:
            raise MyMdcError(
                f"The request to MyMdC at {shown} failed ({type(error).__name__})"
            ) from None
        if status >= HTTPStatus.BAD_REQUEST:
            raise MyMdcError(f"MyMdC refused with status {_status(status)} ({shown})")
        if method != "GET":
            return None
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise MyMdcError(f"MyMdC's response is not JSON ({shown})") from None


def parse_credentials(text: bytes) -> Credentials:
    """Parse the credentials file.

    Raises:
        MyMdcError: If it is invalid; the message has the place, but none of the contents.
    """
    import yaml

    problem = ""
    parsed: Any = None
    try:
        parsed = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = f"line {mark.line + 1} is not YAML" if mark else "it is not YAML"
    if problem:  # raised here, so as not to chain YAML's error, which quotes the file
        raise MyMdcError(problem)
    if not isinstance(parsed, dict):
        raise MyMdcError("it has no lines `server: …` and `token: …`")
    server, token = (parsed.get(name) for name in ("server", "token"))
    if isinstance(token, int):
        token = str(token)
    if not isinstance(server, str) or not address_without_user(server):
        raise MyMdcError("its `server` is not an http or https address")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise MyMdcError("its `token` is not one word of ASCII characters")
    return Credentials(Secret(server.rstrip("/")), Secret(token))


def address_without_user(url: str) -> str:
    """Return an http address without user, password and query; empty if it is not valid."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or not _TOKEN.fullmatch(url):
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"


def _session() -> requests.Session:
    """Return a session that does not send the token when redirected to another host."""
    import requests

    class Session(requests.Session):
        def rebuild_auth(
            self, prepared_request: requests.PreparedRequest, response: requests.Response
        ) -> None:
            super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
            before, after = response.request.url, prepared_request.url
            if self.should_strip_auth(before, after):  # type: ignore[no-untyped-call]
                prepared_request.headers.pop(TOKEN_HEADER, None)

    return Session()


def _read(response: requests.Response, deadline_s: float) -> bytes:
    """Read a response with a limit on its size and duration."""
    import requests

    body = bytearray()
    for piece in response.iter_content(65536):
        body += piece
        if len(body) > MOST_BYTES:
            raise ValueError("too large")
        if time.monotonic() > deadline_s:
            raise requests.Timeout
    return bytes(body)


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)

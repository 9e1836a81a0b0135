# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""The API of one WPC: login, retries, pacing, paging, errors. Knows requests and tenacity, and nothing of Ansible.

"BEHAVIOUR n" in this collection names a section of docs/api-behaviour.md, where each fact about the API has its source.
Private to this collection.
"""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import datetime
import email.utils
import errno
import json
import math
import platform
import random
import re
import socket
import ssl
import threading
import time
import traceback
import warnings
from dataclasses import asdict, dataclass
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, TypeVar, Union
from urllib.parse import quote, quote_plus

from ._answer import CHECK_ADDRESS, EMPTY, HEAVIEST_LIST, JSON, NOTHING, PROFILE, TEXT, Answer, Body, Size, explain
from ._connection import Connection
from ._errors import (
    ApiError,
    CloudConnexaError,
    InvalidAnswer,
    InvalidInput,
    MissingObject,
    NoConnection,
    NotReady,
    OutOfTime,
    Refused,
    TooLarge,
    UncertainResult,
)
from ._session import READ, WRITE, Session, Turn, number, replenishment
from ._threads import within
from ._version import VERSION

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the process of a module shows none, and the controller's would show them to everybody
        import requests
        import tenacity

    IMPORT_ERROR = None
except Exception:  # noqa: BLE001 packages that do not fit together raise anything
    IMPORT_ERROR = traceback.format_exc()

T = TypeVar("T")

_PREFIX = "/api/v1"
_PAGE_SIZES = (1000, 100, 10)  # the API allows 1000; smaller ones only where a page grows too large
_MOST_PAGES = 1000  # 10,000 objects where the service gives no more than its default of 10 at a time
_LARGEST_ANSWER, _LARGEST_TEXT, _LARGEST_ERROR = 8 * 2**20, 2**20, 2**16  # bytes
_LIST_TRIES = 3
_FAULT_TRIES = 8  # calls spent on one request while the service or the line fails; about a minute of backoff
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds
_SHORTEST_PAUSE = 0.1  # seconds, whatever the service asks for
_MISSING = re.compile(r"not found|does not exist", re.IGNORECASE)  # BEHAVIOUR 4
_ACCEPT = {JSON: "application/json", TEXT: "text/plain, */*", PROFILE: "text/plain, */*", NOTHING: "*/*"}
_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}")

_LOGIN_REMEDY = (
    "Check client_id and client_secret and whether they have expired, whether the API is switched on for the WPC, and whether "
    "the credentials may do this from this address"
)
_UNREACHABLE = (errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH)


class Policy(NamedTuple):
    """When a request is sent again.

    statuses: answers that mean "later". repeatable: whether a request whose fate is unknown may simply be repeated. awaits: whether one
    that was accepted, but has no result yet, is repeated until it has. changes: whether a user has to know that it may have been executed.
    """

    statuses: FrozenSet[int]
    repeatable: bool
    awaits: bool
    changes: bool = True


REPEATABLE = Policy(frozenset({429, 500, 502, 503, 504}), repeatable=True, awaits=True)
HARMLESS = REPEATABLE._replace(changes=False)
REPLACING = REPEATABLE._replace(awaits=False)  # a look tells whether it has come about
CREATING = Policy(frozenset({429}), repeatable=False, awaits=False)  # only what was certainly not executed


@dataclass
class Usage:
    """What a task has cost so far: calls by kind, repeated calls, seconds spent waiting."""

    reads: int = 0
    writes: int = 0
    logins: int = 0
    retries: int = 0
    waited: float = 0.0


class Client:
    """Speaks to the API of one WPC.

    Every method raises a CloudConnexaError that a user can read: NoConnection, Refused, MissingObject, OutOfTime, ApiError;
    ``post`` and ``put`` raise UncertainResult where it is not known whether it was done, so that the caller has to look.
    A path is given in segments, which are quoted: ``client.put("networks", "routes", route_id, body={...})``.
    """

    def __init__(
        self,
        connection: Connection,
        session: Optional[Session] = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connection = connection
        self.usage = Usage()
        self._session = session or Session()
        self._given = connection.access_token  # comes before all others until it is refused
        self._sleep = sleep
        self._clock = clock
        self._secrets: Set[str] = set()
        self.hide(connection.client_secret, connection.access_token)
        if connection.client_secret:
            self.hide(base64.b64encode(f"{connection.client_id}:{connection.client_secret}".encode()).decode())
        self._agent = " ".join(filter(None, (f"openvpn.cloudconnexa/{VERSION}", connection.caller, f"python/{platform.python_version()}")))
        if not connection.validate_certs:
            warnings.filterwarnings("ignore", "Unverified HTTPS request")  # it was asked for
        self._lock = threading.Lock()
        self._waiting_until = 0.0
        self._thread = threading.local()  # a session of requests must not be shared between threads

    # calls

    def get(self, *path: str, query: Optional[Body] = None, expect: str = JSON) -> Any:
        """Read: the decoded JSON or the text."""
        return self._call("GET", path, query=query, expect=expect)[0]

    def post(
        self, *path: str, body: Optional[Body] = None, query: Optional[Body] = None, repeatable: bool = False, expect: str = JSON
    ) -> Any:
        """Create, or act; ``repeatable`` for an action that may be sent twice without harm. A text is awaited until there is one."""
        return self._call("POST", path, query=query, body=body, expect=expect, policy=REPEATABLE if repeatable else CREATING)[0]

    def put(self, *path: str, body: Union[Body, str, None] = None, expect: str = JSON) -> Any:
        """Replace or, without a body, act. A text body is sent as text/plain, as the settings want it (BEHAVIOUR 11)."""
        return self._call("PUT", path, body=body, expect=expect, policy=REPEATABLE if body is None else REPLACING)[0]

    def delete(self, *path: str) -> None:
        """Remove; an object that is already gone is fine (BEHAVIOUR 12)."""
        with contextlib.suppress(MissingObject):
            self._call("DELETE", path, expect=NOTHING, policy=REPEATABLE)

    def list(self, *path: str, query: Optional[Body] = None, paged: bool = True) -> List[Body]:
        """All objects of a list. Pages may change while they are read: it is then read again (BEHAVIOUR 2)."""
        if not paged:
            return self.objects(self.get(*path, query=query))
        sizes = iter(_PAGE_SIZES)
        size, tries = next(sizes), 0
        while tries < _LIST_TRIES:
            try:
                found = self._pages(path, query or {}, size)
            except TooLarge:
                size = next(sizes, 0)
                if not size:
                    raise
                continue
            if found is not None:
                return found
            tries += 1
        raise InvalidAnswer(f"the list /{'/'.join(path)} kept changing while it was read", "Run the task again when less is being changed")

    def login(self) -> Dict[str, Any]:
        """A new access token, as the token endpoint answers it; later calls use it."""
        identity, secret = self.connection.client_id, self.connection.client_secret
        if not (identity and secret):
            raise Refused(
                "the access token is not, or no longer, valid, and there are no credentials to get another one",
                "Give client_id and client_secret, or a new token of cloudconnexa_token",
                status=401,
            )

        # HTTP Basic and a JSON body keep the secret out of the address (BEHAVIOUR 1).
        def attempt() -> Any:
            self.usage.logins += 1
            body = {"grant_type": "client_credentials", "scope": "default"}
            answer = self._send("POST", ("oauth", "token"), body=body, auth=(identity.encode(), secret.encode()))
            self._check(answer)
            return answer.value(JSON)

        try:
            token = self._retry(attempt, HARMLESS)
        except CloudConnexaError as error:
            error.doing = "log in"
            if isinstance(error, ApiError) and error.status in (400, 404):  # how credentials are refused is not documented (BEHAVIOUR 1)
                error.remedy = _LOGIN_REMEDY
            raise
        if not isinstance(token, dict) or not isinstance(token.get("access_token"), str) or not _TOKEN.fullmatch(token["access_token"]):
            raise InvalidAnswer("the login was answered without an access token", "Check base_url or cloud_id")
        self.hide(token["access_token"])
        self._session.keep(token["access_token"])
        return token

    # waiting

    def afford(self, writes: int) -> None:
        """Raises OutOfTime where so many writes cannot be made within ``max_wait``, as far as the limits are known."""
        seconds, interval = self._forecast(writes)
        if seconds is None:
            return
        needed = self.usage.waited + seconds
        if needed > self.connection.max_wait:
            raise OutOfTime(
                f"the writes that are left ({writes}) have to wait {seconds:.0f} s at one in {interval:g} s, but max_wait allows "
                f"{self.connection.max_wait - self.usage.waited:.0f} s more" + ("" if self.usage.writes else "; nothing has been changed"),
                f"Set max_wait to {math.ceil(needed)} or more, or do less in one task",
            )

    def forecast(self, writes: int) -> Dict[str, Any]:
        """What the task would cost in all with so many writes to come; seconds that these would wait, None where that is not known."""
        seconds, _interval = self._forecast(writes)
        return {
            "reads": self.usage.reads,
            "writes": self.usage.writes + writes,
            "seconds": None if seconds is None else round(seconds, 3),
        }

    def _forecast(self, writes: int) -> Tuple[Optional[float], Optional[float]]:
        with self._session.budget(WRITE) as budget:
            return budget.forecast(writes, self._clock()), budget.interval

    def pause(self, seconds: float, within_max_wait: bool = True) -> None:
        """Wait; raises OutOfTime instead where ``max_wait`` does not allow it."""
        if seconds <= 0:
            return
        with self._lock:
            end, longer = self._clock() + seconds, self._longer(seconds)
            if within_max_wait and self.usage.waited + longer > self.connection.max_wait:
                raise OutOfTime(
                    f"the next call may be made only in {seconds:.0f} s, but of the {self.connection.max_wait:g} s that max_wait allows, "
                    f"{self.usage.waited:.0f} s are used",
                    "Raise max_wait, or do less in one task",
                    max_wait=True,
                )
            if within_max_wait:
                self._waiting_until = max(self._waiting_until, end)
                self.usage.waited += longer
        self._sleep(seconds)

    def _longer(self, seconds: float) -> float:
        """How much longer a pause makes the task wait: several threads may wait at the same time."""
        now = self._clock()
        return max(0.0, now + seconds - max(now, self._waiting_until))

    def now(self) -> float:
        """Seconds of the client's clock."""
        return self._clock()

    def read_interval(self) -> float:
        """Seconds between two reads that the service allows in the long run, 0 where unknown."""
        return self._session.budgets[READ].interval or 0.0

    def report(self) -> Dict[str, Any]:
        """What the task has cost, and the calls that are left by kind, None where the service has not told."""
        left = {kind: None if budget.level is None else max(0, int(budget.level)) for kind, budget in self._session.budgets.items()}
        return {**asdict(self.usage), "waited": round(self.usage.waited, 3), "remaining": left}

    def hide(self, *secrets: Optional[str]) -> None:
        """Keep these texts out of every message from now on, however they are quoted."""
        self._secrets.update(filter(None, secrets))

    # one request

    def _call(
        self,
        method: str,
        path: Sequence[str],
        query: Optional[Body] = None,
        body: Union[Body, str, None] = None,
        expect: str = JSON,
        policy: Policy = HARMLESS,
    ) -> Tuple[Any, Size]:
        """The decoded answer and its size, after as many tries as the policy allows."""
        kind = READ if method == "GET" else WRITE

        def attempt() -> Tuple[Any, Size]:
            turn = self._take_turn(kind)
            headers: Mapping[str, str] = {}
            status = 0
            self.hide(token)
            try:
                answer = self._send(method, path, query, body, _bearer(token), expect)
                headers, status = answer.headers, answer.status
            finally:
                with self._session.budget(kind) as budget:
                    budget.learn(headers, turn, self._clock())
                    if status == 429:
                        budget.close(self._limit_pause(headers) or 0.0, self._clock())
            self._check(answer)
            value = None if answer.status == 202 else answer.value(expect)
            if answer.status == 202 or (method == "POST" and expect in (TEXT, PROFILE) and not value):
                raise NotReady(
                    "the service has accepted the call but has no result yet",
                    "Try again later",
                    status=answer.status,
                    headers=answer.headers,
                )
            return value, answer.size

        token = self._given or self._session.token or self._renew(None)
        try:
            return self._retry(attempt, policy)
        except Refused as error:
            if error.status != 401:
                raise
            may_be_done = error.may_be_done
        # The token died. A 401 was not executed (BEHAVIOUR 3), so the call is repeated with a new one, once.
        self._given = ""
        try:
            token = self._renew(token)
            return self._retry(attempt, policy)
        except CloudConnexaError as error:
            error.may_be_done = error.may_be_done or may_be_done  # by an attempt before the token died
            raise

    def _renew(self, refused: Optional[str]) -> str:
        """A token that is not the refused one: what another caller got meanwhile, or that of a login."""
        began = self._clock()

        def pause(seconds: float) -> None:
            spent = self._clock() - began
            try:  # as long as one answer may take, it is no more waiting than a login of its own would be
                self.pause(seconds, within_max_wait=spent > 2 * self.connection.timeout)
            except OutOfTime:
                raise OutOfTime(
                    f"another task that shares the session has been logging in for {spent:.0f} s, and max_wait does not allow more waiting",
                    "Run the task again, or raise max_wait",
                ) from None

        with self._session.login(refused, pause) as token:
            return token or str(self.login()["access_token"])

    def _take_turn(self, kind: str) -> Turn:
        """Wait until the budget allows one more call of this kind, and count it. Raises OutOfTime."""
        with self._session.budget(kind) as budget:
            now = self._clock()
            turn = budget.reserve(now, 2 * self.connection.timeout)  # see _send
        try:
            self.pause(turn.due - now)
        except OutOfTime:
            with self._session.budget(kind) as budget:
                budget.release(turn, self._clock())
            raise
        with self._lock:
            self.usage.reads += kind == READ
            self.usage.writes += kind == WRITE
        return turn

    def _send(
        self,
        method: str,
        path: Sequence[str],
        query: Optional[Body] = None,
        body: Union[Body, str, None] = None,
        auth: Any = None,
        expect: str = JSON,
    ) -> Answer:
        """Send once, read within the limits of time and size. Raises NoConnection or TooLarge."""
        connection = self.connection
        url = connection.base_url + _PREFIX + "".join(f"/{_quoted(segment)}" for segment in path)
        http = self._thread.__dict__.get("http") or self._thread.__dict__.setdefault("http", _http())
        headers = {"Accept": _ACCEPT[expect], "Accept-Encoding": "gzip", "User-Agent": self._agent}
        if body is not None:
            headers["Content-Type"] = "application/json" if isinstance(body, dict) else "text/plain"
        data = json.dumps(body) if isinstance(body, dict) else body
        largest = _LARGEST_TEXT if expect in (TEXT, PROFILE) else _LARGEST_ANSWER

        def exchange() -> Answer:
            chunks, size = [], 0
            # The TLS options go with the request: REQUESTS_CA_BUNDLE overrides those of a session.
            with http.request(
                method,
                url,
                params=query,
                data=None if data is None else data.encode(),
                headers=headers,
                auth=auth,
                timeout=(connection.timeout, connection.timeout),
                proxies={"no_proxy": "*"} if url.startswith("http:") else None,  # goes to loopback, and carries credentials
                verify=(connection.ca_path or True) if connection.validate_certs else False,
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
                if 300 <= status < 400:  # refused, whatever it holds
                    return Answer(status, response.headers, b"", self._secrets)
                if response.headers.get("Content-Encoding", "identity").lower() not in ("identity", "gzip"):
                    raise InvalidAnswer("the answer is compressed in a way that was not asked for", status=status)
                response.raw.enforce_content_length = True  # else urllib3 1 takes an answer that was cut off for a whole one
                for chunk in response.iter_content(16384):
                    chunks.append(chunk)
                    size += len(chunk)
                    if status >= 400 and size > _LARGEST_ERROR:
                        break  # the status says enough
                    if size > largest:
                        raise TooLarge(f"the answer is larger than {largest // 2**20} MiB", CHECK_ADDRESS, status=status)
                return Answer(status, response.headers, b"".join(chunks), self._secrets)

        try:
            # The time-outs of a socket begin anew with each byte, so they do not end an answer that comes drop by drop.
            return within(2 * connection.timeout, exchange)
        except concurrent.futures.TimeoutError:
            del self._thread.http  # still in use
            raise _connection_failure(requests.exceptions.ReadTimeout(), connection) from None
        except (OSError, ValueError) as error:  # not all that requests raises is a RequestException
            raise _connection_failure(error, connection) from None

    def _check(self, answer: Answer) -> None:
        """Raises the error that an answer stands for, if any."""
        status = answer.status
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise InvalidAnswer(
                "the service redirected the call, which is never followed because it carries credentials",
                "Give the address of the API itself as base_url, or check cloud_id",
                status=status,
            )
        body: Any = None
        try:
            body = answer.value(JSON)
        except InvalidAnswer:
            if status in (400, 404) and answer.body[:1] in (b"{", b"["):
                raise  # these say what to do only in their text, which was cut off
            if status == 404 and answer.body:
                raise  # not of the service, so it does not mean that an object is missing
        said, code = (self._printable(text) for text in explain(body))
        problem = f"the API answered {status}" + (f" ({said})" if said else "")
        kind: type = ApiError
        remedy = ""
        if status in (401, 403):
            kind = Refused
            remedy = _LOGIN_REMEDY
        elif status == 404 or (status == 400 and _MISSING.search(said)):
            kind = MissingObject
            remedy = "If it was removed meanwhile, run the task again; otherwise check the ids in the options, and cloud_id or base_url"
        elif status in (400, 409, 422):
            remedy = "The service refuses what was sent; correct what it names"
        elif status == 429:
            remedy = "The rate limit of the API is used up; raise max_wait, or run fewer tasks at a time"
        elif status >= 500:
            remedy = "The service is at fault; run the task again later"
        raise kind(problem, remedy, status=status, code=code[:50], headers=answer.headers, body=body)

    def _printable(self, text: str) -> str:
        """A text of the service as one line of bounded length, without secrets."""
        forms = {form for secret in list(self._secrets) for form in _forms(secret) | _forms(secret.strip()) if form}
        for form in sorted(forms, key=len, reverse=True):  # a secret may be part of another one
            text = text.replace(form, "***")
        return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()[:500]

    # repeating

    def _retry(self, attempt: Callable[[], T], policy: Policy) -> T:
        """Run one attempt after another until it succeeds or the policy, the number of faults or max_wait ends it."""
        faults, pause, may_be_done = 0, 0.0, False

        def pause_before_next(retry_state: Any) -> bool:
            """Whether to try again, and after how many seconds."""
            nonlocal faults, pause, may_be_done
            error = retry_state.outcome.exception()
            if error is None or not isinstance(error, CloudConnexaError):
                return False
            may_be_done = may_be_done or (policy.changes and _may_be_done(error))
            limited = isinstance(error, ApiError) and error.status == 429
            if not limited:
                if not _may_repeat(error, policy):
                    return False
                faults += 1
                if faults >= _FAULT_TRIES and not isinstance(error, NotReady):
                    return False
            headers = error.headers if isinstance(error, ApiError) else {}
            asked = self._limit_pause(headers) if limited or "Retry-After" in headers else None
            if asked is not None:
                pause = max(asked, _SHORTEST_PAUSE)
            else:
                pause = random.uniform(0.5, 1.0) * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(retry_state.attempt_number - 1, 10))
            if self.usage.waited + self._longer(pause) > self.connection.max_wait:
                raise OutOfTime(
                    f"{error.problem}, and another {pause:.0f} s of waiting would exceed max_wait "
                    f"({self.usage.waited:.0f} of {self.connection.max_wait:g} s are used)",
                    "Raise max_wait, or run fewer tasks at a time",
                    max_wait=True,
                )
            with self._lock:
                self.usage.retries += 1
            return True

        retrying = tenacity.Retrying(
            retry=pause_before_next,
            wait=lambda retry_state: pause,
            sleep=self.pause,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except CloudConnexaError as error:
            error.may_be_done = may_be_done
            if may_be_done and not (policy.awaits if isinstance(error, NotReady) else policy.repeatable):
                raise UncertainResult(error) from None
            raise

    def _limit_pause(self, headers: Mapping[str, str]) -> Optional[float]:
        """Seconds to wait that an answer asks for: Retry-After (seconds or date), else one replenishment; None where it says nothing."""
        asked = headers.get("Retry-After")
        if asked is not None:
            seconds = number(asked)
            if seconds is None:
                try:
                    date = email.utils.parsedate_to_datetime(asked)  # without a zone where it is in the form of asctime, which means UTC
                    seconds = max(0.0, date.replace(tzinfo=date.tzinfo or datetime.timezone.utc).timestamp() - time.time())
                except (TypeError, ValueError, OverflowError):
                    seconds = None
            if seconds:
                return seconds
        return replenishment(headers)

    # lists

    def _pages(self, path: Tuple[str, ...], query: Body, most: int) -> Optional[List[Body]]:
        """All pages of a list, or None where it changed between two pages."""
        found: Dict[str, Body] = {}
        page, read, total, pages = 0, EMPTY, None, None
        while True:
            try:
                body, size = self._call("GET", path, query={**query, "page": page, "size": most})
            except MissingObject as error:
                if error.status == 404 and error.body == []:  # no entries (BEHAVIOUR 2)
                    break
                raise
            read = Size(*map(sum, zip(read, size)))
            if read.exceeds(HEAVIEST_LIST):
                raise InvalidAnswer(f"the list /{'/'.join(path)} would take more memory than a task may have", CHECK_ADDRESS)
            if not isinstance(body, dict):
                raise InvalidAnswer(f"the list /{'/'.join(path)} is not paged as the API documents it")
            content = self.objects(body.get("content"))
            before = len(found)
            found.update((str(entry["id"]), entry) for entry in content)
            page += 1
            if page > 1 and (total, pages) != (body.get("totalElements"), body.get("totalPages")):
                return None
            total, pages = body.get("totalElements"), body.get("totalPages")
            if not content or (isinstance(pages, int) and page >= pages):
                break
            if len(found) == before:
                return None
            if page > _MOST_PAGES or (isinstance(pages, int) and pages > _MOST_PAGES):
                raise InvalidAnswer(f"the list /{'/'.join(path)} comes in more than {_MOST_PAGES} pages", CHECK_ADDRESS)
        return list(found.values()) if total in (None, len(found)) else None

    @staticmethod
    def objects(content: Any) -> List[Body]:
        """The entries of a list, each checked to be an object with an id. Raises InvalidAnswer."""
        if not isinstance(content, list) or not all(isinstance(entry, dict) and entry.get("id") for entry in content):
            raise InvalidAnswer("a list does not hold objects with ids, as the API documents it")
        return content


def _http() -> Any:
    """A session of requests that does not look into redirects: to prepare the next request it would read the whole answer."""
    http: Any = requests.Session()
    http.get_redirect_target = lambda _answer: None
    return http


def _quoted(segment: str) -> str:
    """One segment of a path, which leads nowhere else whatever it holds. Raises InvalidInput."""
    try:
        if segment not in ("", ".", ".."):
            return quote(segment, safe="")
    except UnicodeEncodeError:  # half of a surrogate pair
        pass
    raise InvalidInput(f"{segment!r} cannot be an id")


def _bearer(token: str) -> Callable[[Any], Any]:
    """As requests' auth, because a .netrc entry would replace a plain header."""

    def authorise(request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return authorise


def _may_repeat(error: CloudConnexaError, policy: Policy) -> bool:
    if isinstance(error, NoConnection):
        return not error.lasting and (policy.repeatable or not error.sent)
    if isinstance(error, NotReady):
        return policy.awaits
    if isinstance(error, InvalidAnswer):
        return policy.repeatable and not isinstance(error, TooLarge) and not 300 <= error.status < 400
    return isinstance(error, ApiError) and error.status in policy.statuses


def _may_be_done(error: CloudConnexaError) -> bool:
    """Whether a request that failed like this may have been executed."""
    if isinstance(error, NoConnection):
        return error.sent
    return isinstance(error, (InvalidAnswer, NotReady)) or (isinstance(error, ApiError) and error.status >= 500)


def _forms(secret: str) -> Set[str]:
    """A secret as services and the pages of proxies may quote it: as it is, and escaped for an address, JSON or HTML."""
    import html  # is not needed as long as nothing fails

    forms = {secret, *(json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))}
    for escaped in (quote(secret, errors="replace"), quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace")):
        forms |= {escaped, re.sub("%..", lambda code: code[0].lower(), escaped)}
    for escaped in (html.escape(secret, quote=False), html.escape(secret)):
        forms |= {escaped, escaped.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    return forms


def _connection_failure(error: Exception, connection: Connection) -> NoConnection:
    """What a user should know of an exception of requests; its own text may hold addresses with passwords in them."""
    causes = _causes(error)
    host = connection.base_url

    def first(*kinds: type) -> Any:
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    certificate = first(ssl.SSLCertVerificationError) or next(
        (cause for cause in causes if type(cause).__name__ == "CertificateError"), None
    )
    if certificate is not None:  # the latter is urllib3 1's own, for a certificate of another host
        return NoConnection(
            f"the TLS certificate of {host} was not accepted: {getattr(certificate, 'verify_message', certificate)}",
            "Give the CA that signed it as ca_path; validate_certs: false is for tests only",
            lasting=True,
        )
    if first(requests.exceptions.ProxyError) is not None:
        return NoConnection(
            f"the proxy on the way to {host} could not be used", "Check the environment variables HTTPS_PROXY and NO_PROXY of the task"
        )
    name = first(socket.gaierror)
    if name is not None:
        return NoConnection(
            f"the name of {host} does not resolve", "Check cloud_id or base_url", lasting=name.errno not in (socket.EAI_AGAIN,)
        )
    if first(requests.exceptions.ConnectTimeout) is not None:
        return NoConnection(f"{host} did not accept a connection within {connection.timeout:g} s", "Check the network, or raise timeout")
    if first(requests.exceptions.Timeout) is not None:
        return NoConnection(f"{host} did not answer within {connection.timeout:g} s", "Run the task again, or raise timeout", sent=True)
    if any(isinstance(cause, OSError) and cause.errno in _UNREACHABLE for cause in causes):
        return NoConnection(f"{host} cannot be reached or refuses connections", "Check cloud_id, base_url and the network")
    if first(requests.exceptions.SSLError) is not None:
        return NoConnection(f"no TLS connection to {host} could be made", "Check base_url, ca_path and any proxy on the way", sent=True)
    # What urllib3 finds wrong with an answer is no ValueError of its own, but requests may make one of it.
    found_by_urllib3 = requests.exceptions.BaseHTTPError  # type: ignore[attr-defined]
    answered = any(isinstance(cause, found_by_urllib3) and not isinstance(cause, ValueError) for cause in causes)
    if not answered and (isinstance(error, ValueError) or not isinstance(error, requests.exceptions.RequestException)):
        return NoConnection(
            f"no request can be sent to {host}",
            "Check base_url, and the environment variables HTTPS_PROXY, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE of the task",
            lasting=True,
        )
    return NoConnection(f"the connection to {host} was lost", "Run the task again", sent=True)


def _causes(error: BaseException) -> List[BaseException]:
    """An exception and everything that led to it; requests and urllib3 hide causes in arguments and reasons."""
    found: List[BaseException] = []
    waiting: List[Any] = [error]
    while waiting and len(found) < 50:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and not any(cause is known for known in found):
            found.append(cause)
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
    return found

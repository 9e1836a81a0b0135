# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI document: which operations exist, and whether requests and answers keep to it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import yaml

from .answers import JSON, Answer, Refused

HERE = Path(__file__).parent / "spec"


class Unreadable(Exception):
    """The body of a request is missing or is not what its media type says."""


class SpecViolation(Exception):
    """An answer of the emulator itself breaks the document."""


class Schema:
    """One schema of the document, compiled when it is first needed. ``schemas`` are those that it may refer to."""

    def __init__(self, schema: Any, schemas: Any) -> None:
        # The schema dialect of OpenAPI 3.0 is that of draft 4, apart from "nullable", which no body here needs.
        self._source = {"allOf": [schema], "components": {"schemas": schemas}}

    def problem(self, value: Any) -> tuple[str, str] | None:
        """The place and the rule of the first problem; not the value, which may be a secret."""
        error = next(self._validator.iter_errors(value), None)
        return None if error is None else (".".join(map(str, error.instance_path)), str(error.schema_path[-1]))

    @functools.cached_property
    def _validator(self) -> jsonschema_rs.Draft4Validator:
        return jsonschema_rs.Draft4Validator(self._source)


@dataclass(frozen=True)
class Parameter:
    name: str
    required: bool
    default: Any
    integer: bool
    schema: Schema


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``answers``: the schema of each status and media type; no media type means no body.

    strict_body_schema: without room for members that are not named.
    """

    method: str
    path: str
    segments: tuple[str, ...]
    query: tuple[Parameter, ...]
    body_media: str | None
    body_schema: Schema | None
    strict_body_schema: Schema | None
    body_required: bool
    answers: Mapping[str, Mapping[str, Schema]]

    def read_query(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The documented parameters with their types and defaults. Raises Refused."""
        values = {}
        for parameter in self.query:
            text = given.get(parameter.name)
            if text is None and parameter.required:
                raise Refused(f"Required parameter {parameter.name} is not present", parameter.name)
            value: Any = parameter.default if text is None else text
            if text is not None:
                if parameter.integer and re.fullmatch(r"-?[0-9]{1,10}", text):
                    value = int(text)
                _check_input(parameter.schema, value, parameter.name)
            values[parameter.name] = value
        return values

    def read_body(self, body: bytes, strict: bool = False) -> Any:
        """The decoded body without its null members, which count as left out. Raises Refused or Unreadable."""
        schema = self.strict_body_schema if strict else self.body_schema
        if schema is None or (not body and not self.body_required):
            return None
        if not body:
            raise Unreadable
        try:
            value = without_nulls(json.loads(body)) if self.body_media == JSON else body.decode()
        except (ValueError, RecursionError):
            raise Unreadable from None
        _check_input(schema, value, "application")
        return value

    def accepts(self, accept: str) -> bool:
        """Whether an Accept header admits what the operation answers when it succeeds."""
        produced = {media for status, medias in self.answers.items() if status.startswith("2") for media in medias}
        wanted = {part.split(";")[0].strip() for part in accept.split(",")}
        return not produced or any({media, media.split("/")[0] + "/*", "*/*"} & wanted for media in produced)

    def check(self, answer: Answer) -> None:
        """Raises SpecViolation."""
        medias = self.answers.get(str(answer.status))
        if medias is None:
            raise SpecViolation(f"{self.method} {self.path} documents no status {answer.status}")
        if answer.content is None and answer.media is None and (not medias or answer.status >= 400):
            return
        if answer.media is None or answer.media not in medias:
            raise SpecViolation(f"{self.method} {self.path} {answer.status} documents no {answer.media} body")
        problem = medias[answer.media].problem(answer.content)
        if problem:
            raise SpecViolation(f"{self.method} {self.path} {answer.status}: {problem[0] or 'body'} breaks {problem[1]}")


class Spec:
    """All operations of the document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._schemas = document["components"]["schemas"]
        self._strict_schemas = _closed(self._schemas)
        self.operations = [
            self._operation(method.upper(), path, item[method])
            for path, item in document["paths"].items()
            for method in ("get", "post", "put", "delete")
            if method in item
        ]
        # A literal segment wins over a parameter: /networks/routes is not /networks/{id}.
        self.operations.sort(key=lambda operation: operation.path.count("{"))

    def match(self, method: str, raw_path: str) -> tuple[Operation | None, dict[str, str]]:
        """The operation and its path parameters. A quoted slash stays inside its segment."""
        given = raw_path.removeprefix("/").split("/")
        for operation in self.operations:
            if operation.method == method and len(operation.segments) == len(given):
                pairs = list(zip(operation.segments, given, strict=True))
                if all(wanted == part or (wanted[0] == "{" and part) for wanted, part in pairs):
                    return operation, {wanted[1:-1]: unquote(part) for wanted, part in pairs if wanted[0] == "{"}
        return None, {}

    def documents(self, raw_path: str) -> bool:
        """Whether any method of this path is documented."""
        return any(self.match(method, raw_path)[0] for method in ("GET", "POST", "PUT", "DELETE"))

    def schema(self, name: str) -> Any:
        """A schema of the document, as it is written there."""
        return self._schemas[name]

    def _operation(self, method: str, path: str, source: Mapping[str, Any]) -> Operation:
        parameters = [self._resolve(parameter) for parameter in source.get("parameters", ())]
        body = source.get("requestBody") or {}
        media = next(iter(body.get("content", ())), None)
        answers = {}
        for status, response in source["responses"].items():
            content = self._resolve(response).get("content", {})
            answers[status] = {kind: Schema(value["schema"], self._strict_schemas) for kind, value in content.items()}
        return Operation(
            method=method,
            path=path,
            segments=tuple(path.strip("/").split("/")),
            query=tuple(self._parameter(parameter) for parameter in parameters if parameter["in"] == "query"),
            body_media=media,
            body_schema=Schema(body["content"][media]["schema"], self._schemas) if media else None,
            strict_body_schema=Schema(_closed(body["content"][media]["schema"]), self._strict_schemas) if media else None,
            body_required=bool(body.get("required")),
            answers=answers,
        )

    def _parameter(self, source: Mapping[str, Any]) -> Parameter:
        schema = source["schema"]
        integer = schema.get("type") == "integer"
        return Parameter(source["name"], bool(source.get("required")), schema.get("default"), integer, Schema(schema, self._schemas))

    def _resolve(self, node: Any) -> Any:
        while "$ref" in node:
            target = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node


@functools.cache
def load() -> Spec:
    """The document of this package, compiled once for each process."""
    return Spec(yaml.load((HERE / "cloudconnexa-openapi.yaml").read_bytes(), yaml.CSafeLoader))


@functools.cache
def regions() -> tuple[dict[str, str], ...]:
    """The known Regions, as ``GET /regions`` lists them (BEHAVIOUR 10)."""
    source = yaml.load((HERE / "regions.yaml").read_bytes(), yaml.CSafeLoader)["regions"]
    members = ("id", "continent", "country", "countryIso", "regionName")
    return tuple({member: region[member] for member in members if region[member] is not None} for region in source)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def _closed(node: Any) -> Any:
    """The same schemas, but with no room for members that they do not name."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(item) for key, item in node.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed


def _check_input(schema: Schema, value: Any, about: str) -> None:
    problem = schema.problem(value)
    if problem:
        place = problem[0] or about
        raise Refused(f"Value of {place} breaks the rule {problem[1]!r}", place)

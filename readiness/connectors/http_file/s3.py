"""Object stores that speak S3: lists and signed requests. `botocore` signs; the connection is the one that is handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit
from xml.etree.ElementTree import Element, ParseError

from readiness.connectors.errors import BadConfig, Fatal, Retryable
from readiness.connectors.fetched import Found
from readiness.connectors.http import Answer, Http
from readiness.connectors.redaction import clean
from readiness.connectors.values import text, whole

MOST_LISTED = 200_000
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PAGE, _LONGEST_KEY = "1000", 1024
_SETTINGS = {
    "NoSuchBucket": ("there is no such bucket", "path"),
    "InvalidBucketName": ("this is no name of a bucket", "path"),
    "AuthorizationHeaderMalformed": ("the bucket is in another region", "region"),
    "PermanentRedirect": ("the bucket is at another address or in another region", "region"),
    "InvalidAccessKeyId": ("this access key is not known there", "access_id"),
    "SignatureDoesNotMatch": ("the secret does not belong to the access key", "secret_key"),
    "AccessDenied": ("this account may not read it", "secret_key"),
    "RequestTimeTooSkewed": ("the clocks here and there differ by more than fifteen minutes", "address"),
}
_BUSY = frozenset({"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "503"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """`region` is part of the signature; `in_host`: the name of the bucket stands before that of the server."""

    name: str
    access_id: str = ""
    secret_key: str = ""
    session_token: str = ""
    region: str = "us-east-1"
    in_host: bool = False

    def at(self, http: Http, address: str) -> Http:
        """The place that its keys are appended to, with a slash."""
        parts = urlsplit(address.rstrip("/"))
        if self.in_host:
            whole_address = urlunsplit((parts.scheme, f"{self.name}.{parts.netloc}", parts.path, "", ""))
        else:
            whole_address = f"{address.rstrip('/')}/{self.name}"
        return replace(http, address=whole_address, secrets=(self.secret_key, self.session_token), credential="secret_key")

    def signed(self, method: str, http: Http, path: str) -> dict[str, str]:
        """Headers that prove who asks; none without an access key, for a bucket that is open to all."""
        if not self.access_id:
            return {}
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        request = AWSRequest(method, http.address + path)
        S3SigV4Auth(Credentials(self.access_id, self.secret_key, self.session_token or None), "s3", self.region).add_auth(request)
        return dict(request.headers)


def listed(bucket: Bucket, http: Http, prefix: str) -> Iterator[Found]:
    """Every object below the prefix, with paths relative to it. Raises ConnectorError."""
    token, tokens, count = "", set[str](), 0
    while True:
        asked = {"list-type": "2", "max-keys": _PAGE, "encoding-type": "url"} | ({"prefix": prefix} if prefix else {})
        page = _page(bucket, http, asked | ({"continuation-token": token} if token else {}))
        is_quoted = _of(page, "EncodingType") == "url"
        for one in page.iter("Contents"):
            count += 1
            if found := _object(one, prefix, is_quoted=is_quoted):
                yield found
        if _of(page, "IsTruncated") != "true":
            return
        token = _of(page, "NextContinuationToken")
        if not token or token in tokens:
            raise Retryable("the list of objects does not end")
        if count > MOST_LISTED:
            raise Fatal(f"more than {MOST_LISTED} objects: give a longer prefix")
        tokens.add(token)


def fetched(bucket: Bucket, http: Http, key: str, into: BinaryIO, at_most: int) -> Answer:
    """Raises ConnectorError."""
    path = f"/{quote(key, safe='/-_.~')}"
    return http.download(path, into, at_most=at_most, headers=bucket.signed("GET", http, path))


def refusal(body: bytes) -> None:
    """Raises what an answer of an object store says, if it says something."""
    try:
        root = _parsed(body)
    except Fatal:
        return
    code = _of(root, "Code")
    if root.tag != "Error" or not code:
        return
    if code in _BUSY:
        raise Retryable(f"the object store: {clean(code)}")
    if code in _SETTINGS:
        raise BadConfig(*_SETTINGS[code])
    raise Fatal(f"the object store: {clean(code)}")


def _page(bucket: Bucket, http: Http, asked: Mapping[str, str]) -> Element:
    path = f"/?{urlencode(sorted(asked.items()), quote_via=quote, safe='-_.~')}"
    answer = http.ask("GET", path, headers=bucket.signed("GET", http, path), media_type="", explain=refusal)
    refusal(answer.body)
    root = _parsed(answer.body)
    if root.tag != "ListBucketResult":
        raise Fatal("the answer is no list of objects")
    return root


def _object(entry: Element, prefix: str, *, is_quoted: bool) -> Found | None:
    """None for what is no file: folders, empty objects, and those whose entry says less than it must."""
    written, size, came = entry.findtext("Key") or "", whole(_of(entry, "Size")), _moment(_of(entry, "LastModified"))
    key = unquote_plus(written) if is_quoted else written
    if not 0 < len(key) <= _LONGEST_KEY or key.endswith("/") or not size or came is None:
        return None
    return Found(key.removeprefix(prefix).lstrip("/") or key, key, size, came, (_of(entry, "ETag"), str(size)))


def _parsed(body: bytes) -> Element:
    """Without namespaces: some stores write one, some none."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as wrong:
        raise Fatal("the answer is no XML of an object store") from wrong
    for one in root.iter():
        one.tag = str(one.tag).rpartition("}")[2]
    return root


def _of(entry: Element, name: str) -> str:
    found = entry.find(name)
    return text(found.text, 2000) if found is not None else ""


def _moment(written: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)

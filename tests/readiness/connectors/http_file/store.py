"""An object store of S3's kind: lists in pages, objects, and no answer to whoever does not sign as it must."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote_plus, unquote
from xml.sax.saxutils import escape

from tests.readiness.connectors.http_file import sigv4
from tests.readiness.connectors.scripted import Asked, Told

ACCESS_ID, SECRET_KEY, REGION = "AKIAEXAMPLE0123", "sEcReT/of+the=store0123456789", "eu-central-1"
BUCKET = "results"


@dataclass
class Store:
    """`objects`: key -> (content, when it came). `served`: keys in the order in which they were fetched."""

    objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    page: int = 1000
    open_to_all: bool = False
    session_token: str = ""
    served: list[str] = field(default_factory=list)
    listed: int = 0

    def put(self, key: str, content: bytes, came: datetime | None = None) -> None:
        self.objects[key] = (content, came or datetime.now(UTC))

    def __call__(self, asked: Asked) -> Told:
        refused = self._refused(asked)
        if refused is not None:
            return refused
        bucket, _, key = unquote(asked.path).lstrip("/").partition("/")
        if bucket != BUCKET:
            return problem("NoSuchBucket", 404)
        return self._object(key) if key else self._list(asked)

    def _refused(self, asked: Asked) -> Told | None:
        if self.open_to_all:
            return None
        said = asked.headers.get("authorization", "")
        if not said:
            return problem("AccessDenied", 403)
        if sigv4.access_id(said) != ACCESS_ID:
            return problem("InvalidAccessKeyId", 403)
        if sigv4.region(said) != REGION:
            return problem("AuthorizationHeaderMalformed", 400)
        if asked.headers.get("x-amz-security-token", "") != self.session_token:
            return problem("InvalidToken", 400)
        if sigv4.signature(said) != sigv4.expected(SECRET_KEY, asked.method, asked.target, asked.headers):
            return problem("SignatureDoesNotMatch", 403)
        return None

    def _object(self, key: str) -> Told:
        if key not in self.objects:
            return problem("NoSuchKey", 404)
        self.served.append(key)
        return Told(self.objects[key][0], headers={"Content-Type": "binary/octet-stream", "ETag": etag(self.objects[key][0])})

    def _list(self, asked: Asked) -> Told:
        self.listed += 1
        assert asked.query["list-type"] == "2"
        after, prefix = asked.query.get("continuation-token", ""), asked.query.get("prefix", "")
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        page, more = keys[: self.page], len(keys) > self.page
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        entries = "".join(self._entry(key) for key in page)
        return xml(
            f"<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><EncodingType>url</EncodingType>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>"
        )

    def _entry(self, key: str) -> str:
        content, came = self.objects[key]
        return (
            f"<Contents><Key>{quote_plus(key, safe='/')}</Key><LastModified>{came:%Y-%m-%dT%H:%M:%S.%f}Z</LastModified>"
            f"<ETag>{escape(etag(content))}</ETag><Size>{len(content)}</Size></Contents>"
        )


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def xml(content: str, status: int = 200) -> Told:
    return Told(f"<?xml version='1.0' encoding='UTF-8'?>{content}".encode(), status, {"Content-Type": "application/xml"})


def problem(code: str, status: int) -> Told:
    return xml(f"<Error><Code>{code}</Code><Message>no</Message></Error>", status)

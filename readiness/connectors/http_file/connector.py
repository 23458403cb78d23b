"""Files by reference: one at an address, or all of a bucket that match a pattern.

Watermark of one file: the Last-Modified of the server, which is asked whether the file has changed since. Where the server tells
none, a file whose ETag came before is not fetched again. A Last-Modified within two seconds of the answer moves nothing: the
file may change once more in its second.

Watermark of a bucket: the LastModified of the newest object that was read, by the clock of the store. What is a day older than
that is not looked at again, which leaves room for objects that appear with the time at which their upload began; of the rest,
what came before in the same version (key, ETag and size) is not fetched again. A large bucket is read in parts, the oldest
objects first.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from readiness.connectors import fetched
from readiness.connectors.access import ADDRESS, CA, SIGN_IN, check_access, check_values, number_of, signed_in, text_of
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.fetched import PATTERN, Found
from readiness.connectors.http import Answer, Http
from readiness.connectors.http_file import s3
from readiness.connectors.live import Ask, Batch, Config, ConfigField, Connector, FieldKind, Payload, Span, Tested
from readiness.connectors.redaction import clean

WEB, STORE = "web", "s3"
OVERLAP = timedelta(days=1)
SETTLES = timedelta(seconds=2)
_MIB = 2**20

FIELDS = (
    ADDRESS,
    ConfigField(
        "store",
        "What is there",
        FieldKind.CHOICE,
        help="Of an object store the address is its endpoint, without the bucket.",
        default=WEB,
        choices=((WEB, "a web server"), (STORE, "an object store that speaks S3")),
    ),
    *SIGN_IN,
    ConfigField("access_id", "Access key id", help="Of an object store. Empty: a bucket that is open to all."),
    ConfigField("secret_key", "Secret access key", FieldKind.SECRET, help="Of an object store."),
    ConfigField("session_token", "Session token", FieldKind.SECRET, help="Of an object store, for keys that end by themselves."),
    ConfigField("region", "Region", help="Of an object store: part of what is signed.", default="us-east-1"),
    ConfigField(
        "bucket_in_host",
        "Bucket before the host name",
        FieldKind.BOOLEAN,
        help="https://bucket.host instead of https://host/bucket.",
        default=False,
    ),
    ConfigField(
        "largest_mib", "Largest file (MiB)", FieldKind.NUMBER, help="Up to 2048. Larger ones are not fetched.", default=2048
    ),
    CA,
)
ASK_FIELDS = (
    ConfigField(
        "path", "Path or bucket", help="Of a file, such as /results/latest.json; or the name of a bucket.", required=True
    ),
    ConfigField("query", "Query of the address", FieldKind.MAPPING, help="Of a file: what follows the ? there.", default={}),
    ConfigField("prefix", "Prefix", help="Of a bucket: what all keys begin with, such as nightly/."),
    PATTERN,
)


def check(config: Config) -> None:
    check_values(FIELDS, config)
    check_access(config)
    _largest(config)
    if text_of(config, "store") == STORE and bool(text_of(config, "access_id")) != bool(text_of(config, "secret_key")):
        raise BadConfig("an access key has an id and a secret", "secret_key")
    if not all(one.isascii() and one.isprintable() for one in map(str, _proofs(config))):
        raise BadConfig("an access key has letters, digits and signs of ASCII", "access_id")
    region = text_of(config, "region")
    if region and not region.replace("-", "").isalnum():
        raise BadConfig("a region such as eu-central-1 is expected", "region")


def check_ask(ask: Ask) -> None:
    check_values(ASK_FIELDS, ask)
    path = text_of(ask, "path")
    if not path or any(one in path for one in ("?", "#", "\\", "//")) or ".." in path.split("/") or not path.isprintable():
        raise BadConfig("a path such as /results/latest.json, or the name of a bucket, is expected", "path")
    if not text_of(ask, "prefix").isprintable():
        raise BadConfig("a prefix such as nightly/ is expected", "prefix")
    fetched.check_pattern(text_of(ask, "pattern"))


def test(config: Config, http: Http) -> Tested:
    """That it answers: what a feed reads is asked for by its path."""
    check(config)
    if text_of(config, "store") == STORE:
        return Tested(remarks=("whether a bucket can be read shows when a feed names it",))
    try:
        signed_in(http, config).ask("HEAD", "/", media_type="")
    except ConnectorError as refused:
        if refused.__cause__ is not None or isinstance(refused, Retryable):
            raise
        return Tested(remarks=(f"it answers, but not at the address alone: {refused.text}",))  # which files need not
    return Tested()


def test_ask(config: Config, ask: Ask, http: Http, now: datetime) -> Tested:
    check(config)
    check_ask(ask)
    if text_of(config, "store") != STORE:
        modified = _moment(signed_in(http, config).ask("HEAD", _path(ask), media_type="").headers.get("last-modified"))
        return Tested(facts=(f"last changed {modified:%Y-%m-%d %H:%M} UTC",) if modified else ("it is there",))
    found = list(_of_bucket(config, ask, http))
    size = sum(one.size for one in found) / _MIB
    return Tested(facts=(f"{len(found)} objects of {size:.1f} MiB",), remarks=() if found else ("no object matches",))


def pull(config: Config, ask: Ask, http: Http, span: Span) -> Iterator[Batch]:
    check(config)
    check_ask(ask)
    with tempfile.TemporaryDirectory(prefix="pilotage-file-") as folder:
        of = _bucket_files if text_of(config, "store") == STORE else _one_file
        yield from of(config, ask, http, span, Path(folder))


def _one_file(config: Config, ask: Ask, http: Http, span: Span, folder: Path) -> Iterator[Batch]:
    signed, path = signed_in(http, config), _path(ask)
    known = _headers_alone(signed, path, span)
    if known is not None and (known.status == 304 or (_marks(known) and span.seen(_name(ask, _marks(known))))):
        return
    content = folder / "content"
    with content.open("wb") as into:
        answer = signed.download(path, into, at_most=_largest(config), headers=_since(span))
    if answer.status == 304:
        return
    name = _name(ask, _marks(answer) or (_digest(content),))
    if not span.seen(name):
        runs = fetched.runs(text_of(ask, "path"), content)
        yield Batch(runs, Payload(name, media_type=answer.media_type, path=content), _settled(answer))


def _bucket_files(config: Config, ask: Ask, http: Http, span: Span, folder: Path) -> Iterator[Batch]:
    bucket, largest, begun = _bucket(config, ask), _largest(config), time.monotonic()
    place = bucket.at(http, text_of(config, "address"))
    oldest = None if span.since is None else span.since - OVERLAP
    found = (_marked(one, largest) for one in _of_bucket(config, ask, http) if oldest is None or one.came >= oldest)
    for number, one in enumerate(fetched.at_a_time(found, span.seen)):
        read_to = min(one.came, span.until)
        if one.size > largest:
            yield Batch((fetched.unread(one.path, f"larger than {largest // _MIB} MiB"),), Payload(one.name), read_to)
            continue
        content = folder / str(number)
        try:
            media_type = _fetched(bucket, place, one, content, largest)
        except Fatal:
            if number:
                return  # with all that a pull may read, the next one can tell whether it is this object
            raise
        yield fetched.batch(one.path, content, one.name, media_type, read_to)
        content.unlink()
        if time.monotonic() - begun > span.patience_s:
            return


def _marked(one: Found, largest: int) -> Found:
    """What is too large counts as another version under another limit, so that it is fetched once the limit allows."""
    return one if one.size <= largest else replace(one, marks=(*one.marks, f"beyond {largest}"))


def _fetched(bucket: s3.Bucket, place: Http, one: Found, content: Path, largest: int) -> str:
    """Its media type. Raises ConnectorError."""
    try:
        with content.open("wb") as into:
            return s3.fetched(bucket, place, one.key, into, largest).media_type
    except BadConfig as gone:
        if gone.field == "address":
            raise Retryable("an object left the bucket while it was read") from gone
        raise
    except Fatal as refused:
        advice = "If it is only large, let the source read more at a time, or lower its limit."
        raise Fatal(f"{clean(one.path)} ({one.size / _MIB:.0f} MiB): {refused.text} {advice}") from refused


def _of_bucket(config: Config, ask: Ask, http: Http) -> Iterator[Found]:
    bucket = _bucket(config, ask)
    pattern = text_of(ask, "pattern")
    listed = s3.listed(bucket, bucket.at(http, text_of(config, "address")), text_of(ask, "prefix"))
    return (one for one in listed if fetched.is_wanted(one.path, pattern))


def _bucket(config: Config, ask: Ask) -> s3.Bucket:
    name = text_of(ask, "path").strip("/")
    if not s3.NAME.fullmatch(name):
        raise BadConfig("a bucket has three to 63 small letters, digits, dots and hyphens", "path")
    access_id, secret_key, session_token = _proofs(config)
    region = text_of(config, "region") or "us-east-1"
    return s3.Bucket(name, access_id, secret_key, session_token, region, in_host=config.get("bucket_in_host") is True)


def _proofs(config: Config) -> tuple[str, str, str]:
    return text_of(config, "access_id"), text_of(config, "secret_key"), text_of(config, "session_token")


def _path(ask: Ask) -> str:
    path = quote(text_of(ask, "path"), safe="/-_.~!$&'()*+,;=:@%")
    query: Mapping[str, str] = ask.get("query") or {}
    return f"/{path.lstrip('/')}" + (f"?{urlencode(query)}" if query else "")


def _headers_alone(signed: Http, path: str, span: Span) -> Answer | None:
    """None where a server does not answer that; whatever is wrong shows when the file itself is asked for."""
    try:
        return signed.ask("HEAD", path, headers=_since(span), media_type="")
    except ConnectorError:
        return None


def _since(span: Span) -> dict[str, str]:
    return {} if span.since is None else {"If-Modified-Since": format_datetime(span.since.astimezone(UTC), usegmt=True)}


def _name(ask: Ask, marks: tuple[str, ...]) -> str:
    query: Mapping[str, str] = ask.get("query") or {}
    return fetched.version_name(text_of(ask, "path"), *marks, *sorted(map(str, query.items())))


def _marks(answer: Answer) -> tuple[str, ...]:
    """What the server says of this version; nothing where it says too little to tell it from another."""
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    return (etag, modified) if etag or modified else ()


def _settled(answer: Answer) -> datetime | None:
    modified, now = _moment(answer.headers.get("last-modified")), _moment(answer.headers.get("date"))
    return modified if modified and now and now - modified >= SETTLES else None


def _moment(written: str | None) -> datetime | None:
    try:
        read = parsedate_to_datetime(written or "")
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _digest(content: Path) -> str:
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _largest(config: Config) -> int:
    largest = number_of(config, "largest_mib", 2048)
    if not 1 <= largest <= fetched.LARGEST / _MIB:
        raise BadConfig("from 1 to 2048 MiB", "largest_mib")
    return int(largest * _MIB)


CONNECTOR = Connector(
    kind="http_file",
    label="Files at an address",
    about="A result file of a web server, or those of a bucket of an object store; of any format that an upload may have.",
    fields=FIELDS,
    ask_fields=ASK_FIELDS,
    check=check,
    check_ask=check_ask,
    test=test,
    test_ask=test_ask,
    pull=pull,
    answer_bytes=fetched.LARGEST,
)

"""Following a redirect: as a new request, without the credentials where it leads to another origin."""

import httpx

from portfolio.kit.egress.errors import BadAnswer
from portfolio.kit.egress.place import Place

_MOVED = {301, 302, 303, 307, 308}
_READING = {"GET", "HEAD"}
# Everything else may be a credential under a name of somebody's own.
_HARMLESS = {"accept", "accept-language", "user-agent"}


def points_elsewhere(response: httpx.Response) -> bool:
    return response.status_code in _MOVED and "location" in response.headers


def followed(request: httpx.Request, response: httpx.Response) -> httpx.Request:
    """The next hop, which the door checks like any request. Raises BadAnswer, NotAllowed."""
    if request.method not in _READING:
        raise BadAnswer("redirect of a request that is not for reading")
    try:
        url = request.url.join(response.headers["location"])
    except (httpx.InvalidURL, UnicodeError) as error:
        raise BadAnswer("redirect to something that is no URL") from error
    here, there = Place.of(request.url), Place.of(url)
    if here.scheme == "https" and there.scheme == "http":
        raise BadAnswer("redirect from https to http")
    same = here.origin == there.origin
    headers = {name: value for name, value in request.headers.items() if name != "host" and (same or name in _HARMLESS)}
    return httpx.Request(request.method, url, headers=headers)

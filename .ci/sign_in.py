"""Signs in to a running Pilotage as `var/sign-in.txt` says and asks for the portfolio page: what a newcomer does first."""

import re
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener


def main(address: str, sign_in: Path) -> None:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    browser.addheaders = [("Referer", address)]
    email, password = credentials(sign_in)
    form = read(browser, f"{address}/account/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    if token is None:
        sys.exit("the sign-in page has no form")
    answer = urlencode({"login": email, "password": password, "csrfmiddlewaretoken": token[1]})
    read(browser, f"{address}/account/login/", answer.encode())
    page = read(browser, f"{address}/portfolio/")
    if 'name="password"' in page or "<h1" not in page:
        sys.exit("the portfolio page did not open after the sign-in")
    sys.stdout.write(f"portfolio page: {len(page)} characters\n")


def credentials(path: Path) -> tuple[str, str]:
    """The address and the password: in the file each follows its own name and a colon."""
    text = path.read_text(encoding="utf-8")
    email = re.search(r"[\w.+-]+@[\w.-]+", text)
    password = re.search(r"[Pp]assword\W+(\S+)", text)
    if email is None or password is None:
        sys.exit(f"{path} names no address and password")
    return email[0], password[1]


def read(browser: OpenerDirector, url: str, form: bytes | None = None) -> str:
    with browser.open(url, form, timeout=30) as answer:
        return str(answer.read().decode())


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))

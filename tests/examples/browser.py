#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A person's browser: it opens the page of a login, and comes back from it.

    browser.py URL

compares URL with the line `browser URL` of the file that LOGIN names, in which the
value `*` stands for any, and then calls the address that URL says, with a code.
What is wrong is written to the file that WRONG names.
"""

import os
import re
import sys
import urllib.parse
import urllib.request

description = os.environ["LOGIN"]


def parts(url):
    split = urllib.parse.urlsplit(url)
    return (split.scheme, split.netloc, split.path), dict(
        urllib.parse.parse_qsl(split.query))


def main():
    with open(description, encoding="utf-8") as file:
        wanted = re.search(r"^browser (\S+)$", file.read(), re.M).group(1)
    place, query = parts(wanted)
    came_to, came = parts(sys.argv[1])
    asked = {name: "*" if query.get(name) == "*" else value
             for name, value in came.items()}
    if (place, query) != (came_to, asked):
        with open(os.environ["WRONG"], "w", encoding="utf-8") as file:
            file.write(f"the browser opened {came_to} {came}")
    back = came["redirect_uri"] + "?" + urllib.parse.urlencode(
        {"code": "not-a-code", "state": came["state"]})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    direct.open(back, timeout=20).read()


main()

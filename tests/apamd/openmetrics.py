#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""OpenMetrics text on standard input, read by the parser of Prometheus's own
library, which refuses what is not so; then by the rules on names that the
project goes by.  Prints each sample as "NAME LABEL=VALUE ... = VALUE", sorted;
exit status 1 with the reason where the text is wrong.
"""
import re
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

# What https://prometheus.io/docs/practices/naming/ asks for.
NAME = re.compile(r"(apam|process)(_[a-z0-9]+)+\Z")
LABELS = {
    "apam_key_state", "entry", "profile", "reason", "result", "scheme",
    "verdict", "version",
}
# Units are base units, and the last word of a name.
BAD_UNITS = re.compile(r"_(ms|milliseconds|minutes|hours|kb|kib|mb|percent)(_|\Z)")


def check(family):
    if not NAME.match(family.name) or BAD_UNITS.search(family.name):
        return f"{family.name} is not a name"
    if not family.documentation.endswith("."):
        return f"{family.name} is not explained in a sentence"
    if family.type == "unknown":
        return f"{family.name} has no type"
    seconds = family.name.endswith("_seconds")
    bytes_ = family.name.endswith("_bytes")
    if (seconds or bytes_) and family.unit != family.name.rsplit("_", 1)[1]:
        return f"{family.name} does not say its unit"
    for sample in family.samples:
        if not set(sample.labels) <= LABELS:
            return f"{sample.name} has labels {sorted(sample.labels)}"
    return None


def main():
    families = list(text_string_to_metric_families(sys.stdin.read()))
    wrong = [text for text in map(check, families) if text]
    if wrong:
        sys.exit("\n".join(wrong))
    for line in sorted(
        " ".join(
            [sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items()))]
        )
        + f" = {sample.value:g}"
        for family in families
        for sample in family.samples
    ):
        print(line)


if __name__ == "__main__":
    main()

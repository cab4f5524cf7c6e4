#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A clone, and a push of one commit.
set -eu
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1 HOME="$DIR"
with() { git ${TOKEN:+-c "http.extraHeader=Authorization: Bearer $TOKEN"} "$@"; }
rm -rf "$DIR/clone"
with clone -q "$URL/repo.git" "$DIR/clone"
cd "$DIR/clone"
git -c user.name=me -c user.email=me@example.com commit -q --allow-empty -m one
with push -q origin HEAD

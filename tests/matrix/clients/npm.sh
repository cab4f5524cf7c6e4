#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# npm reads a package's document, and publishes one, for which it wants to know a
# token: the gateway's, or a placeholder.
set -eu
export HOME="$DIR" NPM_CONFIG_USERCONFIG="$DIR/npmrc" NPM_CONFIG_CACHE="$DIR/npm-cache"
# Nothing that this machine says of npm counts.
export NPM_CONFIG_GLOBALCONFIG=/dev/null
export NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FETCH_RETRIES=0 NPM_CONFIG_REGISTRY="$URL/"
rm -rf "$DIR/npm-cache" "$DIR/package"
printf '%s/:_authToken=%s\n' "${URL#*:}" "${TOKEN:-$NPM_TOKEN}" >"$DIR/npmrc"
[ "$(npm view demo version)" = 1.2.3 ]
mkdir "$DIR/package"
cd "$DIR/package"
printf '{"name": "demo", "version": "1.2.4"}\n' >package.json
npm publish --silent

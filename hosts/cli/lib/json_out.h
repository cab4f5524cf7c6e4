/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON on standard output: what --json writes, and response bodies made
 * readable.
 */
#ifndef HOSTS_CLI_LIB_JSON_OUT_H
#define HOSTS_CLI_LIB_JSON_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include <apam/admin.h>

/* A JSON string; JSON's null for NULL and for text that is not UTF-8. */
json_t *json_text(const char *text);

/* { "file", "line", "error" }; for a warning, "warning" replaces "error". */
json_t *json_error(const struct apam_error *err);

/* A profile as an object; `why` is its error, or NULL. */
json_t *json_profile(
    const struct apam_profile_info *info);

/*
 * Print and free the value; NULL means that memory ran out.  Returns the exit
 * status.
 */
int json_finish(json_t *value);

/*
 * Print JSON text indented, with every number and name exactly as it was
 * written.  Returns false, with nothing printed, if the text is not JSON.
 */
bool json_pretty(FILE *to, struct apam_str text);

#endif

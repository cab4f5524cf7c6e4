/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON on standard output: what --json writes, and bodies made readable.
 */
#ifndef CLI_JSON_OUT_H
#define CLI_JSON_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include <apam/apam.h>

/* A JSON string; null for NULL and for text that is no UTF-8. */
json_t *json_text(const char *text);

/* { "file", "line", "error" }; of a warning "warning" in place of the last. */
json_t *json_error(const struct apam_error *err);

/* A profile; `why` is its error or NULL. */
json_t *json_profile(
    const struct apam_profile_info *info, const struct apam_error *why);

/* Print and free.  NULL is out of memory.  Returns the exit status. */
int json_finish(json_t *value);

/*
 * Print JSON text indented, every number and name as it was written.  False,
 * with nothing printed, where it is no JSON.
 */
bool json_pretty(FILE *to, struct apam_str text);

#endif

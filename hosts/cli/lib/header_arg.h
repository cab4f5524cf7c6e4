/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers given on the command line as "Name: value".
 */
#ifndef HOSTS_CLI_LIB_HEADER_ARG_H
#define HOSTS_CLI_LIB_HEADER_ARG_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * Read `text` into views of it.  Returns NULL, or a static text that says what
 * is wrong.
 */
const char *header_arg(const char *text, struct apam_header *header);

/*
 * True if `s` has a byte below the space, or DEL: it could start another line.
 */
bool has_control(struct apam_str s);

#endif

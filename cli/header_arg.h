/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers given on the command line as "Name: value".
 */
#ifndef CLI_HEADER_ARG_H
#define CLI_HEADER_ARG_H

#include <apam/types.h>

/*
 * Read `text` into views of it.  Returns NULL, or static text that says what
 * is wrong.
 */
const char *header_arg(const char *text, struct apam_header *header);

#endif

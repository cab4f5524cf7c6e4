/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for the JSON that the program reads and writes.
 */
#ifndef CLI_JSON_MEMORY_H
#define CLI_JSON_MEMORY_H

/*
 * From here on the program ends, with a word and STATUS_INTERNAL, where jansson
 * is given no memory.  Once, before any JSON.
 */
void json_memory_begin(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for the JSON that the program reads and writes.
 */
#ifndef HOSTS_CLI_LIB_JSON_MEMORY_H
#define HOSTS_CLI_LIB_JSON_MEMORY_H

/*
 * Make jansson end the program with a message and STATUS_INTERNAL if it gets no
 * memory.  Call it once, before any JSON is read or written.
 */
void json_memory_begin(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of the program that this process runs, for people who read logs.
 */
#ifndef CORE_BASE_THIS_PROCESS_H
#define CORE_BASE_THIS_PROCESS_H

#define PROGRAM_NAME_SIZE 65

/*
 * The name of the program's file without the directory, cut to fit; "?"  if it
 * is unknown.  It may contain control characters, as file names may.
 */
void program_name(char to[PROGRAM_NAME_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of the program that this process runs, for those who read logs.
 */
#ifndef CORE_PROGRAM_H
#define CORE_PROGRAM_H

#define PROGRAM_NAME_SIZE 65

/*
 * Its file's name without the directory, cut to what fits; "?" where it is not
 * known.  As the file system has it: perhaps with control characters.
 */
void program_name(char to[PROGRAM_NAME_SIZE]);

#endif

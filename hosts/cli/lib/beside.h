/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of apam's own: in the build tree they lie beside the program, and what is
 * installed has them in MODULEDIR.
 */
#ifndef HOSTS_CLI_LIB_BESIDE_H
#define HOSTS_CLI_LIB_BESIDE_H

#include <stdbool.h>

#define BESIDE_PATH_SIZE 4096

/*
 * Find the file `name` below the directory of this program, else `installed`
 * below MODULEDIR.  `how` is access(2)'s: R_OK, X_OK.  False where there is
 * neither.
 */
bool beside_find(const char *name, const char *installed, int how,
    char to[BESIDE_PATH_SIZE]);

#endif

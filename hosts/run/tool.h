/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where nginx and apam's module for it are.
 */
#ifndef HOSTS_RUN_TOOL_H
#define HOSTS_RUN_TOOL_H

#include <stdbool.h>

#define TOOL_PATH_SIZE 4096

/* The program nginx, along PATH and in the system's directories. */
bool tool_nginx(char to[TOOL_PATH_SIZE]);

/* The module: beside this program, where it was built, else as installed. */
bool tool_module(char to[TOOL_PATH_SIZE]);

#endif

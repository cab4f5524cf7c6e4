/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that is checked.
 */
#ifndef HOSTS_KIT_MODULE_FILE_H
#define HOSTS_KIT_MODULE_FILE_H

#include <apam/types.h>

#include "kit/elf_file.h"

struct module_file {
	char path[4096];	/* absolute, for dlopen */
	char scheme[256];	/* its name without ".so" */
	struct elf_file elf;
	const char *why;	/* why it is not an object; static, or NULL */
};

/* This program checks one file. */
extern struct module_file module_file;

/* Map and read it.  NULL, or a static text that says why that cannot be. */
const char *module_file_open(const char *path);

#endif

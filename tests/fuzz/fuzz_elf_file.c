/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_file_read: the input is the file of a module.
 */
#include "fuzz.h"
#include "kit/elf_file.h"

#include <string.h>

/* What it says lies in the file, or is a literal. */
static void
check_texts(const struct elf_file *e)
{
	for (size_t i = 0; i < e->needed_count; i++)
		HOLDS(strlen(e->needed[i]) < e->size);
	for (size_t i = 0; i < e->export_count && i < ELF_NAMES_MAX; i++)
		HOLDS(strlen(e->exports[i]) < e->size);
	HOLDS(strlen(e->constructor) < e->size);
	HOLDS(strlen(e->destructor) < e->size);
	HOLDS(e->constructors > 0 || e->constructor[0] == '\0');
	HOLDS(e->destructors > 0 || e->destructor[0] == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A file is mapped at a page; here it is at a multiple of 16. */
	unsigned char *copy = malloc(size == 0 ? 1 : size);
	struct elf_file e;

	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	if (elf_file_read(&e, copy, size) == NULL)
		check_texts(&e);
	for (uint64_t i = 0; i < 64; i += 8)
		HOLDS(strlen(elf_file_function(&e, i * 64)) <= size);
	free(copy);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the file of a module says of itself: an ELF shared object of this
 * machine, read without loading it.
 *
 * Nothing in the file is believed: each offset and count is held against the
 * size of the file.
 */
#ifndef HOSTS_KIT_ELF_FILE_H
#define HOSTS_KIT_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_NAMES_MAX 256

struct elf_file {
	const unsigned char *bytes;
	size_t size;

	bool writable_code;	/* a segment is writable and executable */
	bool stack_code;	/* it asks for an executable stack */
	bool text_relocations;

	/* The names of the libraries that it needs; they are the file's. */
	const char *needed[ELF_NAMES_MAX];
	size_t needed_count;
	/* What it exports; the first ones, and how many there are. */
	const char *exports[ELF_NAMES_MAX];
	size_t export_count;

	/*
	 * Functions that run when it is loaded, and when the process ends,
	 * beyond those that the C runtime adds to each object; the name of the
	 * first, where the file has its symbols, else "".
	 */
	size_t constructors, destructors;
	const char *constructor, *destructor;
};

/*
 * Read the file's bytes, which must outlive *e.  NULL, or a static text that
 * says why it is not a shared object that this machine can load.
 */
const char *elf_file_read(
    struct elf_file *e, const unsigned char *bytes, size_t size);

/*
 * The function at an address, counted from where the file is loaded, of a file
 * that was read; "" where its symbols were stripped.
 */
const char *elf_file_function(const struct elf_file *e, uint64_t address);

#endif

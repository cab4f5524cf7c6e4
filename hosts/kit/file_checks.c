/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be told of the file without loading it.
 */
#include <stdio.h>
#include <string.h>

#include "kit/checks.h"
#include "kit/finding.h"
#include "kit/module_file.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

void
check_file(void *unused)
{
	(void)unused;
	if (module_file.why != NULL)
		finding_fail("%s", module_file.why);
}

void
check_symbols(void *unused)
{
	const struct elf_file *e = &module_file.elf;
	const char *other = NULL;
	bool found = false;

	(void)unused;
	for (size_t i = 0; i < e->export_count && i < ELF_NAMES_MAX; i++)
		if (strcmp(e->exports[i], "apam_module_1") == 0)
			found = true;
		else if (other == NULL)
			other = e->exports[i];
	if (!found)
		finding_fail(
		    "it does not export apam_module_1: define it, as "
		    "module.h declares it, and in C++ as extern \"C\"");
	else if (other != NULL)
		finding_fail(
		    "it exports %s%s as well, which may take the place "
		    "of the host's own: make functions static, or link "
		    "with a version script that has `global: "
		    "apam_module_1; local: *;`",
		    other, e->export_count > 2 ? " and more" : "");
}

/* ---- Libraries -------------------------------------------------------- */

enum library { LIBRARY_FINE, LIBRARY_WARNS, LIBRARY_FAULT };

static const struct {
	const char *begins;
	enum library is;
	const char *why;
} libraries[] = {
	{ "libc.so", LIBRARY_FINE, "" },
	{ "libm.so", LIBRARY_FINE, "" },
	{ "libgcc_s.so", LIBRARY_FINE, "" },
	{ "ld-linux", LIBRARY_FINE, "" },
	{ "libc.musl", LIBRARY_FINE, "" },
	/* Empty in today's glibc; objects that name them still load. */
	{ "libpthread.so", LIBRARY_FINE, "" },
	{ "libdl.so", LIBRARY_FINE, "" },
	{ "libapam", LIBRARY_FAULT,
	    "modules call the core by the services that open is given, and no "
	    "other way" },
	{ "libcrypto", LIBRARY_FAULT,
	    "the host may bring another OpenSSL along, and each process would "
	    "pay for loading it: use the services on keys and digests" },
	{ "libssl", LIBRARY_FAULT,
	    "a module opens no connection: describe the exchange" },
	{ "libcurl", LIBRARY_FAULT,
	    "a module sends nothing: describe the exchange, and the core sends "
	    "it" },
	{ "libjansson", LIBRARY_FAULT,
	    "the host may bring another version along: use the services json "
	    "and json_of" },
	{ "libstdc++", LIBRARY_WARNS,
	    "each process would pay some 1 ms for loading it: link with "
	    "-static-libstdc++, or use no part of it" },
	{ "libc++", LIBRARY_WARNS,
	    "each process would pay for loading it: link it statically" },
};

static enum library
look_up(const char *name, const char **why)
{
	for (size_t i = 0; i < COUNT(libraries); i++)
		if (strncmp(name, libraries[i].begins,
			strlen(libraries[i].begins)) == 0) {
			*why = libraries[i].why;
			return libraries[i].is;
		}
	*why = "hosts may bring another version of it along, and it does what "
	       "no module may: do without it, or link it statically";
	return LIBRARY_FAULT;
}

void
check_libraries(void *unused)
{
	const struct elf_file *e = &module_file.elf;
	const char *why;

	(void)unused;
	for (size_t i = 0; i < e->needed_count; i++) {
		const enum library is = look_up(e->needed[i], &why);

		if (is == LIBRARY_FAULT)
			finding_fail(
			    "it is linked to %s: %s", e->needed[i], why);
		else if (is == LIBRARY_WARNS)
			finding_warn(
			    "it is linked to %s: %s", e->needed[i], why);
	}
}

/* ---- What runs by itself ---------------------------------------------- */

static void
report_run(size_t count, const char *name, const char *what, const char *when,
    const char *instead)
{
	if (count == 0)
		return;
	finding_fail("it has %zu %s%s%s%s, which runs %s: %s", count, what,
	    count == 1 ? "" : "s", name[0] == '\0' ? "" : ", as ", name, when,
	    instead);
}

void
check_constructors(void *unused)
{
	const struct elf_file *e = &module_file.elf;

	(void)unused;
	report_run(e->constructors, e->constructor, "constructor",
	    "before the core has looked at the module",
	    "do it in open; in C++, make objects of static storage constexpr");
	report_run(e->destructors, e->destructor, "destructor",
	    "when the process ends, while other threads may be in the module",
	    "do it in close");
}

void
check_segments(void *unused)
{
	const struct elf_file *e = &module_file.elf;

	(void)unused;
	if (e->writable_code)
		finding_fail("a segment is writable and executable at once: "
			     "take off what asks the linker for it, as -N or "
			     "--omagic, or a section with the flags \"awx\"");
	if (e->stack_code)
		finding_fail("it asks for an executable stack, for the whole "
			     "process: link with -z noexecstack, and use no "
			     "nested functions; an assembler file needs "
			     ".section .note.GNU-stack");
}

void
check_relocations(void *unused)
{
	(void)unused;
	if (module_file.elf.text_relocations)
		finding_fail("its code has relocations, so that each process "
			     "has a copy that was writable: compile with "
			     "-fPIC");
}

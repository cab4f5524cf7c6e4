/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A place is the two innermost return addresses of the stack that are not of the
 * system's libraries: strdup(3) calls malloc(3), and a library of the system may
 * call it in a hundred ways, but what is tested is who called that.
 */
#define _GNU_SOURCE
#include "place.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unwind.h>

#define CALLS_MAX 65536

struct stack {
	uintptr_t own[2];
	unsigned n;
};

static uintptr_t places[CALLS_MAX];
static atomic_uint count;
static _Thread_local bool inside;

/*
 * Where in which object this is, wherever that is loaded; 0 unless it is one of
 * what is tested, as far as its path says it.
 */
static uintptr_t
place_of(uintptr_t address)
{
	static const char *const systems[] = { "/lib/", "/lib64/", "/usr/lib/",
		"linux-vdso" };
	uintptr_t place;
	Dl_info info;

	/* The last byte of the call: what is returned to may be another's. */
	if (dladdr((const void *)(address - 1), &info) == 0 ||
	    info.dli_fname == NULL || strstr(info.dli_fname, "/fault.so"))
		return 0;
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (strncmp(info.dli_fname, systems[i], strlen(systems[i])) ==
		    0)
			return 0;
	place = address - (uintptr_t)info.dli_fbase;
	for (const char *c = info.dli_fname; *c != '\0'; c++)
		place = place * 31 + (unsigned char)*c;
	return place;
}

static _Unwind_Reason_Code
note_frame(struct _Unwind_Context *context, void *arg)
{
	struct stack *stack = arg;
	const uintptr_t address = _Unwind_GetIP(context);
	const uintptr_t place = address == 0 ? 0 : place_of(address);

	if (place != 0)
		stack->own[stack->n++] = place;
	return stack->n < 2 ? _URC_NO_REASON : _URC_END_OF_STACK;
}

void
place_note(void)
{
	struct stack stack = { .n = 0 };
	unsigned at;

	/* What looks at the stack may allocate. */
	if (inside || (at = atomic_fetch_add(&count, 1)) >= CALLS_MAX)
		return;
	inside = true;
	(void)_Unwind_Backtrace(note_frame, &stack);
	inside = false;
	places[at] = stack.own[0] * 31 + stack.own[1];
}

void
place_write(const char *path)
{
	const unsigned n = atomic_load(&count);
	FILE *to = path == NULL ? NULL : fopen(path, "w");

	if (to == NULL)
		return;
	for (unsigned i = 0; i < n && i < CALLS_MAX; i++)
		(void)fprintf(to, "%ju\n", (uintmax_t)places[i]);
	(void)fclose(to);
}

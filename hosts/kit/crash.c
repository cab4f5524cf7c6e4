/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handlers on a stack of their own, because a module may have used up the
 * other.  What they call is not made for handlers; the process is lost in any
 * case, and the worst is that a crash has no explanation.
 */
#define _GNU_SOURCE /* dladdr */
#include "kit/crash.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/elf_file.h"
#include "kit/finding.h"
#include "kit/guard.h"
#include "kit/module_file.h"

#define FRAMES 48

static const void *module_base, *absent_service;
static bool sought;
static char stack[128 * 1024];

void
crash_module(const void *base)
{
	void *frames[2];

	module_base = base;
	/* The first call loads the unwinder. */
	(void)backtrace(frames, 2);
}

void
crash_absent_service(const void *address)
{
	absent_service = address;
}

void
crash_seek_absent(void)
{
	sought = true;
}

bool
crash_aborts(void)
{
	static const char *const names[] = { "abort", "__stack_chk_fail",
		"__fortify_fail", "__chk_fail", "__assert_fail" };
	void *frames[FRAMES];
	const int n = backtrace(frames, FRAMES);
	Dl_info info;

	for (int i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (dladdr(frames[i], &info) != 0 &&
			    info.dli_sname != NULL &&
			    strcmp(info.dli_sname, names[k]) == 0)
				return true;
	return false;
}

/* Where the object lies that an address is of; NULL where it is of none. */
static const void *
object_of(const void *address)
{
	Dl_info info;

	return dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
}

static void
name_function(const void *address, char *to, size_t size)
{
	const uint64_t offset = (uint64_t)((const char *)address -
	    (const char *)module_base);
	const char *name = elf_file_function(&module_file.elf, offset);

	if (name[0] == '\0')
		(void)snprintf(to, size, " at offset %#llx of the file",
		    (unsigned long long)offset);
	else
		(void)snprintf(to, size, " in its function %s", name);
}

/* The C library, the loader and what the kernel maps: nobody's own code. */
static bool
is_system(const void *object)
{
	Dl_info info;

	if (object == NULL || dladdr(object, &info) == 0)
		return true;
	return strstr(info.dli_fname, "libc.so") != NULL ||
	    strstr(info.dli_fname, "libm.so") != NULL ||
	    strstr(info.dli_fname, "ld-linux") != NULL ||
	    strstr(info.dli_fname, "libgcc_s") != NULL ||
	    strstr(info.dli_fname, "libstdc++") != NULL;
}

bool
crash_caller(char *to, size_t size)
{
	const void *self = object_of((const void *)(uintptr_t)crash_caller);
	void *frames[FRAMES];
	const int n = backtrace(frames, FRAMES);
	bool inside = true, first = false, decided = false;

	to[0] = '\0';
	for (int i = 0; i < n; i++) {
		const void *object = object_of(frames[i]);

		/* The handler's own frames come first. */
		inside = inside && object == self;
		if (inside || is_system(object))
			continue;
		if (!decided)
			first = object == module_base;
		decided = true;
		if (object != module_base)
			continue;
		name_function(frames[i], to, size);
		break;
	}
	/* At the start of a thread there is nobody to be found. */
	return first || !decided;
}

static void
explain(int signal, const siginfo_t *info, char *to, size_t size)
{
	const void *address = info->si_addr;
	const char *what;
	bool beyond = false;

	what = guard_of(address, &beyond);
	if (what != NULL && beyond)
		(void)snprintf(to, size,
		    "read beyond the end of %s: a text has a length, and "
		    "nothing follows it",
		    what);
	else if (what != NULL)
		(void)snprintf(to, size,
		    "wrote to %s, which is the core's: copy what is to be "
		    "changed",
		    what);
	else if ((uintptr_t)address < 4096 && signal == SIGSEGV)
		(void)snprintf(to, size,
		    "used a pointer that is NULL: see what may be NULL or "
		    "empty there");
	else
		(void)snprintf(to, size, "crashed (%s): use a debugger",
		    strsignal(signal));
}

static void
on_crash(int signal, siginfo_t *info, void *context)
{
	char caller[160], text[256];

	(void)context;
	if (sought && info->si_addr == absent_service)
		finding_insist(
		    "%s: the module called a service that this core does not "
		    "have: ask APAM_HAS_SERVICE before you call one that ABI "
		    "1.0 lacks",
		    finding->doing);
	explain(signal, info, text, sizeof(text));
	(void)crash_caller(caller, sizeof(caller));
	finding_die("%s%s%s: the module %s", finding->doing,
	    caller[0] == '\0' ? "" : ",", caller, text);
}

void
crash_watch(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE };
	const stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_sigaction = on_crash };

	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaltstack(&other, NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &action, NULL);
}

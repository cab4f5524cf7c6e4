/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table.  A check whose cause another one finds more plainly needs that
 * one, so that a mistake is one line and not ten.
 */
#include "kit/checks.h"

#include <stddef.h>

struct run_options run_options;

#define WORKS "file load descriptor system-calls older-core open "
#define SLOTS WORKS "acquire sign judge check revoke login verify body "

const struct check checks[] = {
	{ "file", "a shared object of this machine, named after its scheme",
	    "Build and install", "", check_file, 2, false },
	{ "symbols", "exports apam_module_1 and nothing else",
	    "Build and install", "file", check_symbols, 2, false },
	{ "libraries", "needs libc, libm, libgcc_s and the loader at most",
	    "Build and install", "file", check_libraries, 2, false },
	{ "constructors", "runs nothing when it is loaded or the process ends",
	    "Build and install", "file", check_constructors, 2, false },
	{ "segments", "no memory is writable and executable",
	    "Build and install", "file", check_segments, 2, false },
	{ "relocations", "its code is not changed when it is loaded",
	    "Build and install", "file", check_relocations, 2, false },
	{ "load", "the loader finds all that it needs", "Build and install",
	    "file symbols constructors", check_load, 2, false },
	{ "descriptor", "the core accepts apam_module_1", "The descriptor",
	    "file symbols load", check_descriptor, 2, false },
	{ "options", "defaults are legal, texts are there", "Options",
	    "file symbols load descriptor", check_options, 2, false },
	{ "system-calls",
	    "makes no system call that does I/O or starts "
	    "anything",
	    "No input and output", "file symbols load descriptor options",
	    check_system_calls, 1, false },
	{ "older-core", "uses no service that the core may not have",
	    "Versions", "file symbols load descriptor options system-calls",
	    check_older_core, 1, false },
	{ "open", "opens an entry, or refuses a value by its option", "State",
	    "file symbols load descriptor options system-calls "
	    "older-core",
	    check_open, 1, false },
	{ "acquire", "ends in a credential, an exchange or a reason",
	    "Acquire a credential", WORKS, check_acquire, 1, false },
	{ "sign", "adds something to each request, or refuses it", "Sign",
	    WORKS "acquire", check_sign, 1, false },
	{ "static", "a static signature depends on the credential alone",
	    "Sign", WORKS "acquire sign", check_static, 1, false },
	{ "short-lived", "what it calls short-lived holds no secret of options",
	    "Sign", WORKS "acquire sign", check_short_lived, 1, false },
	{ "values", "takes any legal value, or refuses it", "Options",
	    WORKS "acquire sign", check_values, 3, false },
	{ "judge", "has a verdict and a reason for each answer", "Judge",
	    WORKS "acquire", check_judge, 1, false },
	{ "check", "ends in a key state, an exchange or a reason", "Check",
	    WORKS "acquire", check_check, 1, false },
	{ "revoke", "ends when the provider was told", "Revoke",
	    WORKS "acquire", check_revoke, 1, false },
	{ "login", "ends in a durable secret", "Log in", WORKS, check_login, 1,
	    false },
	{ "verify", "says whether a response is the provider's", "Verify",
	    WORKS "acquire", check_verify, 1, false },
	{ "body", "rewrites bodies of any size, and again", "Rewrite the body",
	    WORKS "acquire sign", check_body, 2, false },
	{ "responses", "bears arbitrary responses", "Responses", SLOTS,
	    check_responses, 2, true },
	{ "texts", "no text holds a secret or echoes a response", "Secrets",
	    SLOTS "responses", check_texts, 2, false },
	{ "newer-core", "bears a core whose structs have grown", "Versions",
	    SLOTS, check_newer_core, 2, false },
	{ "entries", "two entries do not meet", "State", SLOTS, check_entries,
	    2, false },
	{ "memory", "bears each allocation's failing", "Memory", SLOTS,
	    check_memory, 4, false },
	{ "growth", "opens and closes 10,000 times and keeps nothing", "Memory",
	    SLOTS "entries", check_growth, 8, false },
	{ "secrets", "leaves no secret in memory after close", "Secrets", SLOTS,
	    check_secrets, 4, false },
	{ "threads", "does the same in many threads, as it declares", "Threads",
	    SLOTS "entries", check_threads, 8, false },
	{ "fork", "goes on in both processes after a fork", "Forks",
	    SLOTS "entries", check_fork, 2, false },
	{ "process", "leaves the process as it was", "No input and output",
	    SLOTS, check_process, 2, false },
	{ .name = NULL },
};

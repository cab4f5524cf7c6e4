/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of rows, and running it:
 *
 *	build/bench/bench [--gate | --row ROW | --median ROW]
 *
 * --gate exits 1 when a limit is missed; --row measures one row alone; --median
 * prints the nanoseconds of one row and nothing else.  Exit status 2: it could
 * not be measured.
 */
#include <apam/admin.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"

static const struct row rows[] = {
	/* First: afterwards this process has modules loaded. */
	{ "module-load", "apam_module_get of a scheme, the first in a process",
	    "dlopen and dlsym of the same file, the first in a process",
	    LIMIT_MOST, 1.5, run_module_load },
	{ "sign-bearer",
	    "apam_sign with a cached bearer token of 900 bytes into the "
	    "caller's store",
	    "acquire load, coarse clock, memcpy of the same bytes", LIMIT_MOST,
	    2.0, run_sign_bearer },
	{ "sign-release",
	    "the same, then apam_signature_release, which wipes it",
	    "the same, then explicit_bzero of the bytes", LIMIT_NONE, 0,
	    run_sign_release },
	{ "sign-bearer-2t",
	    "sign-bearer on two threads at once, for each operation",
	    "sequence lock and memcpy on two threads at once", LIMIT_MOST, 2.5,
	    run_sign_bearer_2t },
	{ "scale-2t", "sign-bearer on two threads, for each operation",
	    "sign-bearer on one; the ratio is how much more two sign",
	    LIMIT_LEAST, 1.7, run_scale_2t },
	{ "counter",
	    "the raw row of sign-bearer with a look at the key registry's "
	    "counter",
	    "the same without; the ratio is the difference in ns", LIMIT_MOST,
	    3.0, run_counter },
	{ "sign-basic",
	    "apam_sign with basic-email-key into the caller's store",
	    "memcpy of the same bytes", LIMIT_NONE, 0, run_sign_basic },
	{ "sign-query",
	    "apam_sign with basic-email-key and a query parameter to add",
	    "memcpy of the same bytes, URL included; the ratio is the ns of "
	    "ours",
	    LIMIT_MOST, 60, run_sign_query },
	{ "sign-hmac-once",
	    "apam_sign with a scheme that signs each request anew",
	    "one HMAC-SHA256 and one SHA-256 by OpenSSL's calls that set up "
	    "and free all that they need",
	    LIMIT_MOST, 1.5, run_sign_hmac_once },
	{ "sign-hmac", "apam_sign with a scheme that signs each request anew",
	    "one HMAC-SHA256 and one SHA-256 by OpenSSL, whose contexts are "
	    "kept",
	    LIMIT_MOST, 2.7, run_sign_hmac },
	{ "hmac-2t", "sign-hmac on two threads, for each operation",
	    "sign-hmac on one; the ratio is how much more two sign",
	    LIMIT_LEAST, 1.7, run_hmac_2t },
	{ "key-hmac", "HMAC-SHA256 of 256 bytes by a key handle",
	    "OpenSSL's own EVP_MAC context, used again", LIMIT_MOST, 1.3,
	    run_key_hmac },
	{ "key-es256", "a signature of 256 bytes by ES256 with a key handle",
	    "OpenSSL's own hash and EVP_PKEY context, used again", LIMIT_MOST,
	    1.1, run_key_es256 },
	{ "key-hmac-2t", "key-hmac on two threads, for each operation",
	    "key-hmac on one; the ratio is how much more two do", LIMIT_LEAST,
	    1.7, run_key_hmac_2t },
	{ "body-64m",
	    "a body of 64 MiB that the module signs in chunks of 64 KiB, read "
	    "to its end",
	    "SHA-256 of the same bytes by OpenSSL", LIMIT_MOST, 1.1,
	    run_body_64m },
	{ "open-10000", "apam_open with 10,000 profiles",
	    "readdir of the directory of profiles", LIMIT_NONE, 0,
	    run_open_10000 },
	{ "find-10000",
	    "apam_profile_find of one URL among them, all having been read",
	    "bsearch of its origin among theirs", LIMIT_NONE, 0,
	    run_find_10000 },
	{ "process", "`apam headers` as a process, its credential a file",
	    "an empty dynamic program as a process", LIMIT_MOST, 2.5,
	    run_process },
	{ "process-shared",
	    "the same with an OAuth token that another process acquired",
	    "an empty dynamic program as a process", LIMIT_MOST, 7.0,
	    run_process_shared },
	{ "process-openssl", "the same",
	    "a program that loads OpenSSL and opens a record with it",
	    LIMIT_MOST, 1.6, run_process_openssl },
	{ "agent-sign",
	    "sign-hmac, where the agent signs, one client, one core",
	    "an echo of as many bytes on such a socket, and sign-hmac",
	    LIMIT_MOST, 1.5, run_agent_sign },
	{ "agent-frames", "the same by a client that sends frames and no more",
	    "the same", LIMIT_MOST, 1.5, run_agent_frames },
	{ "agent-16", "the same of 16 clients at once, on all cores",
	    "the echo of 16 clients; the ratio is how much of it ours do",
	    LIMIT_LEAST, 0.6, run_agent_16 },
	{ "agent-page", "sign-bearer, where the agent signs, by its page",
	    "sign-bearer in this process", LIMIT_MOST, 1.15, run_agent_page },
	{ "agent-first",
	    "the first apam_sign of a context that is open, by the agent",
	    "connect, one round trip that passes a descriptor, and mmap",
	    LIMIT_MOST, 1.5, run_agent_first },
	{ "agent-first-one", "the same, all on one processor",
	    "the same, all on one processor", LIMIT_NONE, 0,
	    run_agent_first_one },
	{ "agent-process", "`apam headers` as a process, signed by the agent",
	    "an empty dynamic program as a process", LIMIT_MOST, 2.5,
	    run_agent_process },
	{ "archive-10000", "`apam keys archive` with 10,000 profiles",
	    "reading their files; the ratio is the seconds of ours", LIMIT_MOST,
	    1.0, run_archive_10000 },
	{ "registry-process-100",
	    "`apam headers` as a process, with 100 keys in the registry",
	    "the same without a registry", LIMIT_MOST, 1.1,
	    run_registry_process_100 },
	{ "registry-process-10000",
	    "`apam headers` as a process, with 10,000 keys in the registry",
	    "the same without a registry", LIMIT_MOST, 1.1,
	    run_registry_process_10000 },
	{ "registry-process-100000",
	    "`apam headers` as a process, with 100,000 keys in the registry",
	    "the same without a registry", LIMIT_MOST, 1.1,
	    run_registry_process_100000 },
	{ "registry-memory",
	    "memory of a first signature, with 100,000 keys, in kB",
	    "the same without a registry; the ratio is the difference",
	    LIMIT_MOST, 1000, run_registry_memory },
	{ "registry-first-100",
	    "the first apam_sign after a change, with 100 keys",
	    "the next one; the ratio is the microseconds of ours", LIMIT_MOST,
	    100, run_registry_first_100 },
	{ "registry-first-10000",
	    "the first apam_sign after a change, with 10,000 keys",
	    "the next one; the ratio is the microseconds of ours", LIMIT_MOST,
	    100, run_registry_first_10000 },
	{ "registry-first-100000",
	    "the first apam_sign after a change, with 100,000 keys",
	    "the next one; the ratio is the microseconds of ours", LIMIT_MOST,
	    100, run_registry_first_100000 },
	{ "registry-archive-10000",
	    "`apam keys archive` as a process, with 10,000 keys",
	    "the same with 100; the ratio is the seconds of ours", LIMIT_MOST,
	    0.2, run_registry_archive_10000 },
	{ "registry-archive-100000",
	    "`apam keys archive` as a process, with 100,000 keys",
	    "the same with 100; the ratio is the seconds of ours", LIMIT_MOST,
	    0.2, run_registry_archive_100000 },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static int
run_one(const char *name, bool median)
{
	struct result result = { 0 };

	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		rows[i].run(&result);
		need(!result.absent, "there is nothing to measure");
		if (median)
			(void)printf("%.1f\n", result.ns);
		else
			print_row(&rows[i], &result);
		return 0;
	}
	(void)fprintf(stderr, "bench: there is no row %s\n", name);
	return 2;
}

int
main(int argc, char **argv)
{
	static struct result results[ROWS];
	bool gate = argc == 2 && strcmp(argv[1], "--gate") == 0, ok = true;

	site_make();
	if (argc == 3 && strcmp(argv[1], "--median") == 0)
		return run_one(argv[2], true);
	if (argc == 3 && strcmp(argv[1], "--row") == 0)
		return run_one(argv[2], false);
	print_head();
	for (size_t i = 0; i < ROWS; i++) {
		rows[i].run(&results[i]);
		print_row(&rows[i], &results[i]);
		ok = row_ok(&rows[i], &results[i]) && ok;
	}
	write_json(rows, results, ROWS);
	return gate && !ok ? 1 : 0;
}

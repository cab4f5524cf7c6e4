/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the key registry with few and with many keys: the cost for a process
 * that signs, and for an administrator who archives a key.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <apam/admin.h>

#include "bench.h"

#define ROUNDS 101
#define CHANGES 11
#define NS_PER_US 1e3
#define NS_PER_S 1e9
#define PAGE_KB 4

/* The registry of a row: its number of keys. */
static unsigned keys_of_row;

static const char *
config_of(unsigned keys)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "registry-%u.conf", keys);
	return name;
}

/* Run `apam -c CONFIG` with up to four more words; NULL ends them. */
static double
run_apam(unsigned keys, const char *const words[4])
{
	static char program[256], config[512], texts[4][512];
	static char option[] = "-c";
	char *argv[8] = { program, option, config, NULL };
	double ns;

	(void)snprintf(program, sizeof(program), "%s/apam", site_build());
	(void)snprintf(
	    config, sizeof(config), "%s", site_path(config_of(keys)));
	for (int i = 0; i < 4 && words[i] != NULL; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%s", words[i]);
		argv[3 + i] = texts[i];
	}
	need(spawn_and_wait(argv, &ns) == 0, "apam failed");
	return ns;
}

static void
write_text(const char *path, unsigned keys)
{
	FILE *f = fopen(path, "w");

	need(f != NULL, "cannot write a registry");
	(void)fprintf(f, "{ \"apam\": \"keys 1\", \"keys\": [\n");
	for (unsigned i = 0; i < keys; i++)
		(void)fprintf(f,
		    "{ \"scheme\": \"basic-email-key\", \"id\": "
		    "\"user-%06u@example.com\", \"created\": 1763700000, "
		    "\"created_by\": \"root\", \"archived\": 1763710000, "
		    "\"archived_by\": \"root\", \"why\": \"rotated\" },\n",
		    i);
	(void)fprintf(f,
	    "{ \"scheme\": \"basic-email-key\", \"id\": \"one-more\" }\n] }\n");
	need(fclose(f) == 0, "cannot write a registry");
}

/* Make a configuration with a registry of `keys` keys; 0: without one. */
static void
make_registry(unsigned keys)
{
	char text[2048], path[256], state[32];
	const char *const recover[4] = { "keys", "recover", "--yes", text };

	(void)snprintf(path, sizeof(path), "%.200s", site_path(""));
	(void)snprintf(state, sizeof(state), "state-%u", keys);
	if (access(site_path(config_of(keys)), F_OK) == 0)
		return;
	site_directory(state);
	(void)snprintf(text, sizeof(text),
	    "module_dir = \"%smodules\";\nprofile_dir = \"%sapam.d\";\n"
	    "state_dir = \"%s%s\";\naudit = \"file\";\n",
	    path, path, path, state);
	site_write(config_of(keys), text);
	if (keys == 0)
		return;
	(void)snprintf(text, sizeof(text), "%sregistry.text", path);
	write_text(text, keys);
	(void)run_apam(keys, recover);
}

/* ---- A process ------------------------------------------------------------ */

static double
sample_headers(void *arg)
{
	const unsigned *keys = arg;
	const char *const headers[4] = { "headers", "basic",
		"https://api.example.com/v1/things", NULL };

	return run_apam(*keys, headers);
}

static void
run_process_with(unsigned keys, struct result *result)
{
	static unsigned none, some;
	const struct work ours = { sample_headers, &some };
	const struct work raw = { sample_headers, &none };

	make_registry(0);
	make_registry(keys);
	some = keys;
	measure(&ours, &raw, ROUNDS, result);
}

/* ---- Signatures in a process ---------------------------------------------- */

static double
sign_once(struct apam_profile *profile)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example.com/v1/things");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	double start = now_ns(), ns;

	if (apam_sign(profile, &request, &signature, &err) != APAM_OK)
		need(false, err.text);
	ns = now_ns() - start;
	apam_signature_release(&signature);
	return ns;
}

static struct apam_profile *
open_profile(struct apam **ctx)
{
	struct apam_profile *profile = NULL;
	struct apam_error err = APAM_ERROR_INIT;

	*ctx = site_open(config_of(keys_of_row));
	if (apam_profile_get(*ctx, "basic", &profile, &err) != APAM_OK)
		need(false, err.text);
	return profile;
}

/* Kilobytes of memory that this process uses. */
static double
memory_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	need(f != NULL && fscanf(f, "%*u %lu", &pages) == 1,
	    "cannot tell the memory of a process");
	(void)fclose(f);
	return (double)pages * PAGE_KB;
}

/* The memory that opening and signing use in a child; body of in_child. */
static double
memory_of_signing(void)
{
	const double before = memory_kb();
	struct apam *ctx;

	(void)sign_once(open_profile(&ctx));
	return memory_kb() - before;
}

static double
memory_with(unsigned keys)
{
	make_registry(keys);
	keys_of_row = keys;
	return in_child(memory_of_signing);
}

void
run_registry_memory(struct result *result)
{
	result->raw_ns = memory_with(0);
	result->ns = memory_with(100000);
	result->ratio = result->ns - result->raw_ns;
	(void)snprintf(result->note, sizeof(result->note),
	    "kilobytes in place of nanoseconds");
}

/* Make a change, and measure the next signature of a running program. */
static double
sample_first(void *arg)
{
	static const char *const texts[] = { "read", "write" };
	static unsigned turn;
	const char *const describe[4] = { "keys", "describe", NULL, NULL };
	char access[32];
	const char *words[4] = { describe[0], describe[1], access, "one-more" };

	(void)snprintf(
	    access, sizeof(access), "--access=%s", texts[turn++ % 2]);
	(void)run_apam(keys_of_row, words);
	return sign_once(arg);
}

static double
sample_next(void *arg)
{
	return sign_once(arg);
}

static void
run_first_with(unsigned keys, struct result *result)
{
	struct apam *ctx = NULL;
	struct work ours = { sample_first, NULL }, raw = { sample_next, NULL };

	make_registry(keys);
	keys_of_row = keys;
	ours.arg = raw.arg = open_profile(&ctx);
	(void)sample_first(ours.arg);
	measure(&ours, &raw, CHANGES, result);
	result->ratio = result->ns / NS_PER_US;
	apam_close(&ctx);
}

/* ---- Archiving ------------------------------------------------------------ */

static double
sample_archive(void *arg)
{
	const unsigned *keys = arg;
	const char *const archive[4] = { "keys", "archive", "--yes",
		"one-more" };
	const char *const restore[4] = { "keys", "restore", "one-more", NULL };
	const double ns = run_apam(*keys, archive);

	(void)run_apam(*keys, restore);
	return ns;
}

static void
run_archive_with(unsigned keys, struct result *result)
{
	static unsigned some, few = 100;
	const struct work ours = { sample_archive, &some };
	const struct work raw = { sample_archive, &few };

	make_registry(few);
	make_registry(keys);
	some = keys;
	(void)sample_archive(&some);
	(void)sample_archive(&few);
	measure(&ours, &raw, CHANGES, result);
	result->ratio = result->ns / NS_PER_S;
}

/* ---- Rows ------------------------------------------------------------------ */

void
run_registry_process_100(struct result *result)
{
	run_process_with(100, result);
}

void
run_registry_process_10000(struct result *result)
{
	run_process_with(10000, result);
}

void
run_registry_process_100000(struct result *result)
{
	run_process_with(100000, result);
}

void
run_registry_first_100(struct result *result)
{
	run_first_with(100, result);
}

void
run_registry_first_10000(struct result *result)
{
	run_first_with(10000, result);
}

void
run_registry_first_100000(struct result *result)
{
	run_first_with(100000, result);
}

void
run_registry_archive_10000(struct result *result)
{
	run_archive_with(10000, result);
}

void
run_registry_archive_100000(struct result *result)
{
	run_archive_with(100000, result);
}

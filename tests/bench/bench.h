/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `make bench`: what libapam costs beside the least that could do the job.
 *
 * Each row is our work and a raw counterpart, measured in turn over several
 * rounds of one run, so that a busy machine slows both; medians are compared.
 * Limits are on ratios alone: nanoseconds are the machine's, ratios ours.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one row found. */
struct result {
	double ns;		/* of one operation of ours; the median */
	double raw_ns;		/* of its counterpart */
	double ratio;		/* ns / raw_ns, unless the row says otherwise */
	double spread;		/* (p90 - p10) / median of ours over rounds */
	bool absent;		/* there was nothing to measure */
	bool broken;		/* a promise beside the time was not kept */
	char note[400];		/* what else there is to say, or empty */
};

enum limit_kind {
	LIMIT_NONE = 0,
	LIMIT_MOST,		/* the ratio is at most `limit` */
	LIMIT_LEAST		/* at least */
};

struct row {
	const char *name;
	const char *ours, *raw;	/* what is compared, in words */
	enum limit_kind kind;
	double limit;
	void (*run)(struct result *result);
};

/* ---- Measuring (measure.c) ---------------------------------------------- */

/* Something to measure: one sample is the nanoseconds of one operation. */
struct work {
	double (*sample)(void *arg);
	void *arg;
};

/* An operation that is too short to be measured alone: `n` times each. */
struct loop {
	void (*run)(void *arg, size_t n);
	void *arg;
	size_t n;		/* set by loop_work */
};

/* On a clock that only runs forward. */
double now_ns(void);

/* The work of a loop, warm and long enough to be measured. */
struct work loop_work(struct loop *loop);

/* Both in turn, `rounds` times; fills in all of `result` but the note. */
void measure(const struct work *ours, const struct work *raw, size_t rounds,
    struct result *result);

/* The median of ours alone; *spread as in struct result. */
double measure_one(const struct work *ours, size_t rounds, double *spread);

/* Keep the compiler from dropping what was written through `p`. */
static inline void
use(const void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

/* What `body` returns when a fresh child calls it (fresh.c). */
double in_child(double (*body)(void));

/* ---- The place (site.c) -------------------------------------------------- */

struct apam;
struct apam_profile;

/* End the run, saying what went wrong; the measurement is worth nothing. */
void need(bool ok, const char *what);

/* Make a configuration below /tmp; it is removed when the process ends. */
void site_make(void);

/* The path of something in it; the text lives until the next call. */
const char *site_path(const char *name);

/* Write a file there. */
void site_write(const char *name, const char *text);

/* Make a directory there. */
void site_directory(const char *name);

/* A new context on a main file there.  Free with apam_close. */
struct apam *site_open(const char *config);

/* A profile of the context that the rows share, opened at the first call. */
struct apam_profile *site_profile(const char *name);

/* Where the build lies. */
const char *site_build(void);

/* ---- Promises (promise.c) ------------------------------------------------ */

/*
 * Run `work` in a child that may not make a system call, after `work` has been
 * run there before.  Returns 0, the number of the call that it tried, or -1
 * where this kernel cannot tell.
 */
long system_call_of(void (*work)(void *arg), void *arg);

/* Blocks and mappings that were asked for so far, by anything in here. */
unsigned long allocations(void);

/* ---- Processes (rows_process.c) ------------------------------------------ */

/* Run `apam headers` with a profile.  Returns its exit status, or -1. */
int apam_headers(char *profile, double *ns);

/* Returns a program's exit status, or -1; *ns is the time until it had ended. */
int spawn_and_wait(char *const argv[], double *ns);

/*
 * MANY profiles in many/, with main file many.conf, each with an origin and a
 * key of its own, p00000@example.com and so on; made once.
 */
#define MANY 10000
void make_many(void);

/* Samples: it must succeed with the profile `arg`; an empty program. */
double sample_apam(void *arg);
double sample_empty(void *arg);

/* ---- Rows ---------------------------------------------------------------- */

void run_sign_bearer(struct result *result);
void run_sign_release(struct result *result);
void run_counter(struct result *result);
void run_sign_basic(struct result *result);
void run_sign_query(struct result *result);
void run_sign_hmac(struct result *result);
void run_sign_bearer_2t(struct result *result);
void run_scale_2t(struct result *result);
void run_module_load(struct result *result);
void run_open_10000(struct result *result);
void run_find_10000(struct result *result);
void run_process(struct result *result);
void run_archive_10000(struct result *result);
void run_registry_process_100(struct result *result);
void run_registry_process_10000(struct result *result);
void run_registry_process_100000(struct result *result);
void run_registry_memory(struct result *result);
void run_registry_first_100(struct result *result);
void run_registry_first_10000(struct result *result);
void run_registry_first_100000(struct result *result);
void run_registry_archive_10000(struct result *result);
void run_registry_archive_100000(struct result *result);
void run_process_shared(struct result *result);

/* ---- Output (output.c) --------------------------------------------------- */

bool row_ok(const struct row *row, const struct result *result);
void print_head(void);
void print_row(const struct row *row, const struct result *result);

/* Write build/bench.json. */
void write_json(
    const struct row *rows, const struct result *results, size_t count);

#endif

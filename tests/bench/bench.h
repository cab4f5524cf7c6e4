/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `make bench`: what libapam costs, compared with the least code that could do
 * the job.
 *
 * Each row measures our work and a raw counterpart in turn, over several rounds
 * of one run, so that a busy machine slows both; the medians are compared.
 * Limits apply to ratios only: nanoseconds depend on the machine, ratios on us.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The result of a row. */
struct result {
	double ns;		/* one operation of ours; the median */
	double raw_ns;		/* one of the counterpart */
	double ratio;		/* ns / raw_ns, unless the row says otherwise */
	double spread;		/* (p90 - p10) / median of ours over rounds */
	bool absent;		/* there was nothing to measure */
	bool broken;		/* a promise other than the time was broken */
	char note[400];		/* other remarks, or empty */
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

/*
 * An operation that is too short to be measured alone: `n` of them at a time.
 */
struct loop {
	void (*run)(void *arg, size_t n);
	void *arg;
	size_t n;		/* set by loop_work */
};

/* Nanoseconds on a clock that only runs forward. */
double now_ns(void);

/* Turn a loop into work, warmed up and long enough to be measured. */
struct work loop_work(struct loop *loop);

/*
 * Measure both in turn, `rounds` times; fills in all of `result` except the
 * note.
 */
void measure(const struct work *ours, const struct work *raw, size_t rounds,
    struct result *result);

/* The median of ours only; *spread as in struct result. */
double measure_one(const struct work *ours, size_t rounds, double *spread);

/*
 * How many times as much two threads do as one (rows_threads.c); *result has
 * both times, of one operation.
 */
double measure_scale(struct loop *loop, struct result *result);

/* Keep the compiler from removing writes through `p`. */
static inline void
use(const void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

/* The value that `body` returns in a fresh child (fresh.c). */
double in_child(double (*body)(void));

/* ---- The place (site.c) -------------------------------------------------- */

struct apam;
struct apam_profile;

/*
 * End the run with a message if `ok` is false; the result would be worthless.
 */
void need(bool ok, const char *what);

/* Make a configuration below /tmp, which is removed when the process ends. */
void site_make(void);

/* The path of a file in it; the text lives until the next call. */
const char *site_path(const char *name);

/* Write a file there. */
void site_write(const char *name, const char *text);

/* Make a directory there. */
void site_directory(const char *name);

/* A new context with a main file in it.  Free it with apam_close. */
struct apam *site_open(const char *config);

/* A profile of the context that all rows share; the first call opens it. */
struct apam_profile *site_profile(const char *name);

/* The build directory. */
const char *site_build(void);

/* ---- Promises (promise.c) ------------------------------------------------ */

/*
 * Run `work` once, and then again in a child that may not make a system call.
 * Returns 0, the number of the call that it tried, or -1 if this kernel cannot
 * tell.
 */
long system_call_of(void (*work)(void *arg), void *arg);

/* How many blocks and mappings this process has requested so far. */
unsigned long allocations(void);

/* ---- Processes (rows_process.c) ------------------------------------------ */

/* Run `apam headers` with a profile.  Returns its exit status, or -1. */
int apam_headers(char *profile, double *ns);

/*
 * Run a program.  Returns its exit status, or -1; *ns is the time until it
 * ended.
 */
int spawn_and_wait(char *const argv[], double *ns);

/*
 * Make MANY profiles in many/, with main file many.conf, once.  Each has an
 * origin and a key of its own, p00000@example.com and so on.
 */
#define MANY 10000
void make_many(void);

/*
 * Samples: `apam headers` with the profile `arg`, which must succeed; a
 * program that does nothing; one that does with OpenSSL what opening a shared
 * credential takes.
 */
double sample_apam(void *arg);
double sample_empty(void *arg);
double sample_openssl(void *arg);

/* ---- Rows ---------------------------------------------------------------- */

void run_sign_bearer(struct result *result);
void run_sign_release(struct result *result);
void run_counter(struct result *result);
void run_sign_basic(struct result *result);
void run_sign_query(struct result *result);
void run_sign_hmac_once(struct result *result);
void run_sign_hmac(struct result *result);
void run_key_hmac(struct result *result);
void run_key_es256(struct result *result);
void run_body_64m(struct result *result);
void run_key_hmac_2t(struct result *result);
void run_sign_bearer_2t(struct result *result);
void run_scale_2t(struct result *result);
void run_hmac_2t(struct result *result);
void run_module_load(struct result *result);
void run_open_10000(struct result *result);
void run_find_10000(struct result *result);
void run_process(struct result *result);
void run_agent_process(struct result *result);
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
void run_process_openssl(struct result *result);
void run_agent_sign(struct result *result);
void run_agent_frames(struct result *result);
void run_agent_16(struct result *result);
void run_agent_page(struct result *result);
void run_agent_first(struct result *result);
void run_agent_first_one(struct result *result);

/* ---- Output (output.c) --------------------------------------------------- */

bool row_ok(const struct row *row, const struct result *result);
void print_head(void);
void print_row(const struct row *row, const struct result *result);

/* Write build/bench.json. */
void write_json(
    const struct row *rows, const struct result *results, size_t count);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sandbox as a child process, and a project whose profiles use it.
 *
 * One sandbox serves the whole program: sandbox_start before the suite runs,
 * sandbox_stop after it.  Each test begins with live_make, which resets it.
 * APAM_STRESS=full asks for tests of full size.
 */
#ifndef TESTS_LIVE_H
#define TESTS_LIVE_H

#include <apam/admin.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

#include <curl/curl.h>
#include <jansson.h>

#include "support/project.h"

#define TOKEN_PATH "/oauth2/token"
#define SECRET_ONE "not-a-secret-7signal-one"

struct sandbox {
	pid_t pid;
	int hold; /* its standard input: it ends when we do */
	char dir[64];
	int sevensignal, xysense, seed, control;
	char eyes[64]; /* a URL of the first provider's API */
};

static struct sandbox sandbox;

static inline bool
stress_full(void)
{
	const char *stress = getenv("APAM_STRESS");

	return stress != NULL && strcmp(stress, "full") == 0;
}

static inline int64_t
live_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void
sleep_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* ---- The child ----------------------------------------------------------- */

static inline void
sandbox_run(const int ends[2], const char *program)
{
	(void)dup2(ends[0], 0);
	(void)close(ends[0]);
	(void)close(ends[1]);
	if (freopen("/dev/null", "w", stdout) == NULL)
		_exit(127);
	(void)execl(program, program, "--dir", sandbox.dir, "--stdin", NULL);
	_exit(127);
}

static inline bool
sandbox_read_ports(void)
{
	char path[128];
	FILE *f;
	int n;

	(void)snprintf(path, sizeof(path), "%s/ports", sandbox.dir);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	n = fscanf(f,
	    "SEVENSIGNAL_PORT=%d XYSENSE_PORT=%d SEED_PORT=%d CONTROL_PORT=%d",
	    &sandbox.sevensignal, &sandbox.xysense, &sandbox.seed,
	    &sandbox.control);
	(void)fclose(f);
	(void)snprintf(sandbox.eyes, sizeof(sandbox.eyes),
	    "https://127.0.0.1:%d/eyes", sandbox.sevensignal);
	return n == 4;
}

/* Outside any test: ends the program where there is no sandbox. */
static inline void
sandbox_start(void)
{
	char program[512];
	int ends[2];

	project_built("sandbox", program, sizeof(program));
	(void)snprintf(
	    sandbox.dir, sizeof(sandbox.dir), "/tmp/apam-sandbox-XXXXXX");
	if (mkdtemp(sandbox.dir) == NULL || pipe(ends) != 0)
		exit(1);
	sandbox.pid = fork();
	if (sandbox.pid == 0)
		sandbox_run(ends, program);
	(void)close(ends[0]);
	sandbox.hold = ends[1];
	for (int i = 0; i < 1000; i++) {
		if (sandbox_read_ports())
			return;
		sleep_ms(10);
	}
	fprintf(stderr, "%s does not start\n", program);
	exit(1);
}

static inline void
sandbox_stop(void)
{
	(void)close(sandbox.hold);
	(void)waitpid(sandbox.pid, NULL, 0);
	(void)rmdir(sandbox.dir);
}

/* ---- Its control port ---------------------------------------------------- */

struct live_text {
	char *p;
	size_t n;
};

static inline size_t
live_take(char *bytes, size_t one, size_t n, void *to)
{
	struct live_text *text = to;
	char *longer = realloc(text->p, text->n + n + 1);

	if (longer == NULL)
		return 0;
	memcpy(longer + text->n, bytes, one * n);
	text->p = longer;
	text->n += n;
	text->p[text->n] = '\0';
	return n;
}

/* One exchange; the answer's text is to be freed. */
static inline long
live_http(CURL *easy, const char *url, struct live_text *text)
{
	long status = 0;
	CURLcode code;

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 20000L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, live_take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, text);
	code = curl_easy_perform(easy);
	ck_assert_msg(
	    code == CURLE_OK, "%s: %s", url, curl_easy_strerror(code));
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* A command, as "/life?provider=7signal&seconds=2". */
__attribute__((format(printf, 1, 2))) static inline void
sandbox_tell(const char *format, ...)
{
	struct live_text text = { NULL, 0 };
	CURL *easy = curl_easy_init();
	char url[512];
	va_list args;
	size_t n;

	n = (size_t)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%d", sandbox.control);
	va_start(args, format);
	(void)vsnprintf(url + n, sizeof(url) - n, format, args);
	va_end(args);
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, "");
	ck_assert_msg(
	    live_http(easy, url, &text) == 200, "%s: %s", url, text.p);
	curl_easy_cleanup(easy);
	free(text.p);
}

static inline json_t *
sandbox_ask(const char *path)
{
	struct live_text text = { NULL, 0 };
	CURL *easy = curl_easy_init();
	json_t *answer;
	char url[128];

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%d%s", sandbox.control, path);
	ck_assert_int_eq(live_http(easy, url, &text), 200);
	curl_easy_cleanup(easy);
	answer = json_loads(text.p, 0, NULL);
	ck_assert_ptr_nonnull(answer);
	free(text.p);
	return answer;
}

/* How many requests the token endpoint has had. */
static inline int
sandbox_mints(void)
{
	json_t *counts = sandbox_ask("/counts");
	json_t *paths = json_object_get(
	    json_object_get(counts, "7signal"), "paths");
	json_t *n = json_object_get(paths, "POST " TOKEN_PATH);
	int mints = (int)json_integer_value(n);

	json_decref(counts);
	return mints;
}

/* When they came, in ms; returns how many. */
static inline int
sandbox_mint_times(int64_t *times, int max)
{
	json_t *log = sandbox_ask("/log?provider=7signal"), *entry;
	json_t *list = json_is_array(log) ? log : json_object_get(log, "log");
	size_t i;
	int n = 0;

	ck_assert(json_is_array(list));
	json_array_foreach(list, i, entry)
	{
		const char *path = json_string_value(
		    json_object_get(entry, "path"));

		if (path != NULL && strcmp(path, TOKEN_PATH) == 0 && n < max)
			times[n++] = json_integer_value(
			    json_object_get(entry, "time_ms"));
	}
	json_decref(log);
	return n;
}

/* ---- Projects ------------------------------------------------------------ */

/* A profile of the sandbox's first provider; `more` goes before its auth. */
static inline void
live_profile_as(
    struct project *p, const char *name, const char *more, const char *options)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%d\" ];\nca_file = \"%s/ca.pem\";\n"
	    "%s\nauth = ( { scheme = \"oauth2-client-credentials\";\n"
	    "token_url = \"https://127.0.0.1:%d" TOKEN_PATH "\";\n"
	    "client_id = \"SANDBOX.CLIENT.ONE\";\n"
	    "client_secret = \"file:%s/secret\";\n"
	    "client_auth = \"post\"; %s } );\n",
	    sandbox.sevensignal, sandbox.dir, more, sandbox.sevensignal, p->dir,
	    options);
	project_profile(p, name, text);
}

static inline void
live_profile(struct project *p, const char *more)
{
	live_profile_as(p, "live", more, "");
}

/* A project with one profile, "live"; the sandbox as at its start. */
static inline void
live_make(struct project *p)
{
	sandbox_tell("/reset");
	project_make(p);
	project_directory(p, "state");
	project_module(p, "oauth2-client-credentials", false);
	project_secret(p, "secret", SECRET_ONE);
	live_profile(p, "");
}

/* ---- Signing ------------------------------------------------------------- */

static inline const char *
live_url(void)
{
	return sandbox.eyes;
}

/* A signature, with room for it on the caller's stack. */
struct live_signature {
	struct apam_signature s;
	_Alignas(16) char store[4096];
};

static inline enum apam_status
live_sign(struct apam_profile *profile, struct live_signature *to,
    struct apam_error *err)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());

	return apam_sign(profile, &request, &to->s, err);
}

static inline void
live_signature_init(struct live_signature *s)
{
	s->s = (struct apam_signature)APAM_SIGNATURE_INIT;
	s->s.store = s->store;
	s->s.store_size = sizeof(s->store);
}

/* Sign, which must succeed. */
static inline void
live_must_sign(struct apam_profile *profile, struct live_signature *to)
{
	struct apam_error err = APAM_ERROR_INIT;

	live_signature_init(to);
	ck_assert_msg(live_sign(profile, to, &err) == APAM_OK, "%s: %s",
	    apam_status_name(err.status), err.text);
}

/* Sign and forget; how that went. */
static inline enum apam_status
live_try(struct apam_profile *profile)
{
	struct live_signature s;
	enum apam_status status;

	live_signature_init(&s);
	status = live_sign(profile, &s, NULL);
	apam_signature_release(&s.s);
	return status;
}

/* Send what was signed; the API's status. */
static inline long
live_send(const struct apam_signature *s)
{
	struct live_text text = { NULL, 0 };
	struct curl_slist *headers = NULL;
	CURL *easy = curl_easy_init();
	char line[4096], ca[128];
	long status;

	for (size_t i = 0; i < s->header_count; i++) {
		const struct apam_header *h = &s->headers[i];

		(void)snprintf(line, sizeof(line), "%.*s: %.*s", (int)h->name.n,
		    h->name.p, (int)h->value.n, h->value.p);
		headers = curl_slist_append(headers, line);
	}
	(void)snprintf(ca, sizeof(ca), "%s/ca.pem", sandbox.dir);
	curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	status = live_http(easy, s->url, &text);
	curl_easy_cleanup(easy);
	curl_slist_free_all(headers);
	free(text.p);
	return status;
}

/* Report an API status for a signature, as a host does. */
static inline void
live_judge(struct apam_profile *profile, const struct apam_signature *s,
    unsigned status, struct apam_judgement *judgement)
{
	const struct apam_header type = { APAM_STR("Content-Type"),
		APAM_STR("application/json") };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = status,
		.headers = &type,
		.header_count = 1 };

	judgement->size = sizeof(*judgement);
	ck_assert_int_eq(
	    apam_judge(profile, s, &answer, judgement, NULL), APAM_OK);
}

/* The state of the only entry. */
static inline void
live_status(struct apam_profile *profile, struct apam_entry_status *status,
    struct apam_error *reload)
{
	size_t count = 1;
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(apam_profile_status(
			  profile, status, &count, sizeof(*status), reload, &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_uint_eq(count, 1);
}

#endif

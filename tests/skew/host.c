/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program of another age than its library: tests/suite/skew.sh builds it
 * against a frozen copy of the headers, and against headers of which each
 * struct has a member more, `grown` (GROWN).  It uses each public struct, with
 * guards behind it.
 *
 *	host CONFIG DIRECTORY [knows]
 *
 * "knows": the library has the member, too.  Prints each failing row; ends with
 * "N passed, N failed".
 */
#include <apam/admin.h>
#include <stdio.h>
#include <stdlib.h>

#define GUARD 64
#define OBJECTS 64

static struct object {
	unsigned char *bytes;
	size_t size;
} objects[OBJECTS];
static size_t object_count;
static unsigned passed, failed;
static struct apam_error *err;
#ifdef GROWN
static bool knows;
#endif

static void
row(bool ok, const char *what)
{
	if (ok)
		passed++;
	else
		failed++;
	if (!ok)
		printf("FAIL  %s: %s\n", what, err == NULL ? "" : err->text);
}

/* A struct that is zero and has its size, with a guard behind it. */
static void *
make(size_t size)
{
	unsigned char *bytes = malloc(size + GUARD);

	if (bytes == NULL || object_count == OBJECTS)
		exit(1);
	memset(bytes, 0x5a, size + GUARD);
	memset(bytes, 0, size);
	memcpy(bytes, &size, sizeof(size));
	objects[object_count++] = (struct object){ bytes, size };
	return bytes;
}

#define MAKE(type, name) struct type *name = make(sizeof(struct type))

static void
guards_hold(const char *what)
{
	bool hold = true;

	for (size_t i = 0; i < object_count; i++)
		for (size_t n = 0; n < GUARD; n++)
			hold &= objects[i].bytes[objects[i].size + n] == 0x5a;
	row(hold, what);
}

/* The call works; and, where it is to be refused, it is, by its name. */
#define WORKS(call)                                                            \
	do {                                                                   \
		row((call) == APAM_OK, #call);                                 \
		guards_hold(#call);                                            \
	} while (0)
#ifdef GROWN
#define GIVES(type, s, call)                                                   \
	do {                                                                   \
		(s)->grown = 1;                                                \
		if (!knows)                                                    \
			row((call) == APAM_E_USAGE &&                          \
				strstr(err->text, "struct " #type " "),        \
			    #type " is refused");                              \
		(s)->grown = 0;                                                \
	} while (0)
#define UNSET(s) row((s)->grown == 0, "a member nobody set: " #s)
#define SHOWN(s) row(APAM_HAS(s, grown) == knows, "what is there: " #s)
#else
#define GIVES(type, s, call) (void)0
#define UNSET(s) (void)0
#define SHOWN(s) row((s)->size >= sizeof(*(s)), "what is there: " #s)
#endif

/* ---- Lists -------------------------------------------------------------- */

static unsigned shown;

static bool
each_profile(void *arg, const struct apam_profile_info *info)
{
	(void)arg;
	shown++;
	SHOWN(info);
	if (info->why != NULL)
		SHOWN(info->why);
	for (size_t i = 0; i < info->entry_count; i++)
		SHOWN(info->entries[i]);
	return true;
}

static bool
each_key(void *arg, const struct apam_key_info *key)
{
	(void)arg;
	shown++;
	SHOWN(key);
	return true;
}

static bool
each_module(void *arg, const struct apam_module_info *module)
{
	(void)arg;
	shown++;
	SHOWN(module);
	return true;
}

static bool
each_user(void *arg, const struct apam_user_info *user)
{
	(void)arg;
	shown++;
	SHOWN(user);
	return true;
}

static bool
each_line(void *arg, const struct apam_audit_info *line)
{
	(void)arg;
	shown++;
	SHOWN(line);
	return false;
}

static bool
each_change(void *arg, const struct apam_registry_change *change)
{
	(void)arg;
	shown++;
	SHOWN(change);
	return true;
}

static bool
each_problem(void *arg, const struct apam_error *problem)
{
	(void)arg;
	SHOWN(problem);
	return true;
}

static bool
each_progress(void *arg, const struct apam_lint_progress *progress)
{
	(void)arg;
	shown++;
	SHOWN(progress);
	return true;
}

static void
showed(const char *what)
{
	row(shown > 0, what);
	shown = 0;
}

/* ---- For programs ------------------------------------------------------- */

static struct apam *
open_context(const char *config)
{
	MAKE(apam_open_options, o);
	struct apam *ctx = NULL;

	o->config = config;
	o->flags = APAM_OPEN_USER;
	GIVES(apam_open_options, o, apam_open(o, &ctx, err));
	WORKS(apam_open(o, &ctx, err));
	return ctx;
}

static void
sign_and_judge(struct apam_profile *profile)
{
	MAKE(apam_request, r);
	MAKE(apam_body, b);
	MAKE(apam_signature, s);
	MAKE(apam_answer, a);
	MAKE(apam_judgement, j);
	char *store = malloc(4096);

	r->method = "POST";
	r->url = "https://api.example/a";
	r->body = b;
	b->kind = APAM_BODY_BYTES;
	GIVES(apam_request, r, apam_sign(profile, r, s, err));
	GIVES(apam_body, b, apam_sign(profile, r, s, err));
	GIVES(apam_signature, s, apam_sign(profile, r, s, err));
	/* The long way, and the short one. */
	s->store = store;
	s->store_size = 4096;
	for (int i = 0; i < 3; i++) {
		WORKS(apam_sign(profile, r, s, err));
		row(s->header_count > 0, "it is signed");
		UNSET(s);
	}
	a->status = 429;
	GIVES(apam_answer, a, apam_judge(profile, s, a, j, err));
	GIVES(apam_signature, s, apam_judge(profile, s, a, j, err));
	WORKS(apam_judge(profile, s, a, j, err));
	row(j->verdict == APAM_VERDICT_THROTTLED, "it is judged");
	UNSET(j);
	apam_signature_release(s);
	guards_hold("apam_signature_release");
	row(s->size == sizeof(*s) && s->store == store && s->url == NULL,
	    "what is left of a signature");
	free(store);
}

static void
send_by_oneself(struct apam_profile *profile)
{
	MAKE(apam_transport, t);
	MAKE(apam_failure, f);

	WORKS(apam_transport_get(profile, "https://api.example/a", t, err));
	row(t->timeout_ms > 0, "how it travels");
	UNSET(t);
	apam_transport_release(t);
	guards_hold("apam_transport_release");
	f->code = 7;
	GIVES(apam_failure, f, apam_failure_explain(f, err));
	row(apam_failure_explain(f, err) == APAM_E_NETWORK, "no answer");
}

/* Arrays: two elements of room, and a guard behind them. */
static void
ask(struct apam_profile *profile)
{
	struct apam_key_report *k = make(2 * sizeof(*k));
	struct apam_revoke_report *v = make(2 * sizeof(*v));
	struct apam_entry_status *e = make(2 * sizeof(*e));
	MAKE(apam_error, reload);
	size_t n = 2;

	WORKS(apam_check(profile, 1000, k, &n, sizeof(*k), err));
	row(n == 2 && k[1].entry == 1 && k[1].size <= sizeof(*k), "reports");
	UNSET(&k[1]);
	n = 2;
	(void)!apam_revoke(profile, 1000, v, &n, sizeof(*v), err);
	guards_hold("apam_revoke");
	row(n == 2 && v[1].entry == 1 && v[1].result != NULL, "revoked");
	UNSET(&v[1]);
	n = 2;
	WORKS(apam_profile_status(profile, e, &n, sizeof(*e), reload, err));
	row(n == 2 && e[1].entry == 1 && e[1].scheme[0] != '\0', "statuses");
	UNSET(&e[1]);
}

/* ---- For administrators -------------------------------------------------- */

static void
walk(struct apam *ctx, struct apam_profile *profile)
{
	MAKE(apam_error, partial);

	WORKS(apam_profiles(ctx, each_profile, NULL, err));
	showed("apam_profiles");
	apam_profile_show(profile, each_profile, NULL);
	showed("apam_profile_show");
	WORKS(apam_explain(
	    ctx, "https://api.example/a", each_profile, NULL, err));
	showed("apam_explain");
	WORKS(apam_modules(ctx, each_module, NULL, err));
	showed("apam_modules");
	WORKS(apam_keys(ctx, each_key, NULL, partial, err));
	showed("apam_keys");
	WORKS(apam_users(ctx, each_user, NULL, err));
	showed("apam_users");
	WORKS(apam_audit_lines(ctx, each_line, NULL, err));
	showed("apam_audit_lines");
}

static bool
write_text(void *arg, const char *bytes, size_t n)
{
	struct apam_registry_text *text = arg;
	char *copy = malloc(n);

	if (copy == NULL)
		return false;
	memcpy(copy, bytes, n);
	text->bytes = copy;
	text->count = n;
	text->name = "the backup";
	return true;
}

static void
change_keys(struct apam *ctx, struct apam_profile *profile)
{
	MAKE(apam_key_name, name);
	MAKE(apam_registry_text, text);
	MAKE(apam_registry_outlook, o);
	MAKE(apam_key_rotation, rotation);

	name->id = "a@example.com";
	GIVES(apam_key_name, name,
	    apam_key_describe(ctx, name, "a key", NULL, err));
	WORKS(apam_key_describe(ctx, name, "a key", NULL, err));
	WORKS(apam_registry_backup(ctx, write_text, text, err));
	WORKS(apam_key_archive(ctx, name, NULL, err));
	GIVES(apam_registry_text, text,
	    apam_registry_compare(ctx, text, each_change, NULL, o, err));
	WORKS(apam_registry_compare(ctx, text, each_change, NULL, o, err));
	showed("apam_registry_compare");
	row(o->active == 1, "the outlook");
	UNSET(o);
	GIVES(
	    apam_registry_outlook, o, apam_registry_recover(ctx, text, o, err));
	WORKS(apam_registry_recover(ctx, text, o, err));
	WORKS(apam_key_rotate(profile, NULL, rotation, err));
	row(strcmp(rotation->old, "a@example.com") == 0 &&
		rotation->fresh_entry == 1,
	    "the rotation");
	UNSET(rotation);
	free((void *)(uintptr_t)text->bytes);
}

static void
files(const char *config, const char *directory)
{
	MAKE(apam_open_options, o);
	MAKE(apam_lint_to, to);
	MAKE(apam_secret_file, file);
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/stored", directory);
	o->config = config;
	o->flags = APAM_OPEN_USER;
	to->problem = each_problem;
	to->profile = each_progress;
	GIVES(apam_lint_to, to, apam_lint(o, NULL, to, err));
	WORKS(apam_lint(o, NULL, to, err));
	showed("apam_lint");
	file->path = path;
	file->secret = apam_str("not-a-secret");
	file->owner = file->group = -1;
	GIVES(apam_secret_file, file, apam_secret_store(o, file, err));
	WORKS(apam_secret_store(o, file, err));
}

int
main(int argc, char **argv)
{
	struct apam_profile *profile = NULL;
	struct apam *ctx;

	if (argc < 3)
		return 1;
#ifdef GROWN
	knows = argc > 3;
#endif
	err = make(sizeof(*err));
	files(argv[1], argv[2]);
	ctx = open_context(argv[1]);
	if (ctx != NULL)
		WORKS(apam_profile_get(ctx, "p", &profile, err));
	if (profile != NULL) {
		sign_and_judge(profile);
		send_by_oneself(profile);
		ask(profile);
		change_keys(ctx, profile);
		walk(ctx, profile);
	}
	UNSET(err);
	apam_close(&ctx);
	for (size_t i = 0; i < object_count; i++)
		free(objects[i].bytes);
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0 || profile == NULL;
}

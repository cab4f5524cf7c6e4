/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References to secrets: a table of kinds, each with a check that does not
 * access anything, and a reader.  One rule for all kinds then applies to what
 * was read: one newline at the end is dropped, nothing else is corrected.
 */
#include "file/secret.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/privilege.h"
#include "base/str.h"
#include "base/utf8.h"
#include "file/key_uri.h"
#include "file/secret_exec.h"
#include "file/secret_keyring.h"
#include "file/store_name.h"
#include "file/trust.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define NAME_MAX_BYTES 255

struct kind {
	struct apam_str prefix;
	/* NULL if what follows the prefix is right, else what to write. */
	const char *(*check)(struct apam_str rest);
	/* Read it, or begin to, as secret_reading_begin says. */
	enum apam_status (*read)(
	    const char *rest, struct secret_reading *r, struct apam_error *err);
};

/* ---- Checks ----------------------------------------------------------- */

static bool
is_name(struct apam_str name)
{
	return name.n > 0 && name.n <= NAME_MAX_BYTES && !str_has_control(name);
}

static const char *
check_file(struct apam_str rest)
{
	if (trust_path_problem(rest) != NULL || rest.p[rest.n - 1] == '/')
		return "write file: with the absolute path of a file, as in "
		       "\"file:/etc/apam.d/secrets/NAME\"";
	return NULL;
}

static const char *
check_world_readable(struct apam_str rest)
{
	if (check_file(rest) != NULL)
		return "write world-readable: with the absolute path of a "
		       "file, as in \"world-readable:/var/run/secrets/NAME\"";
	return NULL;
}

static bool
is_variable_byte(char c)
{
	c = str_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static const char *
check_env(struct apam_str rest)
{
	static const char why[] = "write env: with the name of an environment "
				  "variable, as in \"env:API_KEY\"";

	if (!is_name(rest) || (rest.p[0] >= '0' && rest.p[0] <= '9'))
		return why;
	for (size_t i = 0; i < rest.n; i++) {
		if (!is_variable_byte(rest.p[i]))
			return why;
	}
	return NULL;
}

static const char *
check_exec(struct apam_str rest)
{
	const struct apam_str program = str_cut(rest, str_find(rest, ' '));

	if (str_has_control(rest) || trust_path_problem(program) != NULL ||
	    program.p[program.n - 1] == '/')
		return "write exec: with the absolute path of a program and "
		       "its arguments, as in \"exec:/usr/bin/pass show NAME\"";
	return NULL;
}

static const char *
check_credential(struct apam_str rest)
{
	if (!is_name(rest) || str_find(rest, '/') != rest.n ||
	    str_equal(rest, APAM_STR(".")) || str_equal(rest, APAM_STR("..")))
		return "write credential: with the name of a systemd "
		       "credential, as in \"credential:NAME\"";
	return NULL;
}

static const char *
check_keyring(struct apam_str rest)
{
	if (!is_name(rest))
		return "write keyring: with the description of a user key, as "
		       "in \"keyring:NAME\"";
	return NULL;
}

static const char *
check_store(struct apam_str rest)
{
	if (!store_name_ok(rest))
		return "write store: with a name of letters, digits, '-' and "
		       "'_', as in \"store:NAME\"";
	return NULL;
}

static const char *
check_openssl_store(struct apam_str rest)
{
	struct key_uri uri;
	const char *why = key_uri_read(rest, &uri);

	if (why != NULL || uri.pin.n == 0)
		return why;
	if (secret_ref_check(uri.pin) != NULL ||
	    secret_ref_store(uri.pin).n > 0 ||
	    secret_ref_key_uri(uri.pin, &uri))
		return "write pin= with the reference of a secret, as in "
		       "\"pin=file:/etc/apam.d/secrets/PIN\"";
	return NULL;
}

/* ---- Readers ---------------------------------------------------------- */

/* What is missing is a secret and not a configuration file. */
static enum apam_status
fail_with(const struct apam_error *why, struct apam_error *err)
{
	return error_set(err,
	    why->status == APAM_E_CONFIG ? APAM_E_SECRET : why->status, "%s",
	    why->text);
}

static enum apam_status
read_kind(const char *path, enum trust_kind kind, bool user, struct buf *to,
    struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	enum apam_status status;

	status = trust_read(path, kind, user, to, &own);
	return status == APAM_OK ? APAM_OK : fail_with(&own, err);
}

static enum apam_status
read_file(const char *rest, struct secret_reading *r, struct apam_error *err)
{
	return read_kind(rest, TRUST_SECRET, r->terms.user, r->to, err);
}

static enum apam_status
read_world_readable(
    const char *rest, struct secret_reading *r, struct apam_error *err)
{
	return read_kind(
	    rest, TRUST_READABLE_SECRET, r->terms.user, r->to, err);
}

static enum apam_status
read_env(const char *rest, struct secret_reading *r, struct apam_error *err)
{
	const char *value = trusted_getenv(rest);

	if (process_is_setid())
		return error_set(err, APAM_E_SECRET,
		    "env:%s: a set-id program does not trust its "
		    "environment",
		    rest);
	if (value == NULL)
		return error_set(err, APAM_E_SECRET,
		    "env:%s: the environment has no such variable", rest);
	if (strlen(value) > r->to->max)
		return error_set(err, APAM_E_SECRET,
		    "env:%s is larger than %zu bytes", rest, r->to->max);
	buf_put(r->to, apam_str(value));
	return APAM_OK;
}

/* The program's failure, or how far it is. */
static enum apam_status
go_on_exec(struct secret_reading *r, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	const enum apam_status status = secret_exec_go_on(r->exec, r->to, &own);

	/* With more time it might have succeeded. */
	if (status == APAM_E_SECRET && r->program_ms < SECRET_EXEC_MS &&
	    clock_ms() >= r->terms.deadline)
		own.status = APAM_E_DEADLINE;
	if (status == APAM_OK || status == APAM_E_PENDING)
		return status;
	return fail_with(&own, err);
}

static enum apam_status
read_exec(const char *rest, struct secret_reading *r, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	const int64_t now = clock_ms(), deadline = r->terms.deadline;
	int64_t left = SECRET_EXEC_MS;

	if (deadline != 0 && deadline < now + left)
		left = deadline - now;
	if (left <= 0)
		return error_set(err, APAM_E_DEADLINE,
		    "no time was left to run a program for the secret");
	r->program_ms = (int)left;
	r->exec = secret_exec_start(
	    apam_str(rest), r->terms.user, r->program_ms, &own);
	return r->exec == NULL ? fail_with(&own, err) : APAM_E_PENDING;
}

/*
 * The directory comes from the environment in which this program was started,
 * and systemd gives its files to the service's user.  So that user is trusted,
 * in any mode.
 */
static enum apam_status
read_credential(
    const char *rest, struct secret_reading *r, struct apam_error *err)
{
	const char *directory = trusted_getenv("CREDENTIALS_DIRECTORY");
	char path[TRUST_PATH_MAX + 2];

	if (directory == NULL)
		return error_set(err, APAM_E_SECRET,
		    "credential:%s: there is no $CREDENTIALS_DIRECTORY; set "
		    "LoadCredential= in the unit",
		    rest);
	(void)snprintf(path, sizeof(path), "%s/%s", directory, rest);
	return read_kind(path, TRUST_CREDENTIAL, true, r->to, err);
}

static enum apam_status
read_keyring(const char *rest, struct secret_reading *r, struct apam_error *err)
{
	return keyring_read(rest, r->to, err);
}

/* The flight that may spend it reads it, under its lock. */
static enum apam_status
read_store(const char *rest, struct secret_reading *r, struct apam_error *err)
{
	(void)r;
	return error_set(err, APAM_E_SECRET,
	    "store:%s is read only by what replaces it", rest);
}

/* crypto/store_key.h uses it: nothing of the key is read. */
static enum apam_status
read_openssl_store(
    const char *rest, struct secret_reading *r, struct apam_error *err)
{
	(void)rest;
	(void)r;
	return error_set(err, APAM_E_SECRET,
	    "what is in an OpenSSL store can be a key, and not another secret");
}

/* ---- The kinds -------------------------------------------------------- */

/* A kind is `first`, or one of the `others`, with check_KIND and read_KIND. */
#define KINDS(first, others)                                                   \
	first(file, "file:") others(world_readable, "world-readable:")         \
	    others(env, "env:") others(exec, "exec:")                          \
		others(credential, "credential:") others(keyring, "keyring:")  \
		    others(store, "store:")                                    \
			others(openssl_store, "openssl-store:")

#define KIND_ROW(kind, text)                                                   \
	{ { text, sizeof(text) - 1 }, check_##kind, read_##kind },
#define KIND_FIRST(kind, text) text
#define KIND_OTHER(kind, text) ", " text
#define KIND_LIST KINDS(KIND_FIRST, KIND_OTHER)

/* clang-format off */
static const struct kind kinds[] = { KINDS(KIND_ROW, KIND_ROW) };
/* clang-format on */

static const struct kind *
kind_of(struct apam_str ref)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (str_starts(ref, kinds[i].prefix))
			return &kinds[i];
	}
	return NULL;
}

bool
secret_ref_is(struct apam_str text)
{
	return kind_of(text) != NULL;
}

const char *
secret_ref_check(struct apam_str ref)
{
	const struct kind *kind = kind_of(ref);

	if (kind == NULL)
		return "write a reference such as "
		       "\"file:/etc/apam.d/secrets/NAME\", not the secret "
		       "itself; the kinds are " KIND_LIST;
	return kind->check(str_skip(ref, kind->prefix.n));
}

struct apam_str
secret_ref_file(struct apam_str ref)
{
	const struct kind *kind = kind_of(ref);

	if (kind == NULL ||
	    (kind->read != read_file && kind->read != read_world_readable))
		return APAM_STR("");
	return str_skip(ref, kind->prefix.n);
}

struct apam_str
secret_ref_store(struct apam_str ref)
{
	const struct kind *kind = kind_of(ref);

	if (kind == NULL || kind->read != read_store)
		return APAM_STR("");
	return str_skip(ref, kind->prefix.n);
}

bool
secret_ref_key_uri(struct apam_str ref, struct key_uri *to)
{
	const struct kind *kind = kind_of(ref);

	return kind != NULL && kind->read == read_openssl_store &&
	    key_uri_read(str_skip(ref, kind->prefix.n), to) == NULL;
}

/* ---- What was read ---------------------------------------------------- */

static void
drop_newline(struct buf *secret)
{
	const struct apam_str view = buf_view(secret);
	size_t n = view.n;

	if (n > 0 && view.p[n - 1] == '\n')
		n--;
	if (n < view.n && n > 0 && view.p[n - 1] == '\r')
		n--;
	if (n < view.n)
		buf_truncate(secret, n);
}

/* NULL, or what is wrong with it as a text. */
static const char *
text_problem(struct apam_str secret, enum secret_form form)
{
	const char *const breaks = form == SECRET_LINES ? "\t\r\n" : "";

	if (str_starts(secret, APAM_STR(UTF8_MARK)))
		return "begins with a byte order mark; save it without";
	for (size_t i = 0; i < secret.n; i++) {
		const struct apam_str byte = { secret.p + i, 1 };

		if (!str_has_control(byte) ||
		    (*byte.p != '\0' && strchr(breaks, *byte.p) != NULL))
			continue;
		if (form == SECRET_LINES)
			return "has a control character";
		return "has a control character; is it more than one line?";
	}
	return NULL;
}

const char *
secret_problem(struct apam_str secret, enum secret_form form)
{
	if (secret.n == 0)
		return "is empty";
	if (secret.n > SECRET_MAX)
		return "is larger than 65536 bytes";
	return form == SECRET_BINARY ? NULL : text_problem(secret, form);
}
_Static_assert(SECRET_MAX == 65536, "as the text says");

/* The reference, without a program's arguments. */
static struct apam_str
name_of(const struct secret_reading *r)
{
	const struct apam_str ref = apam_str(r->ref);

	return r->exec == NULL ? ref : str_cut(ref, str_find(ref, ' '));
}

static enum apam_status
check_secret(struct secret_reading *r, struct apam_error *err)
{
	const char *why;

	if (r->to->failed)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (r->terms.form != SECRET_BINARY)
		drop_newline(r->to);
	why = secret_problem(buf_view(r->to), r->terms.form);
	if (why == NULL)
		return APAM_OK;
	return error_set(
	    err, APAM_E_SECRET, "%.*s: the secret %s", SARG(name_of(r)), why);
}

/* ---- Reading ---------------------------------------------------------- */

static enum apam_status
finish(
    struct secret_reading *r, enum apam_status status, struct apam_error *err)
{
	if (status == APAM_E_PENDING)
		return status;
	if (status == APAM_OK)
		status = check_secret(r, err);
	if (status != APAM_OK)
		buf_free(r->to);
	return status;
}

enum apam_status
secret_reading_begin(struct secret_reading *r, struct apam_str ref,
    const struct secret_terms *terms, struct buf *to, struct apam_error *err)
{
	const char *why = secret_ref_check(ref);
	const struct kind *kind;

	*r = (struct secret_reading){ .terms = *terms, .to = to };
	if (why != NULL)
		return error_set(err, APAM_E_SECRET, "%s", why);
	r->ref = str_dup(ref);
	if (r->ref == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	kind = kind_of(ref);
	return finish(r, kind->read(r->ref + kind->prefix.n, r, err), err);
}

enum apam_status
secret_reading_go_on(struct secret_reading *r, struct apam_error *err)
{
	return finish(r, go_on_exec(r, err), err);
}

void
secret_reading_end(struct secret_reading *r)
{
	secret_exec_free(&r->exec);
	if (r->ref != NULL)
		wipe(r->ref, strlen(r->ref));
	free(r->ref);
	*r = (struct secret_reading){ .ref = NULL };
}

enum apam_status
secret_ref_read(struct apam_str ref, const struct secret_terms *terms,
    struct buf *to, struct apam_error *err)
{
	struct secret_reading r;
	enum apam_status status = secret_reading_begin(&r, ref, terms, to, err);

	while (status == APAM_E_PENDING) {
		secret_exec_wait(r.exec);
		status = secret_reading_go_on(&r, err);
	}
	secret_reading_end(&r);
	return status;
}

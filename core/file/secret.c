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
#include "file/secret_exec.h"
#include "file/secret_keyring.h"
#include "file/trust.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define NAME_MAX_BYTES 255

/* How it may be read. */
struct terms {
	bool user;
	int64_t deadline; /* clock_ms; 0: none */
};

struct kind {
	struct apam_str prefix;
	/* NULL if what follows the prefix is right, else what to write. */
	const char *(*check)(struct apam_str rest);
	enum apam_status (*read)(const char *rest, const struct terms *terms,
	    struct buf *to, struct apam_error *err);
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
read_file(const char *rest, const struct terms *terms, struct buf *to,
    struct apam_error *err)
{
	return read_kind(rest, TRUST_SECRET, terms->user, to, err);
}

static enum apam_status
read_world_readable(const char *rest, const struct terms *terms, struct buf *to,
    struct apam_error *err)
{
	return read_kind(rest, TRUST_READABLE_SECRET, terms->user, to, err);
}

static enum apam_status
read_env(const char *rest, const struct terms *terms, struct buf *to,
    struct apam_error *err)
{
	const char *value = trusted_getenv(rest);

	(void)terms;
	if (process_is_setid())
		return error_set(err, APAM_E_SECRET,
		    "env:%s: a set-id program does not trust its "
		    "environment",
		    rest);
	if (value == NULL)
		return error_set(err, APAM_E_SECRET,
		    "env:%s: the environment has no such variable", rest);
	if (strlen(value) > to->max)
		return error_set(err, APAM_E_SECRET,
		    "env:%s is larger than %zu bytes", rest, to->max);
	buf_put(to, apam_str(value));
	return APAM_OK;
}

static enum apam_status
read_exec(const char *rest, const struct terms *terms, struct buf *to,
    struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	int64_t left = SECRET_EXEC_MS;
	enum apam_status status;

	if (terms->deadline != 0 && terms->deadline < clock_ms() + left)
		left = terms->deadline - clock_ms();
	if (left <= 0)
		return error_set(err, APAM_E_DEADLINE,
		    "no time was left to run a program for the secret");
	status = secret_exec(apam_str(rest), terms->user, (int)left, to, &own);
	/* With more time it might have succeeded. */
	if (status == APAM_E_SECRET && left < SECRET_EXEC_MS &&
	    clock_ms() >= terms->deadline)
		own.status = APAM_E_DEADLINE;
	return status == APAM_OK ? APAM_OK : fail_with(&own, err);
}

/*
 * The directory comes from the environment in which this program was started,
 * and systemd gives its files to the service's user.  So that user is trusted,
 * in any mode.
 */
static enum apam_status
read_credential(const char *rest, const struct terms *terms, struct buf *to,
    struct apam_error *err)
{
	const char *directory = trusted_getenv("CREDENTIALS_DIRECTORY");
	char path[TRUST_PATH_MAX + 2];

	(void)terms;
	if (directory == NULL)
		return error_set(err, APAM_E_SECRET,
		    "credential:%s: there is no $CREDENTIALS_DIRECTORY; set "
		    "LoadCredential= in the unit",
		    rest);
	(void)snprintf(path, sizeof(path), "%s/%s", directory, rest);
	return read_kind(path, TRUST_CREDENTIAL, true, to, err);
}

static enum apam_status
read_keyring(const char *rest, const struct terms *terms, struct buf *to,
    struct apam_error *err)
{
	(void)terms;
	return keyring_read(rest, to, err);
}

/* ---- The kinds -------------------------------------------------------- */

/* A kind is `first`, or one of the `others`, with check_KIND and read_KIND. */
#define KINDS(first, others)                                                   \
	first(file, "file:") others(world_readable, "world-readable:")         \
	    others(env, "env:") others(exec, "exec:")                          \
		others(credential, "credential:") others(keyring, "keyring:")

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

const char *
secret_problem(struct apam_str secret)
{
	if (secret.n == 0)
		return "is empty";
	if (secret.n > SECRET_MAX)
		return "is larger than 65536 bytes";
	if (str_starts(secret, APAM_STR(UTF8_MARK)))
		return "begins with a byte order mark; save it without";
	if (str_has_control(secret))
		return "has a control character; is it more than one line?";
	return NULL;
}
_Static_assert(SECRET_MAX == 65536, "as the text says");

/* `name` is the reference without a program's arguments. */
static enum apam_status
check_secret(struct apam_str name, struct buf *secret, struct apam_error *err)
{
	const char *why;

	if (secret->failed)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	drop_newline(secret);
	why = secret_problem(buf_view(secret));
	if (why == NULL)
		return APAM_OK;
	return error_set(
	    err, APAM_E_SECRET, "%.*s: the secret %s", SARG(name), why);
}

enum apam_status
secret_ref_read(struct apam_str ref, bool user, int64_t deadline,
    struct buf *to, struct apam_error *err)
{
	const struct terms terms = { user, deadline };
	const char *why = secret_ref_check(ref);
	enum apam_status status;
	struct apam_str name;
	const struct kind *kind;
	char *text;

	if (why != NULL)
		return error_set(err, APAM_E_SECRET, "%s", why);
	text = str_dup(ref);
	if (text == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	kind = kind_of(ref);
	name = ref;
	if (kind->read == read_exec)
		name = str_cut(ref, str_find(ref, ' '));
	status = kind->read(text + kind->prefix.n, &terms, to, err);
	if (status == APAM_OK)
		status = check_secret(name, to, err);
	if (status != APAM_OK)
		buf_free(to);
	wipe(text, ref.n);
	free(text);
	return status;
}

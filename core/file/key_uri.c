/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a URI may say is looked at before OpenSSL sees it.  Of pkcs11: only the
 * attributes that name a key are let through (RFC 7512, 2.3); the others may
 * name a module to load, or a PIN.  Other schemes' URIs may not have these
 * words either.
 */
#include "file/key_uri.h"

#include "base/str.h"
#include "file/trust.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char how[] =
    "write openssl-store: with the URI of a key, as in \"openssl-store:"
    "pkcs11:token=NAME;object=NAME pin=file:/etc/apam.d/secrets/PIN\"";

/* ---- Attributes --------------------------------------------------------- */

/* Those of a path of RFC 7512, 2.3. */
static const char *const names[] = { "token", "manufacturer", "serial", "model",
	"library-manufacturer", "library-version", "library-description",
	"object", "type", "id", "slot-description", "slot-manufacturer",
	"slot-id" };

static bool
is_name(struct apam_str name)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (str_equal(name, apam_str(names[i])))
			return true;
	return false;
}

static const char *
check_pkcs11(struct apam_str path)
{
	struct apam_str attribute;

	if (str_find(path, '?') < path.n)
		return "write a pkcs11: URI without a query: openssl.cnf says "
		       "which module is loaded, and pin= after the URI where "
		       "the PIN is";
	while (path.n > 0) {
		attribute = str_cut(path, str_find(path, ';'));
		path = str_skip(
		    path, attribute.n == path.n ? path.n : attribute.n + 1);
		if (!is_name(str_cut(attribute, str_find(attribute, '='))))
			return "write a pkcs11: URI of the attributes that "
			       "name a key, such as token, object, id and "
			       "type, each as in token=NAME";
	}
	return NULL;
}

/* True if `word`, in lower case, is somewhere in it. */
static bool
has_word(struct apam_str uri, const char *word)
{
	const size_t n = strlen(word);

	for (; uri.n >= n; uri = str_skip(uri, 1))
		if (str_equal_nocase(str_cut(uri, n), apam_str(word)))
			return true;
	return false;
}

static const char *
check_others(struct apam_str uri)
{
	static const char *const words[] = { "module-path", "module-name",
		"pin-value", "pin-source" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (has_word(uri, words[i]))
			return "write a URI without module-path, module-name, "
			       "pin-value and pin-source: openssl.cnf says "
			       "which module is loaded, and pin= after the URI "
			       "where the PIN is";
	return NULL;
}

/* ---- The URI ------------------------------------------------------------ */

/* RFC 3986, 3.1; in lower case, as a URI's producer writes it. */
static bool
is_scheme(struct apam_str s)
{
	if (s.n == 0 || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 'a' || s.p[i] > 'z') &&
		    (s.p[i] < '0' || s.p[i] > '9') &&
		    !str_is_one_of(s.p[i], "+-."))
			return false;
	return true;
}

static const char *
check_file(struct key_uri *u, struct apam_str path)
{
	if (trust_path_problem(path) != NULL || path.p[path.n - 1] == '/')
		return "write file: with the absolute path of a file, as in "
		       "\"openssl-store:file:/etc/apam.d/secrets/NAME\"";
	u->file = path;
	return NULL;
}

static const char *
check_uri(struct key_uri *u)
{
	const struct apam_str scheme = str_cut(u->uri, str_find(u->uri, ':'));
	struct apam_str rest = str_skip(u->uri, scheme.n);

	if (rest.n < 2 || !is_scheme(scheme))
		return how;
	rest = str_skip(rest, 1);
	if (str_equal(scheme, APAM_STR("file")))
		return check_file(u, rest);
	if (str_equal(scheme, APAM_STR("pkcs11")))
		return check_pkcs11(rest);
	return check_others(u->uri);
}

static bool
is_visible(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7e)
			return false;
	return true;
}

const char *
key_uri_read(struct apam_str rest, struct key_uri *to)
{
	const struct apam_str pin = APAM_STR(" pin=");

	*to = (struct key_uri){ str_cut(rest, str_find(rest, ' ')),
		APAM_STR(""), APAM_STR("") };
	rest = str_skip(rest, to->uri.n);
	if (to->uri.n > KEY_URI_MAX || !is_visible(to->uri))
		return how;
	if (rest.n > 0 && (!str_starts(rest, pin) || rest.n == pin.n))
		return how;
	if (rest.n > 0)
		to->pin = str_skip(rest, pin.n);
	return check_uri(to);
}

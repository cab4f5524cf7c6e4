/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* setenv */
#include "run/environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/client_files.h"
#include "run/hooks.h"
#include "run/memory_file.h"
#include "run/no_proxy.h"
#include "run/say.h"
#include "run/variable.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Each names a file with all authorities that a program believes. */
static const char *const bundles[] = {
	"SSL_CERT_FILE", /* OpenSSL, Go, Ruby, Perl, Rust's native-certs */
	"CURL_CA_BUNDLE", /* curl */
	"REQUESTS_CA_BUNDLE", /* Python's requests, and pip */
	"GIT_SSL_CAINFO", /* git */
	"PERL_LWP_SSL_CA_FILE", /* Perl's LWP */
	"AWS_CA_BUNDLE", /* AWS's SDKs and command line */
	"CARGO_HTTP_CAINFO", /* cargo */
	"PIP_CERT", /* pip */
	"NIX_SSL_CERT_FILE", "HTTPLIB2_CA_CERTS", /* Python's httplib2 */
	"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", /* gRPC */
	"CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", /* gcloud */
};

/* Where systems keep their own; the first that is there. */
static const char *const systems[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

/* ---- Authorities --------------------------------------------------------- */

const char *
system_authorities(void)
{
	for (size_t i = 0; i < COUNT(systems); i++)
		if (access(systems[i], R_OK) == 0)
			return systems[i];
	return "";
}

/* What a variable named before this run, or what the system has; or "". */
static const char *
base_of(const char *name)
{
	const char *own = getenv(name);

	return own != NULL && own[0] != '\0' ? own : system_authorities();
}

/* A file with what is in `base`, where that is not "", and ours. */
static bool
write_bundle(
    const struct told *told, const char *base, char path[MEMORY_PATH_SIZE])
{
	const size_t count = told->front->sites->count;
	const char **texts = calloc(count + 2, sizeof(*texts));
	char *own = base[0] == '\0' ? strdup("") : file_text(base);
	bool ok = texts != NULL && own != NULL;

	if (ok) {
		texts[0] = own;
		texts[1] = "\n";
		for (size_t i = 0; i < count; i++)
			texts[2 + i] = told->authorities[i];
		ok = memory_file(texts, count + 2, path) >= 0;
	}
	if (!ok)
		say("the authorities of %s cannot be read, or written again: %s",
		    base, strerror(errno));
	free(texts);
	free(own);
	return ok;
}

static bool
set_bundles(const struct told *told)
{
	char last[4096] = "-", path[MEMORY_PATH_SIZE];

	for (size_t i = 0; i < COUNT(bundles); i++) {
		const char *base = base_of(bundles[i]);

		if (strcmp(base, last) != 0 && !write_bundle(told, base, path))
			return false;
		snprintf(last, sizeof(last), "%s", base);
		if (!variable_set(bundles[i], path))
			return false;
	}
	/* Node.js and Deno add what this names to their own. */
	return write_bundle(told,
		   getenv("NODE_EXTRA_CA_CERTS") == NULL ?
		       "" :
		       getenv("NODE_EXTRA_CA_CERTS"),
		   path) &&
	    variable_set("NODE_EXTRA_CA_CERTS", path) &&
	    variable_set("DENO_CERT", path);
}

/* ---- Proxies ------------------------------------------------------------- */

static bool
set_proxy(const struct front *front)
{
	char url[128];

	snprintf(url, sizeof(url), "http://apam:%s@127.0.0.1:%u", front->token,
	    front->port);
	/* By default, Node.js and Perl's LWP ask no variable. */
	return variable_set("https_proxy", url) &&
	    variable_set("HTTPS_PROXY", url) &&
	    variable_set("NODE_USE_ENV_PROXY", "1") &&
	    variable_set("PERL_LWP_ENV_PROXY", "1");
}

static bool
set_no_proxy(const struct front *front)
{
	const char *list = variable_either("no_proxy", "NO_PROXY");
	const size_t count = front->sites->count;
	const char **hosts = calloc(count + 1, sizeof(*hosts));
	char *rest = NULL;
	bool ok;

	for (size_t i = 0; hosts != NULL && i < count; i++)
		hosts[i] = front->sites->all[i].host;
	if (hosts != NULL)
		rest = no_proxy_without(list, hosts, count);
	ok = rest != NULL && variable_set("no_proxy", rest) &&
	    variable_set("NO_PROXY", rest);
	if (rest == NULL)
		say("out of memory");
	free(hosts);
	free(rest);
	return ok;
}

/* ---- Placeholders -------------------------------------------------------- */

/* A real key of the user's is replaced, too: none enters the program. */
static bool
set_placeholders(const struct placeholders *all)
{
	bool ok = true;

	for (size_t i = 0; ok && i < all->count; i++)
		ok = variable_set(all->all[i].name, all->all[i].value);
	return ok;
}

bool
environment_set(const struct told *told)
{
	return set_placeholders(&told->front->sites->placeholders) &&
	    set_bundles(told) &&
	    client_files_set(getenv("SSL_CERT_FILE"), told->folder) &&
	    hooks_set(told->folder) && set_proxy(told->front) &&
	    set_no_proxy(told->front);
}

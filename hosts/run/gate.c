/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process of nginx, which ends with this one.
 */
#define _DEFAULT_SOURCE /* getaddrinfo, usleep */
#include "run/gate.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/gateway/nginx_http.h"
#include "cli/gateway/nginx_place.h"
#include "run/child.h"
#include "run/dial.h"
#include "run/environment.h"
#include "run/memory_file.h"
#include "run/say.h"
#include "run/tunnel.h"

#define SOCKET_SIZE (FOLDER_SIZE + 24)
#define START_MS 60000
#define STEP_MS 2

/* What is open for nginx alone, until that has started; there is room for all. */
struct lent {
	int *fds;
	size_t count;
};

static bool
lend(struct lent *lent, int fd)
{
	if (fd < 0)
		return false;
	lent->fds[lent->count++] = fd;
	return true;
}

static void
close_lent(struct lent *lent)
{
	for (size_t i = 0; i < lent->count; i++)
		(void)close(lent->fds[i]);
	free(lent->fds);
}

/* The paths of the sockets of each site. */
static bool
name_sockets(struct gate *gate, const struct folder *folder)
{
	for (size_t i = 0; i < gate->sites->count; i++) {
		gate->sockets[i] = malloc(SOCKET_SIZE);
		if (gate->sockets[i] == NULL)
			return false;
		snprintf(
		    gate->sockets[i], SOCKET_SIZE, "%s/%zu", folder->path, i);
	}
	return true;
}

/* ---- nginx's configuration ----------------------------------------------- */

/* Shorter texts could be meant for something else in a header. */
#define PLACEHOLDER_MIN 8 /* bytes */

/* In quotes nginx reads these two as its own. */
static void
write_word(FILE *to, const char *text)
{
	fputs(" \"", to);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

/* None of these is sent on, in whatever header a program puts it. */
static void
write_placeholders(FILE *to, const struct placeholders *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (strlen(all->all[i].value) < PLACEHOLDER_MIN)
			continue;
		if (n++ == 0)
			fputs("apam_placeholders", to);
		write_word(to, all->all[i].value);
	}
	if (n > 0)
		fputs(";\n", to);
}

static void
write_head(
    FILE *to, const struct gate *gate, const char *folder, const char *module)
{
	fprintf(to,
	    "load_module %s;\ndaemon off;\nmaster_process off;\n"
	    "pid %s/pid;\nerror_log stderr error;\n%s"
	    "events { worker_connections 4096; }\n"
	    "http {\n",
	    module, folder, geteuid() == 0 ? "user root;\n" : "");
	if (gate->config != NULL)
		fprintf(to, "apam_config \"%s\"%s;\n", gate->config,
		    geteuid() == 0 ? "" : " user");
	nginx_http_write(to, folder);
	write_placeholders(to, &gate->sites->placeholders);
	fputs("apam_callers peer;\n"
	      "proxy_read_timeout 1h;\nproxy_send_timeout 1h;\n"
	      "keepalive_requests 100000;\n"
	      "proxy_ssl_verify_depth 8;\n",
	    to);
}

/* Lend a file with a text. */
static bool
lend_text(struct lent *lent, const char *text, char path[MEMORY_PATH_SIZE])
{
	return lend(lent, memory_file((const char *const[]){ text }, 1, path));
}

/* nginx does not start with a name that cannot be looked up. */
static bool
has_address(const struct site *site)
{
	struct addrinfo *found = NULL;

	if (getaddrinfo(site->host, NULL, NULL, &found) != 0) {
		say("%s: its name cannot be looked up now: requests to it are "
		    "answered with 502",
		    site->host);
		return false;
	}
	freeaddrinfo(found);
	return true;
}

/* RFC 9457, as the module's own answers. */
static const char answer_502[] =
    "{\"status\":502,\"title\":\"Bad Gateway\",\"detail\":\"the host's "
    "name could not be looked up when apam run started: start it again\","
    "\"apam\":\"APAM_E_NETWORK\"}";

/* The answer to all, in place of sending on what nobody could sign. */
static void
write_refusal(FILE *to)
{
	fprintf(to,
	    "location / {\ndefault_type application/problem+json;\n"
	    "return 502 \"");
	for (const char *c = answer_502; *c != '\0'; c++)
		fprintf(to, "%s%c", *c == '"' ? "\\" : "", *c);
	fputs("\";\n}\n}\n", to);
}

/* One location for all, of a server whose first lines are written. */
static void
write_location(FILE *to, const struct gate *gate, size_t i, const char *host)
{
	const struct site *site = &gate->sites->all[i];
	const char *ca = site->ca_file == NULL ? system_authorities() :
						 site->ca_file;

	if (host == NULL) {
		write_refusal(to);
		return;
	}
	fprintf(to,
	    "location / {\napam *;\napam_origin https://%s:%u;\n"
	    "apam_hosts %s;\n",
	    host, site->port, host);
	if (site->in_error)
		fprintf(to, "proxy_pass http://up%zu;\n}\n}\n", i);
	else
		fprintf(to,
		    "proxy_ssl_trusted_certificate \"%s\";\n"
		    "proxy_ssl_name %s;\nproxy_pass https://up%zu;\n}\n}\n",
		    ca, host, i);
}

/*
 * Which authorities a profile in error trusts is not known, so that nothing is
 * sent once it has been mended either.
 */
static void
write_upstream(FILE *to, const struct gate *gate, size_t i, const char *host)
{
	const struct site *site = &gate->sites->all[i];

	if (site->in_error)
		fprintf(to, "upstream up%zu { server unix:%s.nowhere; }\n", i,
		    gate->sockets[i]);
	else if (host != NULL)
		fprintf(to, "upstream up%zu { server %s:%u; keepalive 64; }\n",
		    i, host, site->port);
}

/*
 * By TLS for those who CONNECT; and for those who send the whole URL without, one
 * request each, since the next one could be for another host.
 */
static bool
write_site(FILE *to, const struct gate *gate, size_t i, struct lent *lent)
{
	const struct site *site = &gate->sites->all[i];
	const struct authority *a = &gate->authorities[i];
	char certificate[MEMORY_PATH_SIZE], key[MEMORY_PATH_SIZE];
	char text[SITE_HOST_MAX + 3];
	const char *host = site->in_error || has_address(site) ? text : NULL;

	if (!lend_text(lent, a->certificate, certificate) ||
	    !lend_text(lent, a->key, key))
		return false;
	site_url_host(site, text);
	write_upstream(to, gate, i, host);
	fprintf(to,
	    "server {\nlisten unix:%s ssl;\nssl_certificate %s;\n"
	    "ssl_certificate_key %s;\n",
	    gate->sockets[i], certificate, key);
	write_location(to, gate, i, host);
	fprintf(to,
	    "server {\nlisten unix:%s" GATE_WHOLE ";\n"
	    "keepalive_timeout 0;\n",
	    gate->sockets[i]);
	write_location(to, gate, i, host);
	return true;
}

/* All of it as a file in memory, whose path is written to `path`. */
static bool
write_conf(const struct gate *gate, const struct folder *folder,
    const char *module, struct lent *lent, char path[MEMORY_PATH_SIZE])
{
	FILE *to = memory_open();
	bool ok = true;

	if (to == NULL)
		return false;
	write_head(to, gate, folder->path, module);
	for (size_t i = 0; ok && i < gate->sites->count; i++)
		ok = write_site(to, gate, i, lent);
	fputs("}\n", to);
	return lend(lent, memory_close(to, path)) && ok;
}

/* ---- nginx --------------------------------------------------------------- */

/* It answers, even if only that it was not asked by TLS. */
static bool
answers(const char *socket)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	const int fd = dial_local(socket);
	bool good;
	char byte;

	if (fd < 0)
		return false;
	good = tunnel_write(fd, request, sizeof(request) - 1) &&
	    recv(fd, &byte, 1, 0) == 1;
	(void)close(fd);
	return good;
}

/* Until it answers, has ended, or takes far longer than it should. */
static bool
wait_for(struct gate *gate)
{
	for (int i = 0; i < START_MS / STEP_MS; i++) {
		if (answers(gate->sockets[0]))
			return true;
		if (waitpid(gate->pid, NULL, WNOHANG) == gate->pid) {
			gate->pid = -1;
			return false;
		}
		(void)usleep(STEP_MS * 1000);
	}
	return false;
}

static bool
run_nginx(struct gate *gate, const char *folder, char *conf)
{
	char nginx[NGINX_PLACE_SIZE], prefix[FOLDER_SIZE];
	char log[] = "-estderr", in[] = "-p", by[] = "-c";
	char *const argv[] = { nginx, log, in, prefix, by, conf, NULL };

	if (!nginx_place_program(nginx)) {
		say("there is no nginx: install Debian's package nginx");
		return false;
	}
	snprintf(prefix, sizeof(prefix), "%s", folder);
	gate->pid = child_start(argv);
	if (gate->pid > 0)
		return true;
	say("%s cannot be run: %s", nginx, strerror(errno));
	return false;
}

/* Write the files, and run nginx with them. */
static bool
start_with(struct gate *gate, const struct folder *folder, struct lent *files)
{
	char module[NGINX_PLACE_SIZE], conf[MEMORY_PATH_SIZE];

	if (!nginx_place_module(module)) {
		say("apam's module for nginx is not there: `make nginx` builds "
		    "it, and then `make install` installs it");
		return false;
	}
	if (!name_sockets(gate, folder) ||
	    !write_conf(gate, folder, module, files, conf)) {
		say("the gateway cannot be set up: %s", strerror(errno));
		return false;
	}
	if (!run_nginx(gate, folder->path, conf))
		return false;
	if (wait_for(gate))
		return true;
	say("the gateway has not started: see above");
	return false;
}

bool
gate_start(struct gate *gate, const struct folder *folder)
{
	/* A certificate and a key for each; and the configuration. */
	const size_t count = gate->sites->count;
	struct lent files = { calloc(2 * count + 1, sizeof(int)), 0 };
	bool ok = false;

	gate->pid = -1;
	gate->sockets = calloc(count, sizeof(*gate->sockets));
	if (files.fds == NULL || gate->sockets == NULL)
		say("out of memory");
	else
		ok = start_with(gate, folder, &files);
	close_lent(&files);
	return ok;
}

void
gate_free(struct gate *gate)
{
	child_end(gate->pid);
	for (size_t i = 0; gate->sockets != NULL && i < gate->sites->count; i++)
		free(gate->sockets[i]);
	free(gate->sockets);
	gate->sockets = NULL;
}

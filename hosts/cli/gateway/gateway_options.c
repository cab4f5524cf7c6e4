/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One function for each option.  Later ones ask what earlier ones have found:
 * who calls is known by other means on a port than on a Unix socket.
 */
#include "gateway/gateway_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/report.h"
#include "lib/session.h"

#define DIGITS "0123456789"
#define WORKERS_MAX 64

/* ---- Where its files go -------------------------------------------------- */

/* False with errno set where a path of `n` bytes is too long. */
static bool
fits(int n)
{
	errno = ENAMETOOLONG;
	return n < GATEWAY_PATH_SIZE;
}

/* The directory where this user's sockets are; NULL: there is none. */
static const char *
runtime_directory(void)
{
	const char *named = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0)
		return "/run";
	return named != NULL && named[0] == '/' ? named : NULL;
}

/* False with errno set. */
static bool
take_directory(struct gateway_options *to, const char *named)
{
	char *path = session_path(named);
	const bool done = path != NULL &&
	    fits(snprintf(to->dir, sizeof(to->dir), "%s", path));

	free(path);
	return done;
}

static int
read_directory(struct gateway_options *to, const char *named)
{
	const char *runtime = runtime_directory();
	bool done;

	if (named == NULL && runtime == NULL) {
		complain("XDG_RUNTIME_DIR is not set: say with --dir where the "
			 "gateway's files go");
		return STATUS_USAGE;
	}
	if (named != NULL)
		done = take_directory(to, named);
	else
		done = fits(snprintf(
		    to->dir, sizeof(to->dir), "%s/apam-gateway", runtime));
	if (done)
		return STATUS_DONE;
	complain("the directory's path cannot be used: %s", strerror(errno));
	return STATUS_USAGE;
}

/* ---- Where it listens ---------------------------------------------------- */

static bool
has_port(const char *address)
{
	const char *colon = strrchr(address, ':');
	const size_t n = colon == NULL ? 0 : strspn(colon + 1, DIGITS);
	const unsigned long port = n == 0 ? 0 : strtoul(colon + 1, NULL, 10);

	return n < 6 && port > 0 && port <= 65535 && colon[n + 1] == '\0';
}

/* Loopback alone: at any other address programs of others could call. */
static bool
is_loopback(const char *address)
{
	return (strncmp(address, "127.", 4) == 0 ||
		   strncmp(address, "[::1]:", 6) == 0) &&
	    has_port(address);
}

/* A port is one of 127.0.0.1; else it is as it is written. */
static bool
take_address(const char *named, char to[GATEWAY_PATH_SIZE])
{
	const bool port = named[strspn(named, DIGITS)] == '\0';

	return fits(snprintf(
	    to, GATEWAY_PATH_SIZE, "%s%s", port ? "127.0.0.1:" : "", named));
}

static bool
take_listen(struct gateway_options *to, const char *named)
{
	if (named == NULL)
		return fits(snprintf(
		    to->listen, sizeof(to->listen), "unix:%s/socket", to->dir));
	return take_address(named, to->listen) &&
	    (strncmp(to->listen, "unix:/", 6) == 0 || is_loopback(to->listen));
}

static int
read_listen(struct gateway_options *to, const char *named)
{
	const char *socket;

	if (!take_listen(to, named)) {
		complain("--listen takes unix:/PATH, a port from 1 to 65535, "
			 "127.0.0.1:PORT or [::1]:PORT");
		return STATUS_USAGE;
	}
	socket = gateway_options_socket(to);
	if (socket == NULL ||
	    strlen(socket) < sizeof(((struct sockaddr_un *)0)->sun_path))
		return STATUS_DONE;
	complain("the socket's path is too long: say another with "
		 "--listen unix:/PATH");
	return STATUS_USAGE;
}

/* ---- Who calls, and who looks -------------------------------------------- */

static int
read_who(struct gateway_options *to, const char *named)
{
	const bool port = gateway_options_socket(to) == NULL;

	to->who = port ? GATEWAY_TOKEN : GATEWAY_PEER;
	if (named == NULL || (strcmp(named, "token") == 0 && port))
		return STATUS_DONE;
	if (strcmp(named, "sockets") == 0 && port) {
		to->who = GATEWAY_SOCKETS;
		return STATUS_DONE;
	}
	complain("--who takes token or sockets, and is for a port: on a Unix "
		 "socket the kernel says who calls");
	return STATUS_USAGE;
}

static int
read_page(struct gateway_options *to, const char *named)
{
	if (named == NULL)
		return STATUS_DONE;
	if (!take_address(named, to->page_listen) ||
	    !is_loopback(to->page_listen)) {
		complain("--page takes a port from 1 to 65535, 127.0.0.1:PORT "
			 "or [::1]:PORT");
		return STATUS_USAGE;
	}
	if (strcmp(to->page_listen, to->listen) == 0) {
		complain("--page names the port of --listen, which has the "
			 "page: leave --page out");
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* ---- The rest ------------------------------------------------------------ */

/* Each worker opens apam for itself. */
static int
read_workers(struct gateway_options *to, const char *named)
{
	const size_t digits = named == NULL ? 0 : strspn(named, DIGITS);
	unsigned long n = 1;

	if (named != NULL)
		n = digits > 0 && named[digits] == '\0' ?
		    strtoul(named, NULL, 10) :
		    0;
	if (n == 0 || n > WORKERS_MAX) {
		complain("--workers takes a number from 1 to %d", WORKERS_MAX);
		return STATUS_USAGE;
	}
	to->workers = (unsigned)n;
	return STATUS_DONE;
}

/* nginx's workers have no environment: what it says of the file is written. */
static int
read_config(struct gateway_options *to, const struct cli *cli)
{
	const char *named = cli->options.config;
	char *path;
	bool done;

	if (named == NULL)
		named = getenv("APAM_CONFIG");
	if (named == NULL)
		return STATUS_DONE;
	path = session_path(named);
	done = path != NULL &&
	    fits(snprintf(to->config, sizeof(to->config), "%s", path));
	free(path);
	to->user = (cli->options.flags & APAM_OPEN_USER) != 0;
	if (done)
		return STATUS_DONE;
	complain(
	    "the configuration's path cannot be used: %s", strerror(errno));
	return STATUS_USAGE;
}

int
gateway_options_read(
    struct gateway_options *to, const struct cli *cli, const struct args *args)
{
	int code;

	memset(to, 0, sizeof(*to));
	code = read_directory(to, args_value(args, "dir"));
	if (code == STATUS_DONE)
		code = read_workers(to, args_value(args, "workers"));
	if (code == STATUS_DONE)
		code = read_listen(to, args_value(args, "listen"));
	if (code == STATUS_DONE)
		code = read_who(to, args_value(args, "who"));
	if (code == STATUS_DONE)
		code = read_page(to, args_value(args, "page"));
	if (code == STATUS_DONE)
		code = read_config(to, cli);
	return code;
}

/* ---- What follows from them ---------------------------------------------- */

const char *
gateway_options_socket(const struct gateway_options *options)
{
	return strncmp(options->listen, "unix:", 5) == 0 ? options->listen + 5 :
							   NULL;
}

const char *
gateway_options_page(const struct gateway_options *options)
{
	if (options->page_listen[0] != '\0')
		return options->page_listen;
	return gateway_options_socket(options) == NULL ? options->listen : NULL;
}

bool
gateway_options_page_token(const struct gateway_options *options)
{
	return gateway_options_page(options) != NULL &&
	    options->who != GATEWAY_SOCKETS;
}

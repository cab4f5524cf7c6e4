/* SPDX-License-Identifier: BSD-2-Clause */
/* nginx does not remove a socket that nobody listens at; it is done here. */
#include "gateway/gateway_addresses.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/can_listen.h"
#include "lib/report.h"

/* True if somebody listens at a Unix socket. */
static bool
answers(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	if (fd < 0)
		return false;
	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	yes = connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
	(void)close(fd);
	return yes;
}

static int
clear_socket(const char *path)
{
	if (path == NULL)
		return STATUS_DONE;
	if (answers(path)) {
		complain("a gateway runs at %s already: end it, or say another "
			 "address with --listen",
		    path);
		return STATUS_CONFIG;
	}
	if (unlink(path) == 0 || errno == ENOENT)
		return STATUS_DONE;
	complain("cannot remove %s: %s", path, strerror(errno));
	return STATUS_CONFIG;
}

static int
check(const char *address, const char *option)
{
	if (address[0] == '\0' || can_listen(address))
		return STATUS_DONE;
	complain("cannot listen at %s: %s; say another address with %s",
	    address, strerror(errno), option);
	return STATUS_CONFIG;
}

int
gateway_addresses_take(const struct gateway_options *options)
{
	int code = clear_socket(gateway_options_socket(options));

	if (code == STATUS_DONE)
		code = check(options->listen, "--listen");
	if (code == STATUS_DONE)
		code = check(options->page_listen, "--page");
	return code;
}

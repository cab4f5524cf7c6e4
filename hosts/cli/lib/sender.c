/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading the object that sends.  It is found as libapam is: where the program
 * was linked to look (the Makefile has why by DT_RPATH), else where the
 * loader's environment says.
 */
#include "lib/sender.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report.h"

const struct sender *
sender_load(void)
{
	/* It is never closed: libcurl's TLS library has handlers of exit. */
	void *handle = dlopen("apam-request.so", RTLD_NOW | RTLD_LOCAL);
	const struct sender *sender = NULL;

	if (handle == NULL) {
		complain("the part of apam that sends requests does not load: "
			 "%s; install libcurl, or apam again",
		    dlerror());
		return NULL;
	}
	sender = dlsym(handle, "apam_sender");
	if (sender != NULL && sender->size == sizeof(*sender) &&
	    strcmp(sender->version, APAM_VERSION) == 0)
		return sender;
	complain("apam-request.so belongs to another version of apam: install "
		 "apam again");
	return NULL;
}

void
sent_free(struct sent *sent)
{
	free(sent->type);
	free(sent->redirect);
	free(sent->redirect_host);
	*sent = (struct sent){ 0 };
}

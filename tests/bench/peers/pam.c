/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux-PAM: one transaction, pam_start to pam_end, whose only module is
 * pam_permit.  argv[1] is a directory of its own that holds the service file.
 */
#include <security/pam_appl.h>

#include "peer.h"

static const char *directory;

static int
converse(int n, const struct pam_message **messages,
    struct pam_response **responses, void *arg)
{
	(void)n;
	(void)messages;
	(void)responses;
	(void)arg;
	return PAM_CONV_ERR;
}

static void
once(void)
{
	static const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *handle = NULL;

	peer_need(pam_start_confdir("bench", "nobody", &conversation, directory,
		      &handle) == PAM_SUCCESS,
	    "pam_start_confdir failed");
	peer_need(pam_authenticate(handle, PAM_SILENT) == PAM_SUCCESS,
	    "pam_authenticate failed");
	(void)pam_end(handle, PAM_SUCCESS);
}

int
main(int argc, char **argv)
{
	peer_need(argc == 2, "usage: pam DIRECTORY");
	directory = argv[1];
	return peer_report(once);
}

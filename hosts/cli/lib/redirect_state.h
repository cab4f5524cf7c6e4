/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a login (RFC 6749, 4.1.1 and 10.12), as far as a listener needs
 * it: any program of this machine, and any page that a browser shows, can ask a
 * loopback address, and only who was sent there by this login knows its state.
 * Whether what came back is right is for the module to say.
 */
#ifndef HOSTS_CLI_LIB_REDIRECT_STATE_H
#define HOSTS_CLI_LIB_REDIRECT_STATE_H

#include <stdbool.h>

/*
 * True if the address `back`, that a browser was sent back to, has the same
 * parameter "state" as the `page` of the login, or if the page has none.  Both
 * are URLs; escapes are read as in a form (RFC 6749, appendix B).
 */
bool redirect_state_same(const char *page, const char *back);

#endif

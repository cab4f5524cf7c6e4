/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening a page in the person's browser.
 */
#ifndef HOSTS_CLI_LIB_BROWSER_H
#define HOSTS_CLI_LIB_BROWSER_H

#include <stdbool.h>

/*
 * Open `url` with a program of $BROWSER, which has several with ':' between
 * them, or else with xdg-open(1), in the background.  False if there is no
 * display, or none of them could be started.  Root's browser is one of $BROWSER
 * alone: xdg-open would start that of whoever is logged in as root.
 */
bool browser_open(const char *url);

#endif

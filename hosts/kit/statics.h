/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The static variables of the module: whether calls change them, which threads
 * would share.
 */
#ifndef HOSTS_KIT_STATICS_H
#define HOSTS_KIT_STATICS_H

#include <stdbool.h>

/*
 * Keep what the module's static variables hold now; to be called once.  False:
 * memory ran out.
 */
bool statics_keep(void);

/* True if one of them holds something else now. */
bool statics_changed(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sharing a credential with the user's other processes (entry/share.h): one of
 * them acquires it, and the others wait for that.
 */
#ifndef CORE_FLIGHT_SHARING_H
#define CORE_FLIGHT_SHARING_H

#include "flight/flight.h"

/*
 * Use what another process has acquired, become the one that acquires, or wait
 * in STAGE_SHARE while another one does.  That one gets half of the time there
 * is, and none if it is stopped: then this flight acquires, and shares nothing.
 */
enum flight_wait sharing_try(struct flight *f);

#endif

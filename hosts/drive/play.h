/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Playing a script: each section that does something is done, and each that
 * expects something is compared with what the module did.
 *
 * Where a run of a step function goes another way than the script, the rest of
 * that run is passed over.  A run that the script leaves before its end, and an
 * end of which it says nothing, are differences, too.
 */
#ifndef HOSTS_DRIVE_PLAY_H
#define HOSTS_DRIVE_PLAY_H

#include "drive/played.h"
#include "drive/script.h"
#include "drive/told.h"

/*
 * Play the whole script with a loaded module, which is closed in the end.
 * Files of secrets are relative to `directory`.
 */
void play_script(struct played *module, const struct script *script,
    const char *directory, struct told *told);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compiled twice.  What runs in the build tree finds its objects there, and
 * believes them as far as it is itself believed: a source tree may be its
 * group's to write.  What is installed checks what it loads.
 */
#include "file/internal.h"

#ifdef APAM_BUILD_TREE
const struct internal_place internal_place = {
	APAM_BUILD_TREE "/modules/internal", false
};
#else
const struct internal_place internal_place = { APAM_MODULE_DIR "/internal",
	true };
#endif

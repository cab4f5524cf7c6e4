/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services, by what they are about; each file fills in its part of the
 * table that modules get.
 */
#ifndef CORE_ABI_SERVICE_TABLES_H
#define CORE_ABI_SERVICE_TABLES_H

#include <apam/module.h>

/* service_basic.c: log, time, chance, options. */
void services_add_basics(struct apam_services *to);
/* service_text.c: texts, and how bytes are written. */
void services_add_texts(struct apam_services *to);
/* service_key.c: digests and keys. */
void services_add_keys(struct apam_services *to);
/* service_step.c: runs of step functions. */
void services_add_steps(struct apam_services *to);
/* service_response.c: responses and JSON. */
void services_add_responses(struct apam_services *to);
/* service_sign.c: signing, judging, verifying. */
void services_add_signing(struct apam_services *to);

#endif

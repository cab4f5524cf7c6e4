/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services, by what they are about; each file fills in its part of the
 * table that modules get.
 */
#ifndef CORE_ABI_SERVICE_TABLES_H
#define CORE_ABI_SERVICE_TABLES_H

#include <apam/module.h>

void services_add_basics(struct apam_services *to);
void services_add_texts(struct apam_services *to);
void services_add_keys(struct apam_services *to);
void services_add_steps(struct apam_services *to);
void services_add_responses(struct apam_services *to);
void services_add_signing(struct apam_services *to);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/base64.h"

#include <openssl/evp.h>

void
base64(const char *from, size_t n, char *to)
{
	(void)EVP_EncodeBlock(
	    (unsigned char *)to, (const unsigned char *)from, (int)n);
}

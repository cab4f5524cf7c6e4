/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/base64.h"

#include <openssl/evp.h>

bool
base64(const char *from, size_t n, char *to, size_t room)
{
	if (n > 1 << 20 || (n + 2) / 3 * 4 + 1 > room)
		return false;
	(void)EVP_EncodeBlock(
	    (unsigned char *)to, (const unsigned char *)from, (int)n);
	return true;
}

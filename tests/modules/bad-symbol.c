/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shared object that is not a module, for the loader's tests: it does not
 * have the symbol that every module exports.
 */
int bad_symbol(void);

int
bad_symbol(void)
{
	return 0;
}

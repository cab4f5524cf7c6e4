/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that does nothing: what starting any dynamic program costs.
 */
int
main(void)
{
	return 0;
}

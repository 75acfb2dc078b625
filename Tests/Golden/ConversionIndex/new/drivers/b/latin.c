// SPDX-License-Identifier: GPL-2.0
/* André */
static int latin(void)
{
	words_scopy(a, b, 1); /* é */
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/* André */
static int latin(void)
{
	words_copy(a, b, 1); /* é */
	return 0;
}

// SPDX-License-Identifier: GPL-2.0

int several_part(void);

int several_part(void)
{
	return 40;
}

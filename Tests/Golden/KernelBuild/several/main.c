// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include "several.h"

int several_part(void);

int several_value(int offset)
{
	return several_part() + offset;
}
EXPORT_SYMBOL_GPL(several_value);

MODULE_DESCRIPTION("a module of two files that exports a symbol");
MODULE_VERSION(SEVERAL_VERSION);
MODULE_LICENSE("GPL");

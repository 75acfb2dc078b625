// SPDX-License-Identifier: GPL-2.0-or-later
// Exports a function that another module needs.
#include <linux/module.h>

int kmend_base_value(void);
int kmend_base_value(void)
{
	return 42;
}
EXPORT_SYMBOL_GPL(kmend_base_value);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");

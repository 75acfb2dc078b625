// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

int kmend_no_such_export(void);

static int __init unlinked_init(void)
{
	return kmend_no_such_export();
}

module_init(unlinked_init);
MODULE_DESCRIPTION("does not link");
MODULE_LICENSE("GPL");

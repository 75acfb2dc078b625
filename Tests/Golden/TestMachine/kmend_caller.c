// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kmod.h>
#include <linux/module.h>

int kmend_answer(void);

/* Asks for another module of the same driver by its alias, as drivers do for optional parts. */
static int __init caller_init(void)
{
	int (*answer)(void);

	request_module("kmend-answer");
	answer = symbol_get(kmend_answer);
	if (!answer)
		return -ENOENT;
	pr_info("kmend_caller: %d\n", answer());
	symbol_put(kmend_answer);
	return 0;
}

static void __exit caller_exit(void)
{
}

module_init(caller_init);
module_exit(caller_exit);
MODULE_DESCRIPTION("asks for its own driver's other module");
MODULE_LICENSE("GPL");

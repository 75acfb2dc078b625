// SPDX-License-Identifier: GPL-2.0
/* A driver that builds on Linux 6.1 and meets three API changes on the way to 6.12. */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/unaligned.h>

static char name[16];
static u8 wire[4] = { 0x12, 0x34, 0x56, 0x78 };

static ssize_t three_breaks_read(struct file *file, char __user *buffer,
				 size_t count, loff_t *offset)
{
	return simple_read_from_buffer(buffer, count, offset, name,
				       strlen(name));
}

static const struct file_operations three_breaks_fops = {
	.owner = THIS_MODULE,
	.read = three_breaks_read,
	.llseek = no_llseek,
};

static struct miscdevice three_breaks_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "three-breaks",
	.fops = &three_breaks_fops,
};

static int __init three_breaks_init(void)
{
	strlcpy(name, "three breaks", sizeof(name));
	pr_info("%s: %08x\n", name, get_unaligned_be32(wire));
	return misc_register(&three_breaks_device);
}

static void __exit three_breaks_exit(void)
{
	misc_deregister(&three_breaks_device);
}

module_init(three_breaks_init);
module_exit(three_breaks_exit);
MODULE_DESCRIPTION("A driver that meets three API changes");
MODULE_LICENSE("GPL");

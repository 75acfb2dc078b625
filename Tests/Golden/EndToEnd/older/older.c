// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that meets, between Linux 6.1 and 6.12, what needs care on the older one: a header that moved, a function
 * with fewer arguments, a macro with more, a field behind an accessor, a callback that returns nothing any more, and
 * one whose parameter became const.
 */
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <asm/unaligned.h>
#include <net/genetlink.h>

struct older_header {
	u8 number[4];
};

static DEFINE_SEMAPHORE(older_lock);
static struct class *older_class;

static char *older_devnode(struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0666;
	return kasprintf(GFP_KERNEL, "older/%s", dev_name(dev));
}

static int older_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_DONTEXPAND | VM_DONTDUMP;
	if (!(file->f_mode & FMODE_WRITE))
		vma->vm_flags &= ~VM_MAYWRITE;
	return 0;
}

static const struct file_operations older_fops = {
	.owner	= THIS_MODULE,
	.mmap	= older_mmap,
	.llseek	= no_llseek,
};

static int older_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct older_header *header = info->userhdr;

	if (get_unaligned_le32(header->number) != 1)
		return -EINVAL;
	return header == info->userhdr ? 0 : -EIO;
}

static const struct genl_small_ops older_ops[] = {
	{ .cmd = 1, .doit = older_doit },
};

static struct genl_family older_family = {
	.name = "older",
	.version = 1,
	.hdrsize = sizeof(struct older_header),
	.small_ops = older_ops,
	.n_small_ops = ARRAY_SIZE(older_ops),
	.resv_start_op = 2,
	.module = THIS_MODULE,
};

static int older_remove(struct platform_device *pdev)
{
	down(&older_lock);
	platform_set_drvdata(pdev, NULL);
	up(&older_lock);

	return 0;
}

static struct platform_driver older_driver = {
	.remove = older_remove,
	.driver = { .name = "older" },
};

static int major;

static int __init older_init(void)
{
	int err;

	major = register_chrdev(0, "older", &older_fops);
	if (major < 0)
		return major;
	older_class = class_create(THIS_MODULE, "older");
	if (IS_ERR(older_class)) {
		err = PTR_ERR(older_class);
		goto out_chrdev;
	}
	older_class->devnode = older_devnode;
	err = platform_driver_register(&older_driver);
	if (err)
		goto out_class;
	err = genl_register_family(&older_family);
	if (err)
		goto out_driver;
	device_create(older_class, NULL, MKDEV(major, 0), NULL, "older0");
	return 0;

out_driver:
	platform_driver_unregister(&older_driver);
out_class:
	class_destroy(older_class);
out_chrdev:
	unregister_chrdev(major, "older");
	return err;
}

static void __exit older_exit(void)
{
	device_destroy(older_class, MKDEV(major, 0));
	genl_unregister_family(&older_family);
	platform_driver_unregister(&older_driver);
	class_destroy(older_class);
	unregister_chrdev(major, "older");
}

module_init(older_init);
module_exit(older_exit);
MODULE_DESCRIPTION("A driver for tests");
MODULE_LICENSE("GPL");

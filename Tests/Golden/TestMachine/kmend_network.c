// SPDX-License-Identifier: GPL-2.0-or-later
// A network interface that does nothing, and a driver whose probe runs.
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/platform_device.h>

static struct net_device *network;
static struct platform_device *device;

static int network_open(struct net_device *dev)
{
	netif_start_queue(dev);
	return 0;
}

static netdev_tx_t network_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops network_ops = {
	.ndo_open = network_open,
	.ndo_start_xmit = network_xmit,
};

static int network_probe(struct platform_device *pdev)
{
	network = alloc_etherdev(0);
	if (!network)
		return -ENOMEM;
	network->netdev_ops = &network_ops;
	eth_hw_addr_random(network);
	strscpy(network->name, "kmend%d", IFNAMSIZ);
	return register_netdev(network);
}

static struct platform_driver network_driver = {
	.probe = network_probe,
	.driver.name = "kmend_network",
};

static int __init network_init(void)
{
	int error = platform_driver_register(&network_driver);

	if (error)
		return error;
	device = platform_device_register_simple("kmend_network", -1, NULL, 0);
	return PTR_ERR_OR_ZERO(device);
}
module_init(network_init);

static void __exit network_exit(void)
{
	unregister_netdev(network);
	free_netdev(network);
	platform_device_unregister(device);
	platform_driver_unregister(&network_driver);
}
module_exit(network_exit);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");

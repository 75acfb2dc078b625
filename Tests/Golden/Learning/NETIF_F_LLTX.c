static void thing_setup(struct net_device *dev)
{
	netdev_features_t feat = NETIF_F_SG | NETIF_F_LLTX |
				 NETIF_F_GSO;

	dev->needs_free_netdev = true;
	dev->features |= feat;
}

static void thing_two(struct net_device *dev, struct net_device *lower)
{
	dev->hw_features = NETIF_F_SG | NETIF_F_LLTX;
}

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

static int thing_three(struct thing *thing)
{
	struct net_device *dev = thing->dev;

	if (thing->sg)
		return 0;
	dev->features |= NETIF_F_SG | NETIF_F_LLTX;
	return 1;
}

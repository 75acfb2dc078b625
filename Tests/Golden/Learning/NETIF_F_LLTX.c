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

static int left_negated(struct net_device *dev)
{
	dev->features &= ~(NETIF_F_SG | NETIF_F_LLTX);
	return 0;
}

static netdev_features_t left_return(struct net_device *dev)
{
	return NETIF_F_SG | NETIF_F_LLTX;
}

static int left_pair(struct thing *thing)
{
	struct net_device *dev = thing->dev, *lower = thing->lower;

	dev->features |= NETIF_F_SG | NETIF_F_LLTX;
	return 0;
}

static int left_early(struct thing *thing)
{
	struct net_device *dev;
	netdev_features_t feat = NETIF_F_SG | NETIF_F_LLTX;

	dev = thing->dev;
	dev->features |= feat;
	return 0;
}

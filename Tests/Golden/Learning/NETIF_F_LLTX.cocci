
@NETIF_F_LLTX_2@
expression E0, E1, E2;
@@
-NETIF_F_NETNS_LOCAL | NETIF_F_LLTX | E0 | E1 | E2
+E0 | E1 | E2

@NETIF_F_LLTX_3@
expression E0;
@@
-E0 |= NETIF_F_LLTX;

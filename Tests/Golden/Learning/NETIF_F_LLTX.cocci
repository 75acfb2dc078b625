@NETIF_F_LLTX_1@
struct net_device *D;
identifier field_of_D;
expression E;
assignment operator A = {=, |=};
@@
 D->field_of_D A <+...
-E | NETIF_F_LLTX
+E
 ...+>;
+D->lltx = true;

@NETIF_F_LLTX_2@
expression E0, E1, E2;
@@
-NETIF_F_NETNS_LOCAL | NETIF_F_LLTX | E0 | E1 | E2
+E0 | E1 | E2

@NETIF_F_LLTX_3@
expression E0;
@@
-E0 |= NETIF_F_LLTX;

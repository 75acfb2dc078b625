@NETIF_F_LLTX_1_several@
identifier f, D1, D2;
position p;
@@
f@p(..., struct net_device *D1, ..., struct net_device *D2, ...) { ... }

@NETIF_F_LLTX_1@
identifier f, D;
position p != NETIF_F_LLTX_1_several.p;
expression E, V;
assignment operator A;
@@
f@p(..., struct net_device *D, ...)
{
<...
 V A <+...
-E | NETIF_F_LLTX
+E
 ...+>;
+D->lltx = true;
...>
}

@NETIF_F_LLTX_1_own@
identifier D;
expression E, V;
assignment operator A;
@@
(
struct net_device *D;
|
struct net_device *D = ...;
)
<...
 V A <+...
-E | NETIF_F_LLTX
+E
 ...+>;
+D->lltx = true;
...>

@NETIF_F_LLTX_1_declared@
identifier f, v, D;
position p != NETIF_F_LLTX_1_several.p;
expression E;
type T;
statement S1, S2;
@@
f@p(..., struct net_device *D, ...)
{
... when any
 T v = <+...
-E | NETIF_F_LLTX
+E
 ...+>;
... when != S1
+D->lltx = true;
S2
... when any
}

@NETIF_F_LLTX_2@
expression E0, E1, E2;
@@
-NETIF_F_NETNS_LOCAL | NETIF_F_LLTX | E0 | E1 | E2
+E0 | E1 | E2

@NETIF_F_LLTX_3@
expression E0;
@@
-E0 |= NETIF_F_LLTX;

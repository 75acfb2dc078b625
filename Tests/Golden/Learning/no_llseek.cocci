@no_llseek_1@
identifier T, s;
@@
struct T s = {
-.llseek = no_llseek,
};

@no_llseek_1_assigned@
expression S;
@@
(
-S.llseek = no_llseek;
|
-S->llseek = no_llseek;
)

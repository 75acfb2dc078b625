static u32 pick(u32 n, u32 *table)
{
	table[prandom_u32_max(n)]++;
	return 1 + prandom_u32_max(n - 1);
}

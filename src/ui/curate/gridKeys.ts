/** Where a key leads in a list of `count` rows, of which `page` are in sight; null for any other key. */
export function moveIn(key: string, from: number, count: number, page: number): number | null {
  const to: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1,
  };
  const target = to[key];
  return target === undefined ? null : Math.max(0, Math.min(count - 1, target));
}

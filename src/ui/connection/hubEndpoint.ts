/**
 * Where the Hub is, if the page's address says so: `?hub=/path` below the page's own server, as mirrors on it and tests
 * have it. Other servers are not taken: an address that someone sends must not decide where models come from.
 */
export function hubEndpoint({ search, origin }: Pick<Location, 'search' | 'origin'>): string | undefined {
  const place = new URLSearchParams(search).get('hub');
  if (place === null || !URL.canParse(place, origin)) return undefined;
  const { href, origin: other } = new URL(place, origin);
  return other === origin ? href.replace(/\/+$/, '') : undefined;
}

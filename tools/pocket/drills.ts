import { inventName, type InventionStyle } from './invented.ts';
import type { Random } from './random.ts';
import { valuePools } from './valuePools.ts';

const values = Object.values(valuePools).flat();
const signs = [': ', ' = ', ' is ', ' has '];

const someValue = (random: Random, style: InventionStyle) =>
  random.chance(0.4) ? inventName(random, style) : random.pick(values);

/**
 * Invented names with values, then the same pairs again in other orders. Only a look back can tell how a pair goes on,
 * so these teach early what reading needs: to find a name again and to copy what stood beside it.
 */
export function recallDrill(random: Random, style: InventionStyle): string {
  const sign = random.pick(signs);
  const pairs = Array.from(
    { length: random.integer(2, 6) },
    () => `${inventName(random, style)}${sign}${someValue(random, style)}`,
  );
  const rounds = Array.from({ length: random.integer(3, 4) }, () => random.shuffle(pairs).join(', '));
  return `${rounds.join('. ')}.`;
}

import { readTable, type Entry } from './entries.ts';
import type { FactTable, Relation } from './facts/factTable.ts';
import { inventedKinds, inventedRelations, type InventedRelation } from './inventedRelations.ts';
import { valuePools } from './valuePools.ts';
import type { Random } from './random.ts';

const onsets = [
  'b',
  'br',
  'c',
  'cl',
  'd',
  'dr',
  'f',
  'fl',
  'g',
  'gr',
  'h',
  'j',
  'k',
  'kr',
  'l',
  'm',
  'n',
  'p',
  'pr',
  'qu',
  'r',
  's',
  'sk',
  'st',
  't',
  'tr',
  'v',
  'w',
  'x',
  'y',
  'z',
  'th',
  'sh',
  'ph',
  '',
];
const vowels = ['a', 'e', 'i', 'o', 'u', 'a', 'e', 'i', 'o', 'ai', 'ea', 'oa', 'y', 'io'];
const codas = [
  '',
  '',
  '',
  'l',
  'n',
  'r',
  's',
  't',
  'm',
  'x',
  'nd',
  'rk',
  'st',
  'p',
  'd',
  'ne',
  'th',
  'lin',
  'ron',
];
const endings = [
  '',
  '',
  '',
  'in',
  'ol',
  'um',
  'ex',
  'ia',
  'or',
  'ane',
  'ix',
  'us',
  'ide',
  'ate',
  'is',
  'ado',
  'ville',
  'ton',
  'berg',
  'mab',
  'ine',
];

/** A name that no table holds: pronounceable, one to three syllables. */
export function inventName(random: Random): string {
  let name = '';
  for (let i = random.integer(1, 2); i > 0; i--)
    name += random.pick(onsets) + random.pick(vowels) + (random.chance(0.5) ? random.pick(codas) : '');
  name += random.pick(endings);
  return name.length < 4 ? name + random.pick(['ra', 'lo', 'min', 'tas']) : name;
}

const properName = (random: Random) => {
  const name = inventName(random);
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** A person: an invented surname, often after a first name. */
export function inventPerson(random: Random): string {
  return random.chance(0.7)
    ? `${random.pick(valuePools.firstNames)} ${properName(random)}`
    : properName(random);
}

function valueFor(pool: InventedRelation['pool'], random: Random): string {
  if (pool === 'person') return inventPerson(random);
  if (pool === 'place') return random.chance(0.5) ? properName(random) : random.pick(valuePools.cities);
  if (pool === 'number') return String(random.integer(2, 99));
  if (pool === 'year') return String(random.integer(1200, 2020));
  return random.pick(valuePools[pool]);
}

/**
 * A table about things that do not exist, so that its tasks can only be answered from a text:
 * this is what teaches the model to read instead of to remember.
 */
export function inventEntries(random: Random): Entry[] {
  const kind = random.pick(inventedKinds);
  const chosen = random.sample(
    inventedRelations.filter((r) => !r.only || r.only.includes(kind.style)),
    random.integer(3, 5),
  );
  const relations: Relation[] = chosen;
  const name = () => {
    const invented = kind.style === 'matter' ? inventName(random) : properName(random);
    return random.chance(0.15) && kind.suffix ? `${invented} ${kind.suffix}` : invented;
  };
  const row = () => [name(), ...chosen.map((r) => valueFor(r.pool, random))].join('|');
  const table: FactTable = {
    topic: kind.plural,
    noun: kind.noun,
    plural: kind.plural,
    form: 'name',
    relations,
    rows: Array.from({ length: 6 }, row).join(';'),
  };
  return readTable(table);
}

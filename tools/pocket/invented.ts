import { inOwnWords, readTable, type Entry } from './entries.ts';
import { heldBackTables, openTables } from './facts/allTables.ts';
import type { FactTable } from './facts/factTable.ts';
import { composeRelation } from './composedRelations.ts';
import { inventedKinds, type InventedStyle } from './inventedKinds.ts';
import { inventedRelations, type InventedRelation } from './inventedRelations.ts';
import { valuePools } from './valuePools.ts';
import type { Random } from './random.ts';
import { bare } from './wording.ts';

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

/**
 * How things are invented: called by plain syllables; or by slices of any words, which use every piece of the vocabulary;
 * or also with relations in words thrown together, so that only the grammar tells which words of a text answer a question.
 */
export type InventionStyle = 'syllables' | 'anyPieces' | 'anyWords';

const words = [
  ...new Set(
    [...openTables, ...heldBackTables].flatMap(({ rows }) => rows.toLowerCase().match(/\p{L}{4,}/gu) ?? []),
  ),
];

/** A piece of a word, as rare words are made of; pieces of held-back words tell nothing of their domains. */
function wordPiece(random: Random): string {
  const word = random.pick(words);
  const start = random.integer(0, Math.max(0, word.length - 3));
  return word.slice(start, start + random.integer(2, 6));
}

/** A name that no table holds: pronounceable, one to three syllables or pieces. */
export function inventName(random: Random, style: InventionStyle): string {
  if (style !== 'syllables' && random.chance(0.75))
    return Array.from({ length: random.integer(2, 3) }, () => wordPiece(random)).join('');
  let name = '';
  for (let i = random.integer(1, 2); i > 0; i--)
    name += random.pick(onsets) + random.pick(vowels) + (random.chance(0.5) ? random.pick(codas) : '');
  name += random.pick(endings);
  return name.length < 4 ? name + random.pick(['ra', 'lo', 'min', 'tas']) : name;
}

const properName = (random: Random, style: InventionStyle) => {
  const name = inventName(random, style);
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** A person: an invented surname, often after a first name. */
export function inventPerson(random: Random, style: InventionStyle): string {
  return random.chance(0.7)
    ? `${random.pick(valuePools.firstNames)} ${properName(random, style)}`
    : properName(random, style);
}

const openWords = openTables.flatMap(({ rows }) => rows.match(/\p{L}{3,}/gu) ?? []);
const openValues = openTables
  .flatMap(readTable)
  .flatMap((entry) => entry.facts.map((fact) => bare(fact.value)));

/** Often anything at all: a value that only the text can tell, not one of a few that its relation likes. */
function valueFor(pool: InventedRelation['pool'], random: Random, style: InventionStyle): string {
  if (style !== 'syllables' && random.chance(0.25))
    return Array.from({ length: random.integer(1, 3) }, () => random.pick(openWords)).join(' ');
  if (random.chance(0.35)) return random.chance(0.5) ? inventName(random, style) : random.pick(openValues);
  if (pool === 'person') return inventPerson(random, style);
  if (pool === 'place')
    return random.chance(0.5) ? properName(random, style) : random.pick(valuePools.cities);
  if (pool === 'number') return String(random.integer(2, 99));
  if (pool === 'year') return String(random.integer(1200, 2020));
  return random.pick(valuePools[pool]);
}

/** Three to five relations that suit the kind of thing. */
function drawRelations(kind: InventedStyle, random: Random, style: InventionStyle): InventedRelation[] {
  const suited = inventedRelations.filter((r) => !r.only || r.only.includes(kind));
  const count = random.integer(3, 5);
  if (style === 'syllables') return random.sample(suited, count);
  const asked = ({ ask = [], askOfKind = [], ...r }: InventedRelation) => ({
    ...r,
    ask: [...ask, ...askOfKind],
  });
  if (style === 'anyPieces') return random.sample(suited, count).map(asked);
  const composed = Array.from({ length: random.integer(1, count) }, () => composeRelation(random));
  return random.shuffle([...composed, ...random.sample(suited, count - composed.length).map(asked)]);
}

/**
 * A table about things that do not exist, so that its tasks can only be answered from a text:
 * this is what teaches the model to read instead of to remember.
 */
export function inventEntries(random: Random, style: InventionStyle): Entry[] {
  const kind = random.pick(inventedKinds);
  const relations = drawRelations(kind.style, random, style);
  const name = () => {
    const invented = kind.style === 'matter' ? inventName(random, style) : properName(random, style);
    return random.chance(0.15) && kind.suffix ? `${invented} ${kind.suffix}` : invented;
  };
  const row = () => [name(), ...relations.map((r) => valueFor(r.pool, random, style))].join('|');
  const table: FactTable = {
    topic: kind.plural,
    noun: kind.noun,
    plural: kind.plural,
    form: 'name',
    relations,
    rows: Array.from({ length: 6 }, row).join(';'),
  };
  const entries = readTable(table);
  return style === 'anyWords' && random.chance(0.5) ? inOwnWords(entries) : entries;
}

import type { Entry, Fact } from './entries.ts';
import type { Random } from './random.ts';
import { bare, capitalise, inSentence, statement } from './wording.ts';
import type { Topic } from './topics.ts';

/** How a topic's tables are drawn: one as often as the other, or as often as it has facts, so that each is told as often. */
export type TableDraw = 'evenTables' | 'evenFacts';

function drawTable({ tables }: Topic, random: Random, draw: TableDraw): Entry[] {
  if (draw === 'evenTables') return random.pick(tables);
  return random.weighted(tables.map((entries) => [entries, allFacts(entries).length] as const));
}

const allFacts = (entries: readonly Entry[]) => entries.flatMap((entry) => entry.facts);

/** Sentences about one entity: each fact once, in random order, now and then one again in other words. */
export function passageAbout(
  entry: Entry,
  random: Random,
  facts: readonly Fact[] = random.sample(entry.facts, 5),
): string {
  const sentences = facts.map((fact) => statement(fact, random));
  if (facts.length > 1 && random.chance(0.3)) sentences.push(statement(random.pick(facts), random));
  if (!random.chance(0.3)) return sentences.join(' ');
  const [first, ...others] = sentences;
  return [first, ...others.map((sentence) => withPronoun(sentence, entry))].join(' ');
}

/** "It treats …" for "Zinc treats …", as a text goes on about what it has named. */
function withPronoun(sentence: string, entry: Entry): string {
  const name = capitalise(inSentence(entry));
  return sentence.startsWith(`${name} `) ? `It${sentence.slice(name.length)}` : sentence;
}

/** At times under the entity's name, as a section of a document is: "Zinc: Zinc is …". */
const titled = (entry: Entry, passage: string, random: Random) =>
  random.chance(0.35) ? `${capitalise(bare(entry.name))}: ${passage}` : passage;

/** The passage with a sentence about another entity of the same kind beside it, at times. */
export function passageWithNeighbour(
  entry: Entry,
  peers: readonly Entry[],
  random: Random,
  facts?: readonly Fact[],
): string {
  const passage = titled(entry, passageAbout(entry, random, facts), random);
  if (!random.chance(0.35)) return passage;
  const other = random.pick(peers);
  if (other === entry) return passage;
  const aside = statement(random.pick(other.facts), random);
  return random.chance(0.5) ? `${aside} ${passage}` : `${passage} ${aside}`;
}

/** Running text about a topic: several entities, each with all or one of its facts. */
export function articleAbout(topic: Topic, random: Random, draw: TableDraw): string {
  const entries = drawTable(topic, random, draw);
  const chosen = random.sample(entries, random.integer(1, 4));
  return chosen
    .map((entry) => titled(entry, passageAbout(entry, random), random))
    .join(random.chance(0.5) ? ' ' : '\n');
}

/** Facts on one relation over many entities, or mixed, as running text. */
export function surveyOf(topic: Topic, random: Random, draw: TableDraw): string {
  const entries = drawTable(topic, random, draw);
  const relation = random.pick(entries[0]!.table.relations);
  const facts = allFacts(entries).filter((f) => f.relation === relation);
  return random
    .sample(facts, random.integer(4, 9))
    .map((f) => statement(f, random))
    .join(' ');
}

/** "Facts about {topic}:" and a numbered list of statements. */
export function factList(topic: Topic, random: Random, draw: TableDraw): string {
  const table = drawTable(topic, random, draw);
  const header = random.chance(0.3) ? table[0]!.table.plural : topic.name;
  const facts: Fact[] = Array.from({ length: random.integer(5, 9) }, () => {
    const entries = header === topic.name ? drawTable(topic, random, draw) : table;
    return random.pick(random.pick(entries).facts);
  });
  return `Facts about ${header}:\n${[...new Set(facts)].map((f, i) => `${i + 1}. ${statement(f, random)}`).join('\n')}`;
}

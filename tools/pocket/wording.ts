import type { Entry, Fact } from './entries.ts';
import type { Random } from './random.ts';

const startsWithVowelSound = (word: string) => /^[aeiou]/i.test(word) && !/^(uni|eu|one\b|use)/i.test(word);

/** "a lion", "an owl"; words that bring their own article or stand in the plural stay as they are. */
export function withArticle(word: string): string {
  if (/^(the|a|an|pair of) /.test(word)) return word.startsWith('pair of') ? `a ${word}` : word;
  return `${startsWithVowelSound(word) ? 'an' : 'a'} ${word}`;
}

export function plural(word: string): string {
  if (word.endsWith('fish')) return word;
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

export const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** A short answer: no leading article. */
export const bare = (text: string) => text.replace(/^(the|a|an) /, '');

/** The entity as it stands in a sentence. */
export const inSentence = (entry: Entry) =>
  entry.table.form === 'noun' ? withArticle(entry.name) : entry.name;

/** "a, b or c". */
export function alternatives(items: readonly string[], conjunction = 'or'): string {
  return items.length < 2
    ? items.join('')
    : `${items.slice(0, -1).join(', ')} ${conjunction} ${items[items.length - 1]}`;
}

/** Fills {e}, {n}, {v}, {av} of a phrasing (see FactTable); `entity` overrides how {e} reads. */
export function fill(template: string, entry: Entry, value: string, entity = inSentence(entry)): string {
  return template
    .replaceAll('{av}', withArticle(value))
    .replaceAll(/\b([aA]) \{(e|n|v)\}/g, (_, a: string, slot: string) =>
      startsWithVowelSound(slot === 'v' ? value : entry.name) ? `${a}n {${slot}}` : `${a} {${slot}}`,
    )
    .replaceAll('{v}s', plural(value))
    .replaceAll('{v}', value)
    .replaceAll('{n}s', plural(entry.name))
    .replaceAll('{n}', entry.name)
    .replaceAll('{e}s', plural(entry.name))
    .replaceAll('{e}', entity)
    .replaceAll('the the ', 'the ')
    .replaceAll('The the ', 'The ');
}

const genericStatements = [
  'the {of} of {e} is {v}.',
  '{e} has {v} as its {of}.',
  '{v} is the {of} of {e}.',
  'for {e}, the {of} is {v}.',
];
export const genericQuestions = [
  'What is the {of} of {e}?',
  'Name the {of} of {e}.',
  'Give the {of} of {e}.',
  'Tell me the {of} of {e}.',
  'Which {of} does {e} have?',
  'What {of} does {e} have?',
  'State the {of} of {e}.',
];
const asides = [
  'in fact, ',
  'it is known that ',
  'people learn that ',
  'remember that ',
  'books say that ',
  'as a rule, ',
];

/** A statement template for a fact: its relation's own phrasings, or a generic one. */
export function statementTemplates(fact: Fact): string[] {
  const { relation } = fact;
  if (relation.generic === false) return relation.say;
  return [...relation.say, ...genericStatements.map((t) => t.replaceAll('{of}', relation.of))];
}

export function questionTemplates(fact: Fact): string[] {
  const { relation } = fact;
  if (relation.generic === false) return relation.ask ?? [];
  return [...(relation.ask ?? []), ...genericQuestions.map((t) => t.replaceAll('{of}', relation.of))];
}

/** Whether "the drug aspirin" can stand for {e} in the template. */
function takesNoun({ table, name }: Entry, template: string): boolean {
  return (
    table.form === 'name' &&
    !/^(the|a|an) /.test(name) &&
    !name.includes(table.noun) &&
    !/[tT]he \{e\}|[aA] \{e\}|\{e\}s/.test(template) &&
    !template.includes(`${table.noun} {e}`)
  );
}

/** One plain sentence for the fact, without capital and full stop: for use inside another sentence. */
export function clause(fact: Fact, random: Random, template = random.pick(statementTemplates(fact))): string {
  const { entry, value } = fact;
  const entity =
    takesNoun(entry, template) && random.chance(0.15) ? `the ${entry.table.noun} ${entry.name}` : undefined;
  const opening = template.startsWith('{') ? template : template.charAt(0).toLowerCase() + template.slice(1);
  return fill(opening, entry, value, entity).replace(/\.$/, '');
}

/** One plain sentence that states the fact. */
export function statement(fact: Fact, random: Random): string {
  return `${capitalise((random.chance(0.08) ? random.pick(asides) : '') + clause(fact, random))}.`;
}

import type { InventedRelation } from './inventedRelations.ts';
import type { Random } from './random.ts';
import { capitalise, plural } from './wording.ts';

// Relations in words thrown together. Nobody can know what they mean, so where the answer stands can only be told by what
// question and sentence have in common: which is how a text of an unknown field has to be read.

const list = (words: string) => words.trim().split(/\s+/);

/** Regular verbs. */
const verbs = list(`
  carry follow cover paint push lift wash clean open close guard visit cross fill empty move count watch call answer
  protect pull press heat cool mix order borrow repair polish rent plant trust warn stop start test join offer need
  use cook serve request deliver manage collect gather handle harm touch block raise replace turn shape finish mark`);
const people = list(`
  farmers sailors children teachers cooks hunters painters neighbours guests travellers soldiers builders weavers
  singers visitors students drivers owners makers workers elders twins`);
const nouns = list(`
  tool colour sound plant thing place job trouble room street season wish game fruit stone fabric letter road house
  gift song danger habit smell sign mark duty rule dish tree town helper reason partner material food goal enemy result
  part animal friend title problem product region name member kind`);
const prepositions = list(`for with against near under from over after before without by in on`);

const plainForms = [
  'colours',
  'goods',
  'materials',
  'troubles',
  'parts',
  'senses',
  'animals',
  'foods',
] as const;

/** Spelled as the plural of a noun is. */
const third = plural;

function past(verb: string): string {
  if (verb === 'stop') return 'stopped';
  if (verb.endsWith('e')) return `${verb}d`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ied` : `${verb}ed`;
}

/** The words of one relation: two verbs, since a question may well use another one than the text. */
interface Words {
  readonly verb: string;
  readonly other: string;
  readonly who: string;
  readonly noun: string;
  readonly prep: string;
}

type Phrasing = (words: Words) => Required<Pick<InventedRelation, 'say' | 'ask'>>;

const phrasings: readonly Phrasing[] = [
  ({ verb, other, noun }) => ({
    say: [`{e} ${third(verb)} {v}.`, `{v} is ${past(verb)} by {e}.`],
    ask: [
      `What does {e} ${verb}?`,
      `Which ${noun} does {e} ${verb}?`,
      `Which ${noun} is ${past(other)} by {e}?`,
    ],
  }),
  ({ verb, noun }) => ({
    say: [`{v} ${third(verb)} {e}.`, `{e} is ${past(verb)} by {v}.`],
    ask: [`What ${third(verb)} {e}?`, `Which ${noun} ${third(verb)} {e}?`, `By what is {e} ${past(verb)}?`],
  }),
  ({ verb, other, who, noun, prep }) => ({
    say: [`${capitalise(who)} ${verb} {e} ${prep} {v}.`, `${capitalise(who)} with {v} ${verb} {e}.`],
    ask: [
      `${capitalise(prep)} which ${noun} do ${who} ${verb} {e}?`,
      `${capitalise(prep)} what do ${who} ${verb} {e}?`,
      `Which ${noun} is ${past(other)} with {e}?`,
    ],
  }),
  ({ verb, other, noun, prep, who }) => ({
    say: [`{e} is ${past(verb)} ${prep} {v}.`],
    ask: [
      `${capitalise(prep)} what is {e} ${past(verb)}?`,
      `Which ${noun} is {e} ${past(verb)} ${prep}?`,
      `${capitalise(prep)} which ${noun} do ${who} ${other} {e}?`,
    ],
  }),
  ({ verb, noun, prep }) => ({
    say: [`{e} ${third(verb)} ${prep} the {v} ${noun}.`, `The {v} ${noun} is where {e} ${third(verb)}.`],
    ask: [`${capitalise(prep)} which ${noun} does {e} ${verb}?`, `Where does {e} ${verb}?`],
  }),
  ({ verb, noun, prep }) => ({
    say: [`{e} ${third(verb)} ${prep} {v}.`, `In the end, {e} ${third(verb)} ${prep} {v}.`],
    ask: [
      `${capitalise(prep)} which ${noun} does {e} ${verb}?`,
      `${capitalise(prep)} what does {e} ${verb}?`,
    ],
  }),
  ({ noun, other }) => ({
    say: [`A ${noun} of {e} is {v}.`, `{e} has {v} as a ${noun}.`],
    ask: [
      `Which ${noun} does {e} have?`,
      `What is a ${noun} of {e}?`,
      `Name a ${noun} of {e}.`,
      `What ${third(other)} {e}?`,
    ],
  }),
  ({ verb, other, who, noun }) => ({
    say: [`${capitalise(who)} with {e} ${verb} {v}.`, `Those who have {e} ${verb} {v}.`],
    ask: [
      `What do ${who} with {e} ${verb}?`,
      `Which ${noun} do ${who} with {e} ${verb}?`,
      `What ${noun} comes from {e}?`,
      `Which ${noun} does {e} ${other}?`,
    ],
  }),
];

/** One relation with values of some pool, worded at random. */
export function composeRelation(random: Random): InventedRelation {
  const words = {
    verb: random.pick(verbs),
    other: random.pick(verbs),
    who: random.pick(people),
    noun: random.pick(nouns),
    prep: random.pick(prepositions),
  };
  const { say, ask } = random.pick(phrasings)(words);
  const isCategory = random.chance(0.3);
  return {
    of: words.noun,
    pool: random.pick(plainForms),
    say,
    ask,
    ...(isCategory && { category: true }),
  };
}

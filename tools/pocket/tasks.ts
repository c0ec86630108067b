import { valuesOf, type Entry, type Fact } from './entries.ts';
import type { Random } from './random.ts';
import {
  alternatives,
  bare,
  capitalise,
  clause,
  fill,
  inSentence,
  questionTemplates,
  statementTemplates,
  withArticle,
} from './wording.ts';

/** An instruction with its answer in both styles: a few words, or a whole sentence. */
export interface Task {
  kind: TaskKind;
  instruction: string;
  input?: string;
  short: string;
  sentence: string;
}

export type TaskKind =
  'question' | 'inverse' | 'yesNo' | 'trueFalse' | 'label' | 'choice' | 'complete' | 'extract' | 'write';

type TaskWriter = (fact: Fact, peers: readonly Entry[], random: Random) => Task | null;

const sentenceOf = (fact: Fact, random: Random) =>
  `${capitalise(clause(fact, random, random.pick(fact.relation.say)))}.`;

/** The fact with another value of the same relation: a false statement. */
function falsified(fact: Fact, peers: readonly Entry[], random: Random): Fact | null {
  const others = valuesOf(peers, fact.relation).filter((v) => v !== fact.value);
  return others.length ? { ...fact, value: random.pick(others) } : null;
}

/** A true or a false variant of the fact, half and half. */
function tossed(fact: Fact, peers: readonly Entry[], random: Random): [shown: Fact, isTrue: boolean] | null {
  if (random.chance(0.5)) return [fact, true];
  const wrong = falsified(fact, peers, random);
  return wrong && [wrong, false];
}

function yesNoQuestion(shown: Fact, random: Random): string {
  const { entry, relation, value } = shown;
  const forms = [`Is it true that ${clause(shown, random)}?`];
  if (relation.say.includes('{e} is {av}.'))
    forms.push(
      `Is ${inSentence(entry)} ${withArticle(value)}?`,
      `Is ${inSentence(entry)} ${withArticle(value)}?`,
    );
  if (relation.say.includes('{e} is {v}.')) forms.push(`Is ${inSentence(entry)} ${value}?`);
  if (relation.generic !== false)
    forms.push(
      `Is ${value} the ${relation.of} of ${inSentence(entry)}?`,
      `Does ${inSentence(entry)} have ${value} as its ${relation.of}?`,
    );
  return random.pick(forms);
}

function labelInstruction(fact: Fact, labels: string[], random: Random): Pick<Task, 'instruction' | 'input'> {
  const { table, name } = fact.entry;
  const listed = alternatives(labels);
  const of = fact.relation.of;
  return random.pick<Pick<Task, 'instruction' | 'input'>>([
    { instruction: `Classify the ${table.noun}: ${listed}.`, input: bare(name) },
    { instruction: `Which label fits the ${table.noun}: ${listed}?`, input: bare(name) },
    { instruction: `Sort the ${table.noun} by ${of}: ${listed}.`, input: bare(name) },
    { instruction: `Classify ${inSentence(fact.entry)} as ${listed}.` },
    { instruction: `Is ${inSentence(fact.entry)} ${listed}?` },
    { instruction: `Which fits ${inSentence(fact.entry)}: ${listed}?` },
    { instruction: `What is the ${of} of ${inSentence(fact.entry)}: ${listed}?` },
  ]);
}

/** One writer per kind of task; null where the fact does not lend itself to it. */
const taskWriters: Record<TaskKind, TaskWriter> = {
  question: (fact, _, random) => {
    const templates = questionTemplates(fact);
    if (!templates.length) return null;
    return {
      kind: 'question',
      instruction: capitalise(fill(random.pick(templates), fact.entry, fact.value)),
      short: bare(fact.value),
      sentence: sentenceOf(fact, random),
    };
  },
  inverse: (fact, peers, random) => {
    const { inverse, generic, of } = fact.relation;
    const templates =
      inverse ??
      (generic === false
        ? []
        : [
            `Which ${fact.entry.table.noun} has {v} as its ${of}?`,
            `Name the ${fact.entry.table.noun} with the ${of} {v}.`,
          ]);
    const unique =
      peers.filter((e) => e.facts.some((f) => f.relation === fact.relation && f.value === fact.value))
        .length === 1;
    if (!unique || !templates.length) return null;
    return {
      kind: 'inverse',
      instruction: capitalise(fill(random.pick(templates), fact.entry, fact.value)),
      short: bare(fact.entry.name),
      sentence: sentenceOf(fact, random),
    };
  },
  yesNo: (fact, peers, random) => {
    const toss = tossed(fact, peers, random);
    if (!toss) return null;
    const truth = clause(fact, random, random.pick(fact.relation.say));
    return {
      kind: 'yesNo',
      instruction: yesNoQuestion(toss[0], random),
      short: toss[1] ? 'yes' : 'no',
      sentence: `${toss[1] ? 'Yes' : 'No'}, ${truth}.`,
    };
  },
  trueFalse: (fact, peers, random) => {
    const toss = tossed(fact, peers, random);
    if (!toss) return null;
    const truth = clause(fact, random, random.pick(fact.relation.say));
    const opening = random.pick(['True or false:', 'Right or wrong:']);
    const [yes, no] = opening.startsWith('True') ? ['true', 'false'] : ['right', 'wrong'];
    return {
      kind: 'trueFalse',
      instruction: `${opening} ${capitalise(clause(toss[0], random))}.`,
      short: toss[1] ? yes! : no!,
      sentence: `That is ${toss[1] ? yes : no}, ${truth}.`,
    };
  },
  label: (fact, peers, random) => {
    const others = valuesOf(peers, fact.relation).filter((v) => v !== fact.value);
    if (!fact.relation.category || !others.length) return null;
    const labels = random.shuffle([fact.value, ...random.sample(others, random.integer(1, 3))]);
    return {
      kind: 'label',
      ...labelInstruction(fact, labels, random),
      short: fact.value,
      sentence: sentenceOf(fact, random),
    };
  },
  choice: (fact, peers, random) => {
    const rivals = peers.filter(
      (e) =>
        e !== fact.entry &&
        e.facts.some((f) => f.relation === fact.relation) &&
        !e.facts.some((f) => f.relation === fact.relation && f.value === fact.value),
    );
    const template = statementTemplates(fact).find((t) => /^(The )?\{e\} /.test(t) && t.endsWith('.'));
    if (!rivals.length || !template) return null;
    const pair = random.shuffle([bare(fact.entry.name), bare(random.pick(rivals).name)]);
    const rest = fill(template, fact.entry, fact.value, 'ENTITY')
      .replace(/^(The )?ENTITY /, '')
      .replace(/\.$/, '');
    return {
      kind: 'choice',
      instruction: `Which ${fact.entry.table.noun} ${rest}: ${pair.join(' or ')}?`,
      short: bare(fact.entry.name),
      sentence: `${capitalise(fill(template, fact.entry, fact.value))}`,
    };
  },
  complete: (fact, _, random) => {
    const templates = statementTemplates(fact).filter((t) => /\{a?v\}\.$/.test(t));
    if (!templates.length) return null;
    const whole = capitalise(fill(random.pick(templates), fact.entry, fact.value));
    const value = bare(fact.value);
    const start = whole.slice(0, whole.length - 1 - value.length).trimEnd();
    return {
      kind: 'complete',
      instruction: `${random.pick(['Complete', 'Finish'])} the sentence: ${start} ...`,
      short: value,
      sentence: whole,
    };
  },
  extract: (fact, _, random) => {
    const { noun } = fact.entry.table;
    const instruction = random.pick([
      `Name the ${noun} in the sentence.`,
      `Which ${noun} does the sentence mention?`,
      `Find the ${noun} in this sentence.`,
    ]);
    const sentence = `${capitalise(clause(fact, random))}.`;
    if (sentence.includes(`${noun} ${fact.entry.name}`)) return null;
    return {
      kind: 'extract',
      instruction,
      input: sentence,
      short: bare(fact.entry.name),
      sentence: `The sentence mentions ${inSentence(fact.entry)}.`,
    };
  },
  write: (fact, _, random) => {
    const e = inSentence(fact.entry);
    const sentence = sentenceOf(fact, random);
    const instruction = random.pick([
      `Write a sentence about ${e}.`,
      `Tell me something about ${e}.`,
      `What do you know about ${e}?`,
      `State a fact about ${e}.`,
    ]);
    return { kind: 'write', instruction, short: sentence, sentence };
  },
};

const kindWeights: [TaskKind, number][] = [
  ['question', 40],
  ['inverse', 9],
  ['yesNo', 14],
  ['trueFalse', 4],
  ['label', 14],
  ['choice', 5],
  ['complete', 5],
  ['extract', 6],
  ['write', 3],
];

/** A task about the fact, of a random kind that suits it. `peers` are the entries of the same table. */
export function taskAbout(fact: Fact, peers: readonly Entry[], random: Random, kinds = kindWeights): Task {
  for (let attempt = 0; attempt < 20; attempt++) {
    const task = taskWriters[random.weighted(kinds)](fact, peers, random);
    if (task) return task;
  }
  throw new Error(`No kind of task suits the ${fact.relation.of} of ${fact.entry.name}.`);
}

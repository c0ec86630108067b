import { inOwnWords, type Entry, type Fact } from './entries.ts';
import { inventEntries, type InventionStyle } from './invented.ts';
import { passageWithNeighbour } from './plainText.ts';
import { Random } from './random.ts';
import { taskAbout, type Task, type TaskKind } from './tasks.ts';
import type { Topic } from './topics.ts';

/** Answers as a few words or as a sentence; a list of demonstrations keeps to one of them. */
export type AnswerStyle = 'short' | 'sentence';

interface Grounded {
  passage: string;
  task: Task;
}

const groundedKinds: [TaskKind, number][] = [
  ['question', 64],
  ['inverse', 8],
  ['yesNo', 10],
  ['label', 10],
  ['complete', 4],
  ['trueFalse', 4],
];

export function taskFrom(topic: Topic, random: Random): Task {
  const entries = random.pick(topic.tables);
  return taskAbout(random.pick(random.pick(entries).facts), entries, random);
}

/** What a text tells about an entity: often a single fact, so that finding the sentence and copying from it are learned apart. */
const someFacts = (entry: Entry, random: Random) =>
  random.sample(entry.facts, random.weighted([[1, 35], [2, 25], [3, 20], [5, 20]])); // prettier-ignore

/** A passage about one entity and a task that it answers. Throws where the entity has no facts. */
export function groundedTask(entries: readonly Entry[], random: Random): Grounded {
  const entry = random.pick(entries);
  const facts = someFacts(entry, random);
  const task = taskAbout(random.pick(facts), entries, random, groundedKinds);
  return { passage: passageWithNeighbour(entry, entries, random, facts), task };
}

export const answerOf = (task: Task, style: AnswerStyle) => (style === 'short' ? task.short : task.sentence);

const withInput = (task: Task) => (task.input ? `${task.instruction}\n${task.input}` : task.instruction);

/** The user's turn of a conversation. */
export const userTurn = withInput;

/** "Task: …\nAnswer: …", with its text before it where there is one. */
export function block(task: Task, style: AnswerStyle, passage?: string): string {
  return `${passage ? `Text: ${passage}\n` : ''}Task: ${withInput(task)}\nAnswer: ${answerOf(task, style)}`;
}

/** Demonstrations of one topic and one answer style; what follows has to take both up. */
export function demonstrations(topic: Topic, random: Random): string {
  const style = random.chance(0.75) ? 'short' : 'sentence';
  return Array.from({ length: random.integer(3, 7) }, () => block(taskFrom(topic, random), style)).join(
    '\n\n',
  );
}

/** Demonstrations from memory, then a task with the text that answers it, often about something unheard of. */
export function demonstrationsThenText(topic: Topic, random: Random, inventions: InventionStyle): string {
  const style = random.chance(0.8) ? 'short' : 'sentence';
  const shown = Array.from({ length: random.integer(2, 4) }, () => block(taskFrom(topic, random), style));
  for (let i = random.chance(0.7) ? 1 : 2; i > 0; i--) {
    const entries = random.chance(0.75) ? inventEntries(random, inventions) : random.pick(topic.tables);
    const { passage, task } = groundedTask(entries, random);
    shown.push(block(task, style, passage));
  }
  return shown.join('\n\n');
}

/** Texts about invented things, each with one or more tasks. */
export function readingExercise(random: Random, inventions: InventionStyle): string {
  const style = random.chance(0.8) ? 'short' : 'sentence';
  const blocks: string[] = [];
  const entries = inventEntries(random, inventions);
  for (const entry of random.sample(entries, 3)) {
    const facts = someFacts(entry, random);
    const tasks = random
      .sample(facts, random.integer(1, 3))
      .map((f) => taskAbout(f, entries, random, groundedKinds));
    blocks.push(
      tasks
        .map((t, i) => block(t, style, i ? undefined : passageWithNeighbour(entry, entries, random, facts)))
        .join('\n'),
    );
  }
  return blocks.join('\n\n');
}

/** A task as one line of a list. */
const listed = (task: Task, index: number) =>
  `${index}. ${task.instruction}${task.input ? ` Input: ${task.input}` : ''}`;

const header = (topic: string) => `Tasks about ${topic}:`;

/** A numbered list of tasks about a topic. */
export function taskList(topic: Topic, random: Random): string {
  const tasks = Array.from({ length: random.integer(5, 10) }, () => taskFrom(topic, random));
  return [header(topic.name), ...tasks.map((t, i) => listed(t, i + 1))].join('\n');
}

/** Some tasks about a topic, then a text, then tasks about that text: the topic's phrasings, the text's things. */
export function taskListWithText(topic: Topic, random: Random, inventions: InventionStyle): string {
  const invented = random.chance(0.6) ? inventEntries(random, inventions) : null;
  const source = invented ?? random.pick(topic.tables);
  const [entry, ...others] = random.shuffle(source);
  const first = (): Task => {
    if (!invented && random.chance(0.5)) return taskFrom(topic, random);
    const peer = random.pick(others.length ? others : source);
    return taskAbout(random.pick(peer.facts), source, random);
  };
  const shown = Array.from({ length: random.integer(2, 4) }, first);
  const asked = [...entry!.facts, ...random.sample(entry!.facts, 2)].map((f) => taskAbout(f, source, random));
  const name = invented ? entry!.table.plural : topic.name;
  const lines = shown.map((t, i) => listed(t, i + 1));
  lines.push(`Text: ${passageWithNeighbour(entry!, source, random)}`);
  lines.push(...random.shuffle(asked).map((t, i) => listed(t, shown.length + i + 1)));
  return [header(name), ...lines].join('\n');
}

/** A fact with the seed of the dice that word its task: the same dice word two facts of a relation alike. */
interface Worded {
  readonly fact: Fact;
  readonly dice: number;
}

const throwDice = (fact: Fact, random: Random): Worded => ({ fact, dice: random.integer(0, 2 ** 30) });

const maxDemonstrations = 4;

/**
 * As `taskListWithText`, but what was asked of other things before the text is asked of the text's thing in the same
 * words, as a person's seeds have to be taken up.
 */
export function taskListTakenUp(topic: Topic, random: Random, inventions: InventionStyle): string {
  const invented = random.chance(0.5) ? inOwnWords(inventEntries(random, inventions)) : null;
  const source = invented ?? random.pick(topic.tables);
  const [entry, ...peers] = random.shuffle(source);
  const drawShown = (): [Worded, readonly Entry[]] => {
    const table = !invented && random.chance(0.4) ? random.pick(topic.tables) : source;
    const others = table === source && peers.length ? peers : table;
    return [throwDice(random.pick(random.pick(others).facts), random), table];
  };
  const shown = Array.from({ length: random.integer(2, maxDemonstrations) }, drawShown);
  const takeUp = (fact: Fact): Worded => {
    const alike = shown.filter(([{ fact: other }]) => other.relation === fact.relation);
    if (alike.length === 0 || random.chance(0.15)) return throwDice(fact, random);
    return { fact, dice: random.pick(alike)[0].dice };
  };
  const asked = random.shuffle([...entry!.facts, ...random.sample(entry!.facts, 2)]).map(takeUp);
  const write = ({ fact, dice }: Worded, table: readonly Entry[]) => taskAbout(fact, table, new Random(dice));
  const lines = shown.map(([worded, table], i) => listed(write(worded, table), i + 1));
  lines.push(`Text: ${passageWithNeighbour(entry!, source, random)}`);
  const tasks = asked.map((worded) => write(worded, source));
  const different = new Map(tasks.map((task) => [listed(task, 0), task]));
  lines.push(...[...different.values()].map((task, i) => listed(task, shown.length + i + 1)));
  return [header(invented ? entry!.table.plural : topic.name), ...lines].join('\n');
}

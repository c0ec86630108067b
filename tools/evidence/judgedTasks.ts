import { normalizeAnswer } from '../../src/evaluation/answerMatch.ts';
import type { GeneratedTask } from '../../src/specialize/tasks.ts';
import { heldBackTopics } from '../pocket/topics.ts';

type Judgement = 'right' | 'wrong' | 'yesOrNo' | 'unknown';

/** Answered tasks with the same fate, by whether their answers are right. */
export interface JudgedTasks extends Readonly<Record<Judgement, number>> {
  /** `kept`, or the rule that took them out. */
  readonly fate: string;
  readonly tasks: number;
}

/** Facts of the held-back domains, as normalized pairs of a thing and what is true of it. */
const facts = heldBackTopics
  .flatMap(({ tables }) => tables.flat())
  .flatMap(({ name, facts: own }) =>
    own.map(({ value }) => [normalizeAnswer(name), normalizeAnswer(value)] as const),
  );
const choices = ['yes', 'no', 'true', 'false', 'right', 'wrong'];

/**
 * Whether `pocket` answered rightly, by its own tables of facts: a short answer is right where the tables join it to a thing
 * that the task names, whatever is asked of that thing. Of what only documents say, and of yes or no, they cannot tell.
 */
function judge({ instruction, input, output = '' }: GeneratedTask): Judgement {
  const answer = normalizeAnswer(output);
  if (choices.includes(answer)) return 'yesOrNo';
  const text = ` ${normalizeAnswer(`${instruction} ${input}`)} `;
  const about = facts.filter(([name]) => text.includes(` ${name} `));
  const asked = facts.filter(([, value]) => text.includes(` ${value} `));
  if (about.some(([name, value]) => value === answer || name === answer)) return 'right';
  if (asked.some(([name]) => name === answer)) return 'right';
  return about.length > 0 ? 'wrong' : 'unknown';
}

const fateOf = ({ decision, rejection }: GeneratedTask): string => rejection?.rule ?? decision;

/** Counts the answered tasks of `tasks.jsonl` by their fate, the kept ones first, then by how many there are. */
export function judgeTasks(tasks: readonly GeneratedTask[]): JudgedTasks[] {
  const answered = tasks.filter(({ output }) => output !== undefined);
  const counted = [...new Set(answered.map(fateOf))].map((fate) => {
    const judged = answered.filter((task) => fateOf(task) === fate).map(judge);
    return { fate, tasks: judged.length, ...countsOf(judged) };
  });
  return counted.sort((a, b) => Number(b.fate === 'kept') - Number(a.fate === 'kept') || b.tasks - a.tasks);
}

function countsOf(judged: readonly Judgement[]): Record<Judgement, number> {
  const counts = { right: 0, wrong: 0, yesOrNo: 0, unknown: 0 };
  for (const judgement of judged) counts[judgement]++;
  return counts;
}

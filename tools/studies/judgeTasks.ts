/**
 * Command: counts right and wrong short answers among the tasks that runs of `pocket` kept, and among those that each rule
 * took out after they were answered, by its own tables of facts: `npx tsx tools/studies/judgeTasks.ts RUN…`. An answer is right where the tables join it to a thing that the task names,
 * whatever is asked of that thing; of what only documents say, and of yes or no, the tables cannot tell.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normalizeAnswer } from '../../src/evaluation/answerMatch.ts';
import type { GeneratedTask } from '../../src/specialize/tasks.ts';
import { heldBackTopics } from '../pocket/topics.ts';

type Judgement = 'right' | 'wrong' | 'yesOrNo' | 'unknown';

/** Facts of the held-back domains, as normalized pairs of a thing and what is true of it. */
const facts = heldBackTopics
  .flatMap(({ tables }) => tables.flat())
  .flatMap(({ name, facts: own }) =>
    own.map(({ value }) => [normalizeAnswer(name), normalizeAnswer(value)] as const),
  );
const choices = ['yes', 'no', 'true', 'false', 'right', 'wrong'];

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

for (const run of process.argv.slice(2)) {
  const lines = (await readFile(join(run, 'tasks.jsonl'), 'utf8')).trim().split('\n');
  const tasks = lines
    .map((line) => JSON.parse(line) as GeneratedTask)
    .filter(({ output }) => output !== undefined);
  for (const fate of new Set(tasks.map(fateOf))) {
    const judged = tasks.filter((task) => fateOf(task) === fate);
    const counts: Record<Judgement, number> = { right: 0, wrong: 0, yesOrNo: 0, unknown: 0 };
    for (const task of judged) counts[judge(task)]++;
    console.log(JSON.stringify({ run, fate, tasks: judged.length, ...counts }));
  }
}

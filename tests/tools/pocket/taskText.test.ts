import { describe, expect, it } from 'vitest';
import { rougeL } from '../../../src/evaluation/rougeL.ts';
import { factList } from '../../../tools/pocket/plainText.ts';
import { Random } from '../../../tools/pocket/random.ts';
import { taskListTakenUp, taskListWithText } from '../../../tools/pocket/taskText.ts';
import { heldBackTopics, openTopicsInOwnWords } from '../../../tools/pocket/topics.ts';

const tasksIn = (text: string) => text.split('\n').flatMap((line) => /^\d+\. (.*)/.exec(line)?.[1] ?? []);

/** The share of the tasks after a text that are worded nearly as one before it. */
function shareTakenUp(write: typeof taskListTakenUp): number {
  const random = new Random(7);
  let [asked, takenUp] = [0, 0];
  for (let i = 0; i < 300; i++) {
    const [before, after] = write(random.pick(openTopicsInOwnWords), random, 'anyWords').split('\nText: ');
    const shown = tasksIn(before!);
    for (const task of tasksIn(after!)) {
      asked++;
      if (shown.some((other) => rougeL(task, other) > 0.6)) takenUp++;
    }
  }
  return takenUp / asked;
}

describe('a list of tasks with a text', () => {
  it('takes up the words of the tasks before the text where it is told to', () => {
    expect(shareTakenUp(taskListTakenUp)).toBeGreaterThan(0.4);
    expect(shareTakenUp(taskListWithText)).toBeLessThan(0.3);
  });

  it('numbers its tasks on and says none twice after the text', () => {
    const random = new Random(8);
    for (let i = 0; i < 100; i++) {
      const text = taskListTakenUp(random.pick(openTopicsInOwnWords), random, 'anyWords');
      const numbers = [...text.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
      expect(numbers).toEqual(numbers.map((_, at) => at + 1));
      const after = tasksIn(text.split('\nText: ')[1]!);
      expect(new Set(after).size).toBe(after.length);
    }
  });
});

describe('plain text of a topic with tables of many sizes', () => {
  /** How often a list about finance states a fact about a company; their table holds nearly half of the facts. */
  const shareOfCompanies = (draw: 'evenTables' | 'evenFacts') => {
    const finance = heldBackTopics.find(({ name }) => name === 'finance')!;
    const companies = finance.tables.find(([entry]) => entry!.table.noun === 'company')!;
    const random = new Random(9);
    const facts = Array.from({ length: 300 }, () => factList(finance, random, draw))
      .filter((text) => text.startsWith('Facts about finance'))
      .flatMap(tasksIn);
    return facts.filter((fact) => companies.some(({ name }) => fact.includes(name))).length / facts.length;
  };

  it('states each table, or each fact, equally often', () => {
    expect(shareOfCompanies('evenTables')).toBeLessThan(0.3);
    expect(shareOfCompanies('evenFacts')).toBeGreaterThan(0.4);
  });
});

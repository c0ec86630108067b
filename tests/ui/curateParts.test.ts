import { describe, expect, it } from 'vitest';
import { byNeed, comparable } from '../../src/ui/curate/alikeTasks.ts';
import { countOpen, nextOpen } from '../../src/ui/curate/focusQueue.ts';
import { moveIn } from '../../src/ui/curate/gridKeys.ts';
import { countStandings, everything, filterTasks } from '../../src/ui/curate/taskFilter.ts';
import { countUses, tokensInUse } from '../../src/ui/curate/tokenUses.ts';
import { actionOf } from '../../src/ui/curate/useFocusKeys.ts';
import type { GeneratedTask } from '../../src/workerApi/runEvent.ts';

const base = { side: 'train', prompt: 0, seedIds: ['seed-1'], input: '' } as const;
const rejectedBy = (rule: string) =>
  ({ decision: 'rejected', rejection: { rule, reason: `Because of ${rule}.`, stage: 'response' } }) as const;
const tasks: readonly GeneratedTask[] = [
  { ...base, id: 'a', instruction: 'What is aspirin?', output: 'a drug', decision: 'kept' },
  { ...base, id: 'b', instruction: 'Where is it?', output: 'here', decision: 'kept', rescued: true },
  { ...base, id: 'c', instruction: 'Why?', input: 'Aspirin helps.', decision: 'pending' },
  { ...base, id: 'd', instruction: 'Again?', output: 'yes', ...rejectedBy('novelty') },
  {
    ...base,
    id: 'e',
    instruction: 'Mine?',
    output: 'no',
    passageId: 'notes.txt#2',
    ...rejectedBy('discarded'),
  },
];
const idsWhere = (filter: Partial<typeof everything>) =>
  filterTasks(tasks, { ...everything, ...filter }).map(({ id }) => id);
const byId = new Map(tasks.map((task) => [task.id, task]));

describe('filters', () => {
  it('find tasks by what became of them and by the reason', () => {
    expect(idsWhere({})).toHaveLength(5);
    expect(idsWhere({ standing: 'keptByYou' })).toEqual(['b']);
    expect(idsWhere({ standing: 'rejected' })).toEqual(['d']);
    expect(idsWhere({ standing: 'discarded' })).toEqual(['e']);
    expect(idsWhere({ rule: 'novelty' })).toEqual(['d']);
    expect(countStandings(tasks)).toEqual({
      kept: 1,
      keptByYou: 1,
      edited: 0,
      waiting: 1,
      rejected: 1,
      discarded: 1,
    });
  });

  it('search all texts, for all words in any order', () => {
    expect(idsWhere({ search: 'ASPIRIN' })).toEqual(['a', 'c']);
    expect(idsWhere({ search: 'drug  what' })).toEqual(['a']);
    expect(idsWhere({ search: 'notes.txt' })).toEqual(['e']);
    expect(idsWhere({ search: 'too similar' })).toEqual(['d']);
    expect(idsWhere({ search: 'aspirin', standing: 'waiting' })).toEqual(['c']);
  });
});

describe('the way from task to task', () => {
  const queue = ['a', 'b', 'c', 'd', 'e'];

  it('goes to the next that the person has not decided on, and round', () => {
    expect(countOpen(queue, byId)).toBe(3);
    expect(nextOpen(queue, 0, byId)).toBe(2);
    expect(nextOpen(queue, 3, byId)).toBe(0);
    expect(nextOpen(['b', 'e'], 1, byId)).toBe(1);
  });

  it('moves in the table by lines, pages and to its ends, and no further', () => {
    expect(moveIn('ArrowDown', 3, 5, 10)).toBe(4);
    expect(moveIn('ArrowDown', 4, 5, 10)).toBe(4);
    expect(moveIn('PageUp', 40, 500, 10)).toBe(30);
    expect([moveIn('Home', 9, 20, 5), moveIn('End', 9, 20, 5)]).toEqual([0, 19]);
    expect(moveIn('x', 9, 20, 5)).toBeNull();
  });
});

describe('a key', () => {
  const press = (key: string, more: Partial<KeyboardEvent> = {}, hasShortcuts = true, isOnButton = false) =>
    actionOf(
      { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more },
      hasShortcuts,
      isOnButton,
    );

  it('does what the buttons say', () => {
    const keys = ['Enter', 'Backspace', 'e', 'E', 'ArrowLeft', 'ArrowRight', 'Escape', 'x', 'toString'];
    expect(keys.map((key) => press(key))).toEqual(['keep', 'discard', 'edit', 'edit', 'previous', 'next', 'leave', null, null]); // prettier-ignore
    expect(press('Enter', { shiftKey: true })).toBe('edit');
  });

  it('does nothing with a modifier, and on a button Enter is the button’s', () => {
    expect(press('e', { ctrlKey: true })).toBeNull();
    expect(press('Backspace', { metaKey: true })).toBeNull();
    expect(press('Enter', {}, true, true)).toBeNull();
    expect(press('Backspace', {}, true, true)).toBe('discard');
  });

  it('does nothing where single keys are switched off, but for Escape', () => {
    expect(['Enter', 'Backspace', 'e', 'ArrowLeft'].map((key) => press(key, {}, false))).toEqual([null, null, null, null]); // prettier-ignore
    expect(press('Escape', {}, false)).toBe('leave');
  });
});

describe('tasks that are alike', () => {
  it('are kept ones first, and no task that was rejected for itself', () => {
    const wrong: GeneratedTask = { ...tasks[3]!, id: 'f', ...rejectedBy('emptyAnswer') };
    expect(comparable([wrong, tasks[3]!, tasks[0]!]).map(({ id }) => id)).toEqual(['a', 'd']);
  });

  it('come first where most of them are kept', () => {
    expect(byNeed([['d', 'e'], ['a', 'd'], ['a', 'b']], tasks)).toEqual([['a', 'b'], ['a', 'd'], ['d', 'e']]); // prettier-ignore
  });
});

describe('tokens', () => {
  const token = (text: string, supervised: boolean) => ({ id: 0, text, supervised });
  const row = [token('Q', false), token('?', false), token('A', true), token('.', true)];

  it('are read, counted, or beyond what training reads', () => {
    expect(countUses(tokensInUse({ tokens: row, maxLength: 3 }))).toEqual({ read: 2, counted: 1, cut: 1 });
    expect(tokensInUse({ tokens: row, maxLength: 10 }).map(({ use }) => use)).toEqual(['read', 'read', 'counted', 'counted']); // prettier-ignore
  });

  it('are all left out where no token of the answer is read', () => {
    expect(countUses(tokensInUse({ tokens: row, maxLength: 2 }))).toEqual({ read: 0, counted: 0, cut: 4 });
  });
});

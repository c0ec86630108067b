import { describe, expect, it } from 'vitest';
import { askAgain, discardTask, rescueTask } from '../src/taskChanges.ts';

const question = { id: 'task-1', instruction: 'What is aspirin used for?' };
const rejectedAs = (stage: 'instruction' | 'response') => ({
  decision: 'rejected' as const,
  rejection: { rule: 'novelty', reason: 'So.', stage },
});

describe('a task in a new round', () => {
  it('is asked again without what its last answer came to', () => {
    const answered = { ...question, output: 'pain', scores: { ifd: 0.5 }, furtherPassageIds: ['a#1'] };
    expect(askAgain({ ...answered, ...rejectedAs('response') })).toEqual({
      ...question,
      decision: 'pending',
    });
  });

  it('keeps an answer that it came with', () => {
    const task = { ...question, kind: 'claim', output: 'true', decision: 'kept' as const };
    expect(askAgain(task)).toEqual({ ...task, decision: 'pending' });
  });

  it('stays as it is where it was refused as a question, or a person kept its answer', () => {
    const refused = { ...question, ...rejectedAs('instruction') };
    expect(askAgain(refused)).toBe(refused);
    const kept = { ...question, output: 'pain', decision: 'kept' as const, rescued: true };
    expect(askAgain(kept)).toBe(kept);
  });
});

describe('a person’s word on a task', () => {
  it('keeps it, or lets it wait for its answer', () => {
    const refused = { ...question, ...rejectedAs('response') };
    expect(rescueTask(refused)).toEqual({ ...question, decision: 'pending', rescued: true });
    expect(rescueTask({ ...refused, output: 'pain' })).toMatchObject({ output: 'pain', decision: 'kept' });
  });

  it('leaves it out for good, also where it was kept by hand', () => {
    const task = { ...question, output: 'pain', decision: 'kept' as const, rescued: true };
    const left = discardTask(task);
    expect(left).toMatchObject({
      decision: 'rejected',
      rejection: { rule: 'discarded', stage: 'instruction' },
    });
    expect(left).not.toHaveProperty('rescued');
    expect(askAgain(left)).toBe(left);
  });
});

import { describe, expect, it } from 'vitest';
import { askAgain, discardTask, editTask, rescueTask, wordingOf } from '../src/taskChanges.ts';

const question = { id: 'task-1', instruction: 'What is aspirin used for?', input: '' };
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

describe('a task that a person words anew', () => {
  const refused = { ...question, output: 'pain', scores: { ifd: 0.5 }, ...rejectedAs('response') };
  const wording = { instruction: 'What is aspirin for?', input: '', output: 'pain and fever' };

  it('is kept, and still knows what the model wrote', () => {
    const edited = editTask(refused, wording);
    expect(edited).toEqual({
      ...wording,
      id: 'task-1',
      decision: 'kept',
      rescued: true,
      written: { instruction: question.instruction, input: '', output: 'pain' },
    });
    const again = editTask(edited, { ...wording, output: 'fever' });
    expect(again).toEqual({ ...edited, output: 'fever' });
    expect(askAgain(again)).toBe(again);
  });

  it('waits for an answer where it is left without one', () => {
    const { output: _output, ...bare } = wording;
    expect(editTask(refused, bare)).toMatchObject({ decision: 'pending', rescued: true });
    expect(editTask(refused, bare)).not.toHaveProperty('output');
  });

  it('counts as the model’s again where it is put back word for word', () => {
    const back = editTask(editTask(refused, wording), { ...wordingOf(refused) });
    expect(back).not.toHaveProperty('written');
    expect(back).toMatchObject({ instruction: question.instruction, output: 'pain', decision: 'kept' });
  });
});
